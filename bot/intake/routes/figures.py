"""What ``/hitl stats`` shows, as data."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from bot.intake.answers import answer
from bot.intake.direct import direct_router
from bot.intake.doors import Reader
from bot.intake.fields import Sought
from bot.intake.figures import StatsOut
from bot.services import Services
from hitl.reports.data import as_data, report_document
from hitl.reports.report import USUAL_WEEKS, report, zone_of
from hitl.reports.windows import parse_window, window_before
from hitl.statistics.findings.signal import findings_of

_MOST_WEEKS = 60


def figure_routes(services: Services) -> APIRouter:
    """``GET /v1/stats``."""
    router = direct_router("/v1", 422)

    @router.get("/stats", response_model=StatsOut)
    async def read_stats(
        *,
        caller: Reader,
        use_case: Annotated[str, Query(max_length=200)],
        window: Annotated[str, Query(max_length=10, description="such as 24h, 7d, 4w")] = "7d",
        model: Annotated[Sought | None, Query(description="of it alone")] = None,
        policy_version: Sought | None = None,
        weeks: Annotated[int, Query(ge=0, le=_MOST_WEEKS)] = USUAL_WEEKS,
    ) -> Response:
        """Everything that is known; null where it can't be, and what is missing where too little.

        A window of whole days begins at the same time of day in the zone of the use case's
        digest. ``weeks`` whole weeks before its end are shown one by one.
        """
        known = caller.use_case(services.policy, use_case)
        until = services.database.now()
        since = window_before(until, parse_window(window), zone=zone_of(known))

        read = partial(
            report,
            use_case=known,
            since=since,
            until=until,
            model=model,
            policy_version=policy_version,
            weeks=weeks,
        )
        found = await services.database.read(read)
        own = findings_of(use_case, await services.findings.at_once())
        return answer(report_document(found) | {"findings": as_data(own)})

    return router
