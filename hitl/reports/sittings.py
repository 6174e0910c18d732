"""How one person's run of reviews goes, from the stored rows."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, func, select

from hitl.storage.claims import Wanted, count_for
from hitl.storage.tables import cases, reviews, skips

_MOST_LEFT = 1_000


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
    votes = connection.execute(
        select(reviews.c.case_id, reviews.c.seconds, reviews.c.at)
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(
            reviews.c.reviewer == wanted.reviewer,
            reviews.c.at >= since,
            reviews.c.undone_at.is_(None),
            cases.c.use_case == wanted.use_case,
        )
        .order_by(reviews.c.at, reviews.c.id)
    ).all()
    timed = [vote.seconds for vote in votes if vote.seconds is not None]
    left = count_for(connection, wanted, most=_MOST_LEFT + 1)
    return SittingFigures(
        done=len(votes),
        skipped=_skipped(connection, wanted, since=since),
        left=min(left, _MOST_LEFT),
        left_is_more=left > _MOST_LEFT,
        median_seconds=median(timed) if timed else None,
        last_case=votes[-1].case_id if votes else None,
        last_at=votes[-1].at if votes else None,
    )


def _skipped(connection: Connection, wanted: Wanted, *, since: datetime) -> int:
    return connection.execute(
        select(func.count())
        .join_from(skips, cases, cases.c.id == skips.c.case_id)
        .where(
            skips.c.reviewer == wanted.reviewer,
            skips.c.at >= since,
            cases.c.use_case == wanted.use_case,
        )
    ).scalar_one()
