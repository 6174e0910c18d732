"""Starting points for common use cases, as data; a file overrides whatever it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """``settings`` are what a file could have said; ``why`` is the reason for its threshold."""

    why: str
    settings: Mapping[str, Any]


_MODERATION_LABELS: Mapping[str, Mapping[str, Any]] = {
    "clean": {"verdict": "approve", "button": "keep post"},
    "violation": {"verdict": "reject", "button": "remove post"},
}
_MODERATION: Mapping[str, Any] = {
    "question": "May this post stay up?",
    "labels": _MODERATION_LABELS,
    "flag_label": "clean",
    "flag_button": "keep and monitor",
}

PRESETS: Mapping[str, Preset] = {
    "content-moderation": Preset(
        why="Taking down a good post is censorship, so the AI acts alone only when nearly certain.",
        settings={**_MODERATION, "auto_at": 0.95},
    ),
    "support-triage": Preset(
        why="A ticket on the wrong desk costs a detour, not a disaster.",
        settings={"auto_at": 0.80, "question": "Is this where the ticket belongs?"},
    ),
    "medical-assist": Preset(
        why="A confident mistake can harm a patient, so nearly everything goes to a specialist.",
        settings={"auto_at": 0.99, "question": "Is this finding right?"},
    ),
    "spam": Preset(
        why="A lost good mail hurts and a spam that slips through annoys; this weighs the two.",
        settings={
            "auto_at": 0.85,
            "question": "Is this mail wanted?",
            "labels": {
                "ham": {"verdict": "approve", "button": "deliver"},
                "spam": {"verdict": "reject", "button": "mark as spam"},
            },
            "flag_label": "ham",
            "flag_button": "deliver and watch",
        },
    ),
    "recommendation": Preset(
        why="A poor suggestion is simply ignored, so little is lost by letting the AI try.",
        settings={"auto_at": 0.70, "question": "Is this a good recommendation?"},
    ),
    "moderation-two-sided": Preset(
        why="Keeping and removing go wrong in different ways, so each has a threshold of its own.",
        settings={
            **_MODERATION,
            "labels": {
                "clean": {**_MODERATION_LABELS["clean"], "auto_at": 0.92},
                "violation": {**_MODERATION_LABELS["violation"], "auto_at": 0.87},
            },
        },
    ),
}
