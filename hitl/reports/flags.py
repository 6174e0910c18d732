"""What became of flags, for the digest."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from hitl.reports.answers import Flags
from hitl.storage.flags import FlagEnd
from hitl.storage.tables import cases, flags


def flags_of(connection: Connection, *, use_case: str, since: datetime, until: datetime) -> Flags:
    """Flags set and ended over ``since <= t < until``, and how many were watched at its end."""

    def count(condition: ColumnElement[bool]) -> int:
        counted = select(func.count()).join_from(flags, cases, cases.c.id == flags.c.case_id)
        chosen = counted.where(cases.c.use_case == use_case, condition)
        return connection.execute(chosen).scalar_one()

    ended = (flags.c.ended_at >= since) & (flags.c.ended_at < until)
    kept = or_(flags.c.end.is_(None), flags.c.end != FlagEnd.UNDONE)
    watched_still = flags.c.ended_at.is_(None) | (flags.c.ended_at >= until)
    return Flags(
        set=count(kept & (flags.c.set_at >= since) & (flags.c.set_at < until)),
        cleared=count(ended & (flags.c.end == FlagEnd.CLEARED)),
        turned=count(ended & (flags.c.end == FlagEnd.TURNED)),
        watched=count(kept & (flags.c.set_at < until) & watched_still),
    )
