"""How one person's run of reviews goes, from the stored rows."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, bindparam, func, select

from hitl.storage.claims import Wanted, count_for
from hitl.storage.tables import cases, reviews, skips

_MOST_LEFT = 100
"""Enough for a quarter of an hour; it is counted anew at every decision."""
# Made once: making a statement costs as much as running it, and these run at every decision.
_VOTES = (
    select(reviews.c.case_id, reviews.c.seconds, reviews.c.at)
    .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
    .where(
        reviews.c.reviewer == bindparam("of_reviewer"),
        reviews.c.at >= bindparam("since"),
        reviews.c.undone_at.is_(None),
        cases.c.use_case == bindparam("of_use_case"),
    )
    .order_by(reviews.c.at, reviews.c.id)
)
_SKIPS = (
    select(func.count())
    .join_from(skips, cases, cases.c.id == skips.c.case_id)
    .where(
        skips.c.reviewer == bindparam("of_reviewer"),
        skips.c.at >= bindparam("since"),
        cases.c.use_case == bindparam("of_use_case"),
    )
)


@dataclass(frozen=True, slots=True)
class SittingFigures:
    """Since it began; what was taken back is not among what is done."""

    done: int
    skipped: int
    left: int
    """Cases that could be served to them now, the one they look at included."""
    left_is_more: bool
    """``left`` is where counting ended."""
    median_seconds: float | None
    """From first sight to decision; None before the first."""
    last_case: int | None
    """What they decided last, and when."""
    last_at: datetime | None


def sitting_figures(connection: Connection, wanted: Wanted, *, since: datetime) -> SittingFigures:
    """Of the reviewer and the use case of ``wanted``."""
    own = {"of_reviewer": wanted.reviewer, "of_use_case": wanted.use_case, "since": since}
    votes = connection.execute(_VOTES, own).all()
    timed = [vote.seconds for vote in votes if vote.seconds is not None]
    left = count_for(connection, wanted, most=_MOST_LEFT + 1)
    return SittingFigures(
        done=len(votes),
        skipped=connection.execute(_SKIPS, own).scalar_one(),
        left=min(left, _MOST_LEFT),
        left_is_more=left > _MOST_LEFT,
        median_seconds=median(timed) if timed else None,
        last_case=votes[-1].case_id if votes else None,
        last_at=votes[-1].at if votes else None,
    )
