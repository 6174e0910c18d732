"""Who looks at which case; of any number who want one at the same moment, one gets it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    delete,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy import update as update_rows

from hitl.policy.fields import Order
from hitl.storage.checks import is_split, met_before
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import AWAITS_PEOPLE, cases, claims, reviews, skips
from hitl.vocabulary import CaseState

_MOST_URGENT = 200
"""Of those whose time is running out, so many are put in order; the rest waited less long."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The last one of a case; it keeps the case for its reviewer until ``until``."""

    reviewer: str
    claimed_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases one person may be served, and in what order."""

    use_case: str
    reviewer: str
    now: datetime
    skipped_since: datetime
    """What they skipped after this is not served to them."""
    submitted_by: datetime | None = None
    """Nothing that came later; None for anything."""
    urgent_by: datetime | None = None
    """What came by then has little time left and goes before all others."""
    order: Order = "least_certain"
    besides: int | None = None
    """A case that is left out of account."""


def claim_of(connection: Connection, case_id: int) -> Claim | None:
    """The case's claim, which may have run out; None when nobody claimed it."""
    row = connection.execute(select(claims).where(claims.c.case_id == case_id)).first()
    return None if row is None else Claim(row.reviewer, row.claimed_at, row.until)


def next_to_claim(connection: Connection, wanted: Wanted) -> int | None:
    """The case to serve next: the one still kept for them, or the first that nobody has."""
    found = (connection.execute(chosen).scalar() for chosen in _in_turn(wanted))
    return next((case_id for case_id in found if case_id is not None), None)


def count_for(connection: Connection, wanted: Wanted, *, most: int) -> int:
    """How many cases could be served to them now, counted up to ``most``."""
    some = _free(wanted).with_only_columns(cases.c.id).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def keep_claim(tx: Transaction, case_id: int, *, reviewer: str, until: datetime) -> bool:
    """Whether the case is kept for ``reviewer`` now: it was free, or theirs already.

    Their own claim is prolonged and keeps its beginning.
    """
    values = {"reviewer": reviewer, "claimed_at": tx.now, "until": until}
    if insert_new(tx.connection, claims, {"case_id": case_id, **values}) is not None:
        return True
    of_case = update_rows(claims).where(claims.c.case_id == case_id)
    ran_out = of_case.where(claims.c.until <= tx.now).values(values)
    own = of_case.where(claims.c.reviewer == reviewer).values(until=until)
    return any(tx.connection.execute(taking).rowcount == 1 for taking in (ran_out, own))


def drop_claim(tx: Transaction, case_id: int, *, reviewer: str) -> bool:
    """Whether there was a claim of theirs to drop."""
    dropped = tx.connection.execute(
        delete(claims).where(claims.c.case_id == case_id, claims.c.reviewer == reviewer)
    )
    return dropped.rowcount == 1


def record_skip(tx: Transaction, case_id: int, *, reviewer: str, reason: str) -> None:
    """Keep that they skipped the case."""
    values = {"case_id": case_id, "reviewer": reviewer, "reason": reason, "at": tx.now}
    tx.connection.execute(insert(skips), values)


def _in_turn(wanted: Wanted) -> Iterator[Select[Any]]:
    """What is looked for, one statement after the other; each reads one index from its start."""
    yield (
        _waiting(wanted)
        .join_from(cases, claims, (claims.c.case_id == cases.c.id) & _kept(wanted, own=True))
        .order_by(claims.c.claimed_at.desc())
        .limit(1)
    )
    # With the margin in it, SQLite takes the index of those that wait and not that of all.
    oldest_first = (cases.c.submitted_at, cases.c.margin, cases.c.id)
    if wanted.order == "oldest":
        yield _free(wanted).order_by(*oldest_first).limit(1)
        return
    if wanted.urgent_by is not None:
        urgent = _free(wanted).where(cases.c.submitted_at <= wanted.urgent_by)
        some = urgent.order_by(*oldest_first).limit(_MOST_URGENT).subquery()
        yield select(some.c.id).order_by(*_least_certain_first(some)).limit(1)
    yield _free(wanted).order_by(*_least_certain_first(cases)).limit(1)


def _least_certain_first(rows: FromClause) -> tuple[ColumnElement[Any], ...]:
    return rows.c.margin, rows.c.submitted_at, rows.c.id


def _waiting(wanted: Wanted) -> Select[Any]:
    columns = (cases.c.id, cases.c.margin, cases.c.submitted_at)
    voted = exists().where(
        reviews.c.case_id == cases.c.id,
        reviews.c.reviewer == wanted.reviewer,
        reviews.c.undone_at.is_(None),
    )
    waiting = select(*columns).where(
        cases.c.use_case == wanted.use_case,
        AWAITS_PEOPLE,
        # A dispute is for adjudicators.
        cases.c.state != CaseState.DISPUTED,
        ~(cases.c.awaits_check & is_split()),
        ~voted,
        ~(cases.c.is_blind & met_before(wanted.reviewer)),
    )
    if wanted.submitted_by is not None:
        waiting = waiting.where(cases.c.submitted_at <= wanted.submitted_by)
    if wanted.besides is not None:
        waiting = waiting.where(cases.c.id != wanted.besides)
    return waiting


def _free(wanted: Wanted) -> Select[Any]:
    """Waiting, kept for nobody else, and not skipped by them."""
    skipped = exists().where(
        skips.c.reviewer == wanted.reviewer,
        skips.c.case_id == cases.c.id,
        skips.c.at > wanted.skipped_since,
    )
    kept = exists().where(claims.c.case_id == cases.c.id, _kept(wanted, own=False))
    return _waiting(wanted).where(~kept, ~skipped)


def _kept(wanted: Wanted, *, own: bool) -> ColumnElement[bool]:
    mine = claims.c.reviewer == wanted.reviewer
    return (claims.c.until > wanted.now) & (mine if own else ~mine)
