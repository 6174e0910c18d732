"""What happened to a case, one line an event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.slack import blocks
from bot.slack.cards.details import fitting, full_text_view, modal
from bot.slack.message import Block, View
from bot.slack.text import mention, moment, mrkdwn
from hitl.blindness import as_seen
from hitl.cases import Case, Event, Note
from hitl.lifecycle import WAITING
from hitl.percent import percent
from hitl.policy import UseCase
from hitl.policy.wording import listed
from hitl.review.record import POLICY

_WORDS = 500
_MOST_OF_TEXT, _MOST_OF_HISTORY = 60, 30


def history_view(case: Case, events: Sequence[Event], *, use_case: UseCase | None = None) -> View:
    """Oldest first; the latest events where there are more than a modal can hold."""
    if case.is_blind:
        case = as_seen(case)
        told_of = filter(_is_told_of_blind, events)
        tells = use_case is not None and use_case.is_verdict
        events = [_blind(event, tells_verdict=tells) for event in told_of]
    told = [_concealed(event) for event in events] if case.state in WAITING else events
    newest_first = (_line(event, notes=written_on(case)) for event in reversed(told))
    shown = fitting(newest_first, otherwise="What happened before is too long for this view.")
    return modal(f"History of case {case.id}", shown[::-1])


def everything_view(
    case: Case, events: Sequence[Event], *, use_case: UseCase | None = None
) -> View:
    """The full text, and what happened below it; only the latest of either where it is long."""
    history = history_view(case, events, use_case=use_case)
    text = full_text_view(case)["blocks"]
    if len(text) > _MOST_OF_TEXT:
        cut = blocks.context(blocks.plain("The rest is too long for this view.", 100))
        text = [*text[:_MOST_OF_TEXT], cut]
    return modal(
        f"Case {case.id}", [*text, blocks.divider(), *history["blocks"][-_MOST_OF_HISTORY:]]
    )


def _concealed(event: Event) -> Event:
    """Who votes next is not to know what others chose."""
    return replace(event, data={}) if event.type == "voted" else event


_TOLD_OF_BLIND = frozenset(
    {
        "submitted",
        "posted",
        "claimed",
        "released",
        "skipped",
        "note_added",
        "note_changed",
        "note_removed",
        "handed_over",
        "reminded",
        "overdue",
        "voted",
        "vote_undone",
        "disputed",
        "decided",
        "checked",
        "undone",
        "adjudicated",
        "overruled",
        "flag_cleared",
        "recheck_asked",
        "withdrawn",
    }
)
"""What happens to blind cases of each sort."""


def _is_told_of_blind(event: Event) -> bool:
    # That a prediction stood is what nobody is to know.
    return event.type in _TOLD_OF_BLIND and (event.type, event.actor) != ("decided", POLICY)


def _blind(event: Event, *, tells_verdict: bool) -> Event:
    """The event as it would read of any blind case, whatever sort this one is."""
    if event.type == "submitted":
        return replace(event, actor="somebody", data={})
    kind = "decided" if event.type == "checked" else event.type
    data = dict(event.data)
    if not tells_verdict:
        data.pop("verdict", None)
    return replace(event, type=kind, data=data)


def _line(event: Event, *, notes: Sequence[Note]) -> Block:
    said = f"{moment(event.at)} · {mention(event.actor)} {_words(event, notes)}"
    return blocks.context(blocks.mrkdwn(said))


def _words(event: Event, notes: Sequence[Note]) -> str:
    if event.type in _WITH_A_NOTE:
        return _WITH_A_NOTE[event.type](_note(event, notes))
    if event.type == "overruled":
        return _overruled(event, notes)
    say = _SAID.get(event.type)
    return say(event.data) if say else mrkdwn(event.type.replace("_", " "), _WORDS)


def _submitted(data: Mapping[str, Any]) -> str:
    return f"sent it: {_quoted(data, 'reason')}" if data else "sent it"


def _decided(data: Mapping[str, Any]) -> str:
    return f"decided: {_choice(data)}"


def _overruled(event: Event, notes: Sequence[Note]) -> str:
    chosen = f"overruled {_quoted(event.data, 'instead_of')}: label {_quoted(event.data, 'label')}"
    reason = _note(event, notes)
    return f"{chosen}, because: {reason}" if reason else chosen


def _opinion(data: Mapping[str, Any]) -> str:
    if data.get("failure"):
        return f"{_quoted(data, 'model')} {_quoted(data, 'failure')}"
    score = percent(data.get("confidence") or 0)
    return f"{_quoted(data, 'model')} says {_quoted(data, 'label')} at {score}"


def _answered(data: Mapping[str, Any]) -> str:
    if data.get("label") is None:
        return "would rather not decide"
    late = "" if data.get("counted") else ", too late"
    return f"answered: {_quoted(data, 'label')}{late}"


def _feedback(data: Mapping[str, Any]) -> str:
    if data.get("right"):
        return "says that was right"
    right = f", {_quoted(data, 'label')} would be right" if data.get("label") else ""
    return f"says that was wrong{right}"


def _revised(data: Mapping[str, Any]) -> str:
    return f"put {_quoted(data, 'label')} in place of {_quoted(data, 'instead_of')}"


def _voted(data: Mapping[str, Any]) -> str:
    return f"voted: {_choice(data)}" if data else "voted"


def _adjudicated(data: Mapping[str, Any]) -> str:
    return f"settled the dispute: {_choice(data)}"


def _undone(data: Mapping[str, Any]) -> str:
    return f"took that back: {_choice(data)}"


def _choice(data: Mapping[str, Any]) -> str:
    """``reject, label violation``; the label alone where a verdict would tell too much."""
    label = f"label {_quoted(data, 'label')}"
    return f"{_quoted(data, 'verdict')}, {label}" if "verdict" in data else label


def _handed_over(data: Mapping[str, Any]) -> str:
    return f"handed it over to {_people(data)}"


def _reminded(data: Mapping[str, Any]) -> str:
    return f"reminded {_people(data)}"


def _overdue(data: Mapping[str, Any]) -> str:
    return f"passed without a decision; still asked: {_people(data)}"


def _recheck_asked(data: Mapping[str, Any]) -> str:
    return f"asked {_people(data)} to look at it again"


def _truth(data: Mapping[str, Any]) -> str:
    return f"told what was right: {_quoted(data, 'label')}"


def _note_removed(data: Mapping[str, Any]) -> str:
    return f"took away a note of {mention(str(data.get('author')))}: its message was deleted"


_SAID: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "submitted": _submitted,
    "posted": lambda _data: "posted the card",
    "decided": _decided,
    "passed_on": lambda data: f"passed it on: {_quoted(data, 'why')}",
    "asked": lambda data: f"asked {_quoted(data, 'model')}",
    "opinion": _opinion,
    "answered": _answered,
    "feedback": _feedback,
    "revised": _revised,
    "undone": _undone,
    "voted": _voted,
    "vote_undone": lambda _data: "took their vote back",
    "disputed": lambda _data: "asked the adjudicators: different labels were chosen",
    "adjudicated": _adjudicated,
    "handed_over": _handed_over,
    "reminded": _reminded,
    "overdue": _overdue,
    "truth_recorded": _truth,
    "flag_cleared": lambda _data: "cleared the flag",
    "recheck_asked": _recheck_asked,
    "note_changed": lambda _data: "changed a note",
    "note_removed": _note_removed,
    "erased": lambda _data: "erased what people wrote",
}
_ERASED = "(erased)"
_WITH_A_NOTE: Mapping[str, Callable[[str | None], str]] = {
    "note_added": lambda note: f"noted: {note}" if note else "added a note",
    "submitter_asked": lambda note: f"asked the submitter: {note or _ERASED}",
    "submitter_answered": lambda note: f"answered for the submitter: {note or _ERASED}",
    "withdrawn": lambda note: f"withdrew it: {note}" if note else "withdrew it",
}


def _note(event: Event, notes: Sequence[Note]) -> str | None:
    """The words that came with it, which the event does not hold so that they can be erased."""
    for note in notes:
        if note.author == event.actor and note.at == event.at:
            return mrkdwn(note.text, _WORDS)
    return None


def written_on(case: Case) -> list[Note]:
    """Everything that was written with an event, questions and answers among it."""
    asked = [Note(each.author, each.text, each.at) for each in case.inquiries if each.text]
    answered = [
        Note(each.answered_by, each.answer, each.answered_at)
        for each in case.inquiries
        if each.answered_by and each.answer and each.answered_at
    ]
    return [*case.notes, *asked, *answered]


def _people(data: Mapping[str, Any]) -> str:
    """One person, or all whom the policy names."""
    to = data.get("to")
    return listed(mention(name) for name in (to if isinstance(to, list) else [str(to)]))


def _quoted(data: Mapping[str, Any], name: str) -> str:
    return mrkdwn(str(data.get(name)), _WORDS)
