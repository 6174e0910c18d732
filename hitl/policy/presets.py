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

_FLAG = ("flag_label", "flag_button")

# A question is asked on blind cards, too: it speaks of the item and never of what the AI said.
PRESETS: Mapping[str, Preset] = {
    "content-moderation": Preset(
        why="Taking down a good post is censorship, so the AI acts alone only when nearly certain.",
        settings={**_MODERATION, "auto_at": 0.95},
    ),
    "support-triage": Preset(
        why="A ticket on the wrong desk costs a detour, not a disaster.",
        settings={"auto_at": 0.80, "question": "Where does this ticket belong?"},
    ),
    "medical-assist": Preset(
        why="A confident mistake can harm a patient, so nearly everything goes to specialists: two,"
        " who do not see what the AI or the other one said.",
        settings={"auto_at": 0.99, "question": "What does this show?", "reviews_needed": 2},
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
        settings={"auto_at": 0.70, "question": "How good is this recommendation?"},
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


def with_preset(table: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a use case's table leaves to its preset; labels become a table of tables.

    The file's labels replace the preset's as a whole, yet one of the same name inherits what it
    does not say, but not in a list with names that the preset does not know. Wrong values stay as
    they are, for the reader to report.
    """
    preset = _settings(table.get("preset"))
    if _names_others(table.get("labels"), preset=preset):
        preset = _without(preset, "labels", *_FLAG)
    labels = _labels(table, preset=preset)
    flag_label = preset.get("flag_label")
    if flag_label not in labels or table.get("flag_label", flag_label) != flag_label:
        # The button says what happens to the preset's flag label, and would lie about another.
        preset = _without(preset, *_FLAG)
    filled = {**preset, **table}
    return {**filled, "labels": labels} if labels else filled


def _settings(preset: Any) -> Mapping[str, Any]:
    return PRESETS[preset].settings if isinstance(preset, str) and preset in PRESETS else {}


def _labels(table: Mapping[str, Any], *, preset: Mapping[str, Any]) -> dict[str, Any]:
    """Merge the labels; empty when there are none, or none that can be read."""
    inherited = preset.get("labels", {})
    if "auto_at" in table:  # overrides the preset, and so the thresholds of its labels
        inherited = {label: {**rule, "auto_at": None} for label, rule in inherited.items()}
    given = table.get("labels", list(inherited))
    if _is_list_of_names(given):
        given = {label: {} for label in given}
    if not isinstance(given, dict):
        return {}
    return {
        label: {**inherited.get(label, {}), **rule} if isinstance(rule, dict) else rule
        for label, rule in given.items()
    }


def _names_others(given: Any, *, preset: Mapping[str, Any]) -> bool:
    """Whether a list names labels that the preset has no verdict for: all have one, or none."""
    return _is_list_of_names(given) and not set(given) <= set(preset.get("labels", {}))


def _without(preset: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in preset.items() if key not in keys}


def _is_list_of_names(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return False
    return len(set(value)) == len(value) > 1
