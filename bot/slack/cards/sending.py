"""The form that makes a case of any Slack message."""

from collections.abc import Iterable
from typing import Any

from bot.slack import blocks, ids
from bot.slack.message import View
from bot.slack.text import clip
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.storage.slack_copies import Place

_LONGEST = 3_000


def send_form(place: Place, *, into: UseCase, names: Iterable[str], text: str) -> View:
    """Which use case, which label is expected, and the text as it will be shown.

    Choosing another use case brings its labels; the text stays as it was typed.
    """
    use_cases = [blocks.option(name, name) for name in names]
    use_case = blocks.menu("Choose", action_id=ids.SEND_USE_CASE, options=use_cases)
    labels = [blocks.option(label, label) for label in into.labels]
    label = blocks.menu("Choose a label", action_id=ids.INPUT, options=labels)
    box = {"type": "plain_text_input", "action_id": ids.INPUT, "multiline": True}
    written = {"initial_value": clip(text, _LONGEST)} if text else {}
    shown = box | {"max_length": _LONGEST} | written
    chosen = use_case | {"initial_option": blocks.option(into.name, into.name)}
    return {
        "type": "modal",
        "callback_id": ids.SEND_FORM,
        "private_metadata": ids.sent_from(place.channel, place.ts, into.name),
        "title": blocks.plain("Send to review", 24),
        "submit": blocks.plain("Send", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": [
            _input("Use case", chosen, ids.SEND_USE_CASE) | {"dispatch_action": True},
            _input("What would you expect?", label, ids.send_label(into.name)),
            _input("Text", shown, ids.SEND_TEXT),
        ],
    }


def sent_view(case: Case, *, is_new: bool) -> View:
    """That it is a case now, with a button that shows it."""
    done = "was sent to review" if is_new else "had been sent before"
    show = blocks.button("Show", action_id=ids.SHOW_CASE, value=str(case.id))
    line = f"This message {done}: case {case.id} in {case.use_case}."
    return {
        "type": "modal",
        "title": blocks.plain("Send to review", 24),
        "close": blocks.plain("Close", 24),
        "blocks": [blocks.paragraph(line) | {"accessory": show}],
    }


def _input(label: str, element: blocks.Element, block_id: str) -> dict[str, Any]:
    shown = {"type": "input", "label": blocks.plain(label, 75), "element": element}
    return shown | {"block_id": block_id}
