"""What a waiting card says of its deadline."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.slack.text import duration, moment, whom
from hitl.cases import Case
from hitl.deadlines import handed_to, time_left
from hitl.policy import UseCase
from hitl.policy.wording import listed


def deadline_notes(case: Case, *, use_case: UseCase, now: datetime) -> Iterator[str]:
    """``due today at 14:00`` and ``handed to @leads``, as mrkdwn.

    The moment and not the time left: a card is not rewritten every minute.
    """
    left = time_left(use_case, waited=now - case.submitted_at)
    if left is not None:
        yield f"due {moment(now + left)}" if left > timedelta() else "*overdue*"
    if names := _handed_to(case, use_case=use_case, now=now):
        yield f"handed to {names}"


def deadline_sentences(case: Case, *, use_case: UseCase, now: datetime) -> Iterator[str]:
    """``Due in 2 h.`` and ``Handed to @leads.``, escaped: the same as it is heard."""
    left = time_left(use_case, waited=now - case.submitted_at)
    if left is not None:
        is_ahead = left > timedelta()
        yield f"Due in {duration(left.total_seconds())}." if is_ahead else "Overdue."
    if names := _handed_to(case, use_case=use_case, now=now):
        yield f"Handed to {names}."


def _handed_to(case: Case, *, use_case: UseCase, now: datetime) -> str:
    names = handed_to(use_case, waited=now - case.submitted_at)
    return listed(whom(name, channel=use_case.channel) for name in names)
