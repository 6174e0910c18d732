"""What is said under a card, by the word that the outbox row carries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.mentions import mentions
from bot.delivery.posting import rendered, say
from bot.delivery.reconcile import find_posted
from bot.slack import blocks
from bot.slack.cards.wording import decided_by, is_settled, outcome_title
from bot.slack.message import Message
from bot.slack.text import duration, mention, moment, mrkdwn
from hitl.blindness import as_seen
from hitl.cases import Case, Inquiry
from hitl.deadlines import time_left
from hitl.policy import UseCase
from hitl.storage.outbox import Parcel
from hitl.storage.queries import case_by_id
from hitl.storage.slack_copies import card_place


@dataclass(frozen=True, slots=True)
class _Occasion:
    payload: Mapping[str, Any]
    case: Case
    use_case: UseCase
    now: datetime
    called: str
    """Whom the payload calls by their names in the policy, mentioned."""

    @property
    def waited(self) -> timedelta:
        return self.now - self.case.submitted_at


async def reply(desk: Desk, parcel: Parcel, *, case_id: int) -> Sent | Skipped:
    """Say it in the thread of the case's card, unless it asks for what is done already."""
    case, place = await desk.database.read(
        lambda c: (case_by_id(c, case_id), card_place(c, case_id))
    )
    says = parcel.payload["says"]
    if place is None and says == _ANSWERED:
        return await _tell_who_asked(desk, parcel, case)
    if place is None:
        return Skipped("the case has no card")
    case = as_seen(case, use_case=desk.use_case(parcel))
    if says in _ASKING and is_settled(case):
        return Skipped(f"the case is {case.state} already")
    if says == _RECHECK and not (case.outcome and case.outcome.flagged):
        return Skipped("the case is not flagged any more")
    if await find_posted(desk, parcel, channels=[place.channel], thread_ts=place.ts) is None:
        text = _SAYINGS[says](await _occasion(desk, parcel, case))
        render = rendered(Message(text, [blocks.section(text)]))
        await say(desk, parcel, render, channel=place.channel, thread_ts=place.ts)
    return Sent()


async def _occasion(desk: Desk, parcel: Parcel, case: Case) -> _Occasion:
    use_case, payload = desk.use_case(parcel), parcel.payload
    called = await mentions(desk, payload.get("called", ()), use_case=use_case)
    return _Occasion(payload, case, use_case, now=desk.database.now(), called=called)


def _handed_over(on: _Occasion) -> str:
    return f"{mention(on.payload['by'])} asks {mention(on.payload['to'])} to look at this case."


def _reminder(on: _Occasion) -> str:
    left = time_left(on.use_case, waited=on.waited)
    # Told late, while Slack was away, it leaves that to what follows.
    due = f" It is due {moment(on.now + left)}." if left and left > timedelta() else ""
    return f"Reminder to {on.called}: this case has been waiting for {_waited(on)}.{due}"


def _dispute_reminder(on: _Occasion) -> str:
    return f"Reminder to {on.called}: reviewers still disagree, press *Adjudicate…* to settle it."


def _next_in_line(on: _Occasion) -> str:
    return f"Handed to {on.called}: nobody has decided this case for {_waited(on)}."


def _overdue(on: _Occasion) -> str:
    return f"This case is overdue and goes on waiting for {on.called}."


def _decided_by_deadline(on: _Occasion) -> str:
    if on.case.outcome is None:
        raise ValueError(f"case {on.case.id} has no outcome")
    title = outcome_title(on.case.outcome, use_case=on.use_case)
    return f"Nobody decided this case in time. *{title}* stands, as the policy says."


def _disputed(on: _Occasion) -> str:
    return f"Reviewers disagree on this case. {on.called}: press *Adjudicate…* to settle it."


def _overruled(on: _Occasion) -> str:
    outcome = on.case.outcome
    if outcome is None or outcome.overruled is None:
        raise ValueError(f"case {on.case.id} was not overruled")
    before = outcome.overruled
    title = outcome_title(outcome, use_case=on.use_case)
    stood = outcome_title(before, use_case=on.use_case)
    why = f" “{mrkdwn(outcome.note, 1_000)}”" if outcome.note else ""
    return (
        f"{decided_by(outcome)} overruled {decided_by(before)}: *{title}* stands,"
        f" no longer {stood}.{why}"
    )


def _recheck(on: _Occasion) -> str:
    if on.case.outcome is None:
        raise ValueError(f"case {on.case.id} has no outcome")
    ago = duration((on.now - on.case.outcome.decided_at).total_seconds())
    return f"A second look, {on.called}: this was flagged {ago} ago. Can its flag be cleared?"


async def _tell_who_asked(desk: Desk, parcel: Parcel, case: Case) -> Sent | Skipped:
    """Directly, for a case that comes through the queue."""
    if parcel.in_doubt_since is not None:
        return Skipped("it may have been told already")
    occasion = await _occasion(desk, parcel, case)
    render = rendered(Message(f"{_submitter_answered(occasion)} It is case {case.id}.", []))
    await say(desk, parcel, render, channel=_question(occasion).author)
    return Sent()


def _submitter_answered(on: _Occasion) -> str:
    question = _question(on)
    asked = mrkdwn(question.text or "(erased)", 300)
    answer = mrkdwn(question.answer or "(erased)", 2_000)
    return f"{mention(question.author)} asked: “{asked}” The submitter answers: “{answer}”"


def _question(on: _Occasion) -> Inquiry:
    wanted = on.payload["question"]
    return next(each for each in on.case.inquiries if each.id == wanted)


def _waited(on: _Occasion) -> str:
    return duration(on.waited.total_seconds())


_RECHECK = "recheck"
_ANSWERED = "submitter_answered"
_Saying = Callable[[_Occasion], str]
_ASKING: Mapping[str, _Saying] = {
    "handed_over": _handed_over,
    "reminder": _reminder,
    "dispute_reminder": _dispute_reminder,
    "next_in_line": _next_in_line,
    "overdue": _overdue,
    "disputed": _disputed,
}
_SAYINGS: Mapping[str, _Saying] = {
    **_ASKING,
    "decided_by_deadline": _decided_by_deadline,
    "overruled": _overruled,
    _RECHECK: _recheck,
    _ANSWERED: _submitter_answered,
}
