"""What happened to a case, one line an event."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.slack import blocks
from bot.slack.cards.details import fitting, modal
from bot.slack.message import Block, View
from bot.slack.text import mention, moment, mrkdwn
from hitl.cases import Case, Event, Note
from hitl.policy.wording import listed

_WORDS = 500


def history_view(case: Case, events: Sequence[Event]) -> View:
    """Oldest first; the latest events where there are more than a modal can hold."""
    newest_first = (_line(event, notes=case.notes) for event in reversed(events))
    shown = fitting(newest_first, otherwise="What happened before is too long for this view.")
    return modal(f"History of case {case.id}", shown[::-1])


def _line(event: Event, *, notes: Sequence[Note]) -> Block:
    say = _SAID.get(event.type)
    words = say(event.data) if say else mrkdwn(event.type.replace("_", " "), _WORDS)
    if event.type == "note_added":
        words = _note(event, notes)
    said = f"{moment(event.at)} · {mention(event.actor)} {words}"
    return blocks.context(blocks.mrkdwn(said))


def _submitted(data: Mapping[str, Any]) -> str:
    return f"sent it: {_quoted(data, 'reason')}"


def _decided(data: Mapping[str, Any]) -> str:
    return f"decided: {_quoted(data, 'verdict')}, label {_quoted(data, 'label')}"


def _handed_over(data: Mapping[str, Any]) -> str:
    return f"handed it over to {_people(data)}"


def _withdrawn(data: Mapping[str, Any]) -> str:
    return f"withdrew it: {_quoted(data, 'reason')}" if data.get("reason") else "withdrew it"


def _reminded(data: Mapping[str, Any]) -> str:
    return f"reminded {_people(data)}"


def _overdue(data: Mapping[str, Any]) -> str:
    return f"passed without a decision; still asked: {_people(data)}"


def _truth(data: Mapping[str, Any]) -> str:
    return f"told what was right: {_quoted(data, 'label')}"


_SAID: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "submitted": _submitted,
    "decided": _decided,
    "handed_over": _handed_over,
    "reminded": _reminded,
    "overdue": _overdue,
    "withdrawn": _withdrawn,
    "truth_recorded": _truth,
}


def _note(event: Event, notes: Sequence[Note]) -> str:
    """The event does not hold the words, so that they can be erased."""
    for note in notes:
        if note.author == event.actor and note.at == event.at:
            return f"noted: {mrkdwn(note.text, _WORDS)}"
    return "added a note"


def _people(data: Mapping[str, Any]) -> str:
    """One person, or all whom the policy names."""
    to = data.get("to")
    return listed(mention(name) for name in (to if isinstance(to, list) else [str(to)]))


def _quoted(data: Mapping[str, Any], name: str) -> str:
    return mrkdwn(str(data.get(name)), _WORDS)
