"""What ``/hitl stats`` shows, of one use case and one window."""

from datetime import datetime

from sqlalchemy import Connection, select

from hitl.cases import listed_as
from hitl.policy import UseCase
from hitl.reports.answers import Queue, Stats, Waiting
from hitl.reports.asked import asked_in
from hitl.reports.costs import cost_of, reviewed_in, standing_in
from hitl.reports.ledger import Ledger, Window
from hitl.reports.tallied import decided_in, predicted_in
from hitl.reports.times import seconds_waited
from hitl.storage.queue_cards import MOST_COUNTED, numbers_of
from hitl.storage.tables import AWAITS_PEOPLE, case_contents, cases
from hitl.vocabulary import By


def stats(connection: Connection, *, use_case: UseCase, since: datetime, until: datetime) -> Stats:
    """Predictions by when they came, decisions by when they were made, the queue as it is now."""
    ledger = Ledger.open(connection, use_case.name)
    return stats_of(ledger, (since, until), use_case=use_case)


def stats_of(
    ledger: Ledger, window: Window, *, use_case: UseCase, counted: int = MOST_COUNTED
) -> Stats:
    """The same of any ledger of the use case; the queue is that of the whole use case.

    ``counted`` is as in ``queue``.
    """
    [seen] = predicted_in(ledger, [window])
    [decided] = decided_in(ledger, [window])
    [reviewed] = reviewed_in(ledger, [window])
    return Stats(
        use_case=use_case.name,
        since=window[0],
        until=window[1],
        predictions=seen.predictions,
        stood=seen.stood,
        escalated=seen.escalated,
        escalation=seen.escalation,
        verdicts=decided.verdicts,
        flagged=decided.flagged,
        agreement=decided.agreement,
        waiting=_waiting(seconds_waited(ledger, window), count=decided.waited),
        queue=queue(ledger.connection, use_case=use_case.name, counted=counted),
        cost=cost_of(
            use_case.costs,
            predictions=seen.predictions,
            reviewed=reviewed,
            asked=asked_in(ledger, [window], costs=use_case.costs)[0],
            standing=standing_in(ledger, [window])[0],
        ),
        by_model=decided.by.get(By.MODEL, 0),
        by_user=decided.by.get(By.USER, 0),
    )


def queue(
    connection: Connection, *, use_case: str, most: int = 10, counted: int = MOST_COUNTED
) -> Queue:
    """Cases that wait for people now, the longest waiting first; counted up to ``counted``."""
    waiting = (cases.c.use_case == use_case) & AWAITS_PEOPLE
    numbers = numbers_of(connection, use_case, most=counted)
    first = connection.execute(
        select(cases.c.id, cases.c.key, cases.c.is_blind, case_contents.c.title)
        .outerjoin_from(cases, case_contents, case_contents.c.case_id == cases.c.id)
        .where(waiting)
        # With the margin, which their index has: else all that wait are put in order for a few.
        .order_by(cases.c.submitted_at, cases.c.margin, cases.c.id)
        .limit(most)
    )
    return Queue(
        use_case=use_case,
        open=min(numbers.open, counted),
        is_more=numbers.open > counted,
        oldest_at=numbers.oldest_at,
        next_cases=tuple(
            (
                row.id,
                listed_as(row.id, title=row.title, key=row.key, is_blind=row.is_blind),
            )
            for row in first
        ),
    )


def _waiting(seconds: list[float], *, count: int) -> Waiting | None:
    """``seconds`` are all of them or ranks that stand for all, see ``times``."""
    if not seconds:
        return None
    ranks = len(seconds)
    return Waiting(
        median=seconds[(ranks - 1) // 2], p90=seconds[-(-ranks * 9 // 10) - 1], count=count
    )
