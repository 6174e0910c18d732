"""Requests that many tests send."""

from typing import Any


def moderation_case(key: str = "post-8841", **changes: Any) -> dict[str, Any]:
    """The example of the documentation; ``...`` leaves a field out."""
    request: dict[str, Any] = {
        "use_case": "content-moderation",
        "key": key,
        "model": "toxicity@3",
        "scores": {"violation": 0.70, "clean": 0.30},
        "title": "Reply in r/cooking",
        "text": "You call that a risotto?",
        "reason": "Matches two slur patterns, one quoted",
        "context": [
            {"title": "Thread", "text": "Who puts cream in a risotto?"},
            {"title": "Photo", "image_url": "https://example.com/risotto.png"},
            {"title": "Author", "fields": {"Age of account": "3 years", "Strikes": "0"}},
            {"title": "Ticket", "url": "https://example.com/tickets/8841"},
        ],
        "metadata": {"anything": "echoed back", "nested": [1, None, {"a": 1.5}]},
    }
    changed = request | changes
    return {name: value for name, value in changed.items() if value is not ...}
