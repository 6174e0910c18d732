"""What ``/hitl stats`` shows, as data."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from bot.intake.answers import answer
from bot.intake.doors import Reader
from bot.intake.problems import Problem
from bot.services import Services
from hitl.documents import moment
from hitl.reports.answers import Stats, Waiting
from hitl.reports.stats import stats
from hitl.reports.windows import parse_window
from hitl.statistics.answers import Share


class ShareOut(BaseModel):
    """``hits`` of ``total`` with the 95 % Wilson interval."""

    hits: int
    total: int
    low: float
    estimate: float
    high: float


class WaitingOut(BaseModel):
    """Seconds from submission to a person's decision, waiting included."""

    median: float
    p90: float
    count: int


class CostOut(BaseModel):
    """Spending in ``currency``; null where a price is missing."""

    currency: str
    ai: float | None
    review: float | None
    per_decision: float | None
    by_the_hour: bool


class StatsOut(BaseModel):
    """The figures of a use case over a window."""

    use_case: str
    since: datetime
    until: datetime
    predictions: int | None
    stood: int
    escalated: int
    escalation: ShareOut | None
    verdicts: dict[str, int]
    flagged: int
    agreement: ShareOut | None
    waiting: WaitingOut | None
    open: int
    oldest_open_at: datetime | None
    cost: CostOut | None


def figure_routes(services: Services) -> APIRouter:
    """``GET /v1/stats``."""
    router = APIRouter(prefix="/v1", responses={422: {"model": Problem}})

    @router.get("/stats", response_model=StatsOut)
    async def read_stats(
        caller: Reader,
        use_case: Annotated[str, Query(max_length=200)],
        window: Annotated[str, Query(max_length=10, description="such as 24h, 7d, 4w")] = "7d",
    ) -> Response:
        """Escalation, verdicts, agreement, waiting, queue and cost; null where it is unknown."""
        known = caller.use_case(services.policy, use_case)
        length = parse_window(window)
        until = services.database.now()
        found = await services.database.read(
            lambda connection: stats(connection, use_case=known, since=until - length, until=until)
        )
        return answer(_figures(found))

    return router


def _figures(found: Stats) -> dict[str, Any]:
    oldest = found.queue.oldest_at
    return {
        "use_case": found.use_case,
        "since": moment(found.since),
        "until": moment(found.until),
        "predictions": found.predictions,
        "stood": found.stood,
        "escalated": found.escalated,
        "escalation": _share(found.escalation),
        "verdicts": dict(found.verdicts),
        "flagged": found.flagged,
        "agreement": _share(found.agreement),
        "waiting": _waiting(found.waiting),
        "open": found.queue.open,
        "oldest_open_at": None if oldest is None else moment(oldest),
        "cost": None if found.cost is None else asdict(found.cost),
    }


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {"hits": share.hits, "total": share.total} | asdict(share.interval)


def _waiting(waiting: Waiting | None) -> dict[str, Any] | None:
    return None if waiting is None else asdict(waiting)
