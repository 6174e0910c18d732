"""Who looks at which case; of any number who want one at the same moment, one gets it."""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as update_rows

from hitl.policy.fields import Order
from hitl.storage.checks import is_split, met_before
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new, lacks
from hitl.storage.tables import AWAITS_PEOPLE, cases, claims, reviews, skips
from hitl.storage.waiting import waits_in
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


# Made once, here and below: making one of these statements costs ten times what running it does.
_CLAIM = select(claims.c.reviewer, claims.c.claimed_at, claims.c.until).where(
    claims.c.case_id == bindparam("of_case")
)
_CLAIMED = update_rows(claims).where(claims.c.case_id == bindparam("of_case"))
_TAKE_OVER = _CLAIMED.where(claims.c.until <= bindparam("now")).values(
    reviewer=bindparam("of_reviewer"), claimed_at=bindparam("now"), until=bindparam("until")
)
_PROLONG = _CLAIMED.where(claims.c.reviewer == bindparam("of_reviewer")).values(
    until=bindparam("until")
)
_DROP = delete(claims).where(
    claims.c.case_id == bindparam("of_case"), claims.c.reviewer == bindparam("of_reviewer")
)
_SKIP = insert(skips)
_WANTED = tuple(field.name for field in fields(Wanted))


def claim_of(connection: Connection, case_id: int) -> Claim | None:
    """The case's claim, which may have run out; None when nobody claimed it."""
    row = connection.execute(_CLAIM, {"of_case": case_id}).first()
    return None if row is None else Claim(row.reviewer, row.claimed_at, row.until)


def next_to_claim(connection: Connection, wanted: Wanted, *, most: int = 1) -> list[int]:
    """The cases to serve next: those still kept for them, then the first that nobody has."""
    waited, hurried = wanted.submitted_by is not None, wanted.urgent_by is not None
    values, found = _values(wanted, most=most), dict[int, None]()
    for chosen in _in_turn(wanted.order, waited=waited, hurried=hurried):
        found |= dict.fromkeys(connection.execute(chosen, values).scalars())
        if len(found) >= most:
            break
    return list(found)[:most]


def count_for(connection: Connection, wanted: Wanted, *, most: int) -> int:
    """How many cases could be served to them now, counted up to ``most``."""
    counted = _counted(waited=wanted.submitted_by is not None)
    return int(connection.execute(counted, _values(wanted, most=most)).scalar_one())


def keep_claim(tx: Transaction, case_id: int, *, reviewer: str, until: datetime) -> bool:
    """Whether the case is kept for ``reviewer`` now: it was free, or theirs already.

    Their own claim is prolonged and keeps its beginning.
    """
    values = {"case_id": case_id, "reviewer": reviewer, "claimed_at": tx.now, "until": until}
    if insert_new(tx.connection, claims, values) is not None:
        return True
    own = {"of_case": case_id, "of_reviewer": reviewer, "until": until}
    if tx.connection.execute(_TAKE_OVER, own | {"now": tx.now}).rowcount == 1:
        return True
    return tx.connection.execute(_PROLONG, own).rowcount == 1


def drop_claim(tx: Transaction, case_id: int, *, reviewer: str) -> bool:
    """Whether there was a claim of theirs to drop."""
    dropped = tx.connection.execute(_DROP, {"of_case": case_id, "of_reviewer": reviewer})
    return dropped.rowcount == 1


def record_skip(tx: Transaction, case_id: int, *, reviewer: str, reason: str) -> None:
    """Keep that they skipped the case."""
    values = {"case_id": case_id, "reviewer": reviewer, "reason": reason, "at": tx.now}
    tx.connection.execute(_SKIP, values)


def _values(wanted: Wanted, *, most: int) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in _WANTED} | {"most": most}


@cache
def _in_turn(order: Order, *, waited: bool, hurried: bool) -> tuple[Select[Any], ...]:
    """What is looked for, one statement after the other; each reads one index from its start."""
    most = bindparam("most", type_=Integer)
    kept = (
        _waiting(waited=waited)
        .join_from(cases, claims, (claims.c.case_id == cases.c.id) & _kept(own=True))
        .order_by(claims.c.claimed_at.desc())
        .limit(most)
    )
    free = _free(waited=waited)
    # With the margin in it, SQLite takes the index of those that wait and not that of all.
    oldest_first = (cases.c.submitted_at, cases.c.margin, cases.c.id)
    if order == "oldest":
        return kept, free.order_by(*oldest_first).limit(most)
    least_certain = free.order_by(*_least_certain_first(cases)).limit(most)
    if not hurried:
        return kept, least_certain
    urgent = free.where(cases.c.submitted_at <= bindparam("urgent_by"))
    some = urgent.order_by(*oldest_first).limit(_MOST_URGENT).subquery()
    hurrying = select(some.c.id).order_by(*_least_certain_first(some)).limit(most)
    return kept, hurrying, least_certain


@cache
def _counted(*, waited: bool) -> Select[Any]:
    some = (
        _free(waited=waited)
        .where(waits_in(bindparam("use_case")))
        .with_only_columns(cases.c.id)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    return select(func.count()).select_from(some)


def _least_certain_first(rows: FromClause) -> tuple[ColumnElement[Any], ...]:
    return rows.c.margin, rows.c.submitted_at, rows.c.id


def _waiting(*, waited: bool) -> Select[Any]:
    columns = (cases.c.id, cases.c.margin, cases.c.submitted_at)
    votes = select(reviews).where(
        reviews.c.case_id == cases.c.id,
        reviews.c.reviewer == bindparam("reviewer"),
        reviews.c.undone_at.is_(None),
    )
    waiting = select(*columns).where(
        cases.c.use_case == bindparam("use_case"),
        AWAITS_PEOPLE,
        # A dispute is for adjudicators.
        cases.c.state != CaseState.DISPUTED,
        ~(cases.c.awaits_check & is_split()),
        lacks(votes),
        ~(cases.c.is_blind & met_before(bindparam("reviewer"))),
    )
    return waiting.where(cases.c.submitted_at <= bindparam("submitted_by")) if waited else waiting


def _free(*, waited: bool) -> Select[Any]:
    """Waiting, kept for nobody else, and not skipped by them."""
    skipped = select(skips).where(
        skips.c.reviewer == bindparam("reviewer"),
        skips.c.case_id == cases.c.id,
        skips.c.at > bindparam("skipped_since"),
    )
    kept = select(claims).where(claims.c.case_id == cases.c.id, _kept(own=False))
    return _waiting(waited=waited).where(lacks(kept), lacks(skipped))


def _kept(*, own: bool) -> ColumnElement[bool]:
    mine = claims.c.reviewer == bindparam("reviewer")
    return (claims.c.until > bindparam("now")) & (mine if own else ~mine)
