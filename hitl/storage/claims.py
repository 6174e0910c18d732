"""Who looks at which case; of any number who want one at the same moment, one gets it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, update

from hitl.lifecycle import WAITING
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import cases, claims


@dataclass(frozen=True, slots=True)
class Claim:
    """The last one of a case; it keeps the case for its reviewer until ``until``."""

    reviewer: str
    claimed_at: datetime
    until: datetime


def claim_of(connection: Connection, case_id: int) -> Claim | None:
    """The case's claim, which may have run out; None when nobody claimed it."""
    row = connection.execute(select(claims).where(claims.c.case_id == case_id)).first()
    return None if row is None else Claim(row.reviewer, row.claimed_at, row.until)


def next_to_claim(
    connection: Connection, use_case: str, *, reviewer: str, now: datetime
) -> int | None:
    """The waiting case with the lowest id that is not kept for somebody else."""
    kept_for_another = exists().where(
        claims.c.case_id == cases.c.id, claims.c.until > now, claims.c.reviewer != reviewer
    )
    return connection.execute(
        select(cases.c.id)
        .where(cases.c.use_case == use_case, cases.c.state.in_(WAITING), ~kept_for_another)
        .order_by(cases.c.id)
        .limit(1)
    ).scalar()


def keep_claim(tx: Transaction, case_id: int, *, reviewer: str, until: datetime) -> bool:
    """Whether the case is kept for ``reviewer`` now: it was free, or theirs already.

    Their own claim is prolonged and keeps its beginning.
    """
    values = {"reviewer": reviewer, "claimed_at": tx.now, "until": until}
    if insert_new(tx.connection, claims, {"case_id": case_id, **values}) is not None:
        return True
    of_case = update(claims).where(claims.c.case_id == case_id)
    ran_out = of_case.where(claims.c.until <= tx.now).values(values)
    own = of_case.where(claims.c.reviewer == reviewer).values(until=until)
    return any(tx.connection.execute(taking).rowcount == 1 for taking in (ran_out, own))


def drop_claim(tx: Transaction, case_id: int, *, reviewer: str) -> bool:
    """Whether there was a claim of theirs to drop."""
    dropped = tx.connection.execute(
        delete(claims).where(claims.c.case_id == case_id, claims.c.reviewer == reviewer)
    )
    return dropped.rowcount == 1
