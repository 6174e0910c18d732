"""``/metrics`` for Prometheus, read from the database when asked."""

from fastapi import APIRouter
from starlette.responses import Response

from bot.intake.doors import Reader
from bot.services import Services


def metric_routes(services: Services) -> APIRouter:
    """``GET /metrics``, with a key that may read."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    async def metrics(caller: Reader) -> Response:
        # A start need not wait for the library of it.
        from bot.intake.exposition import MEDIA_TYPE, exposition, snapshot  # noqa: PLC0415

        found = await services.database.read(lambda c: snapshot(c, services, caller))
        return Response(exposition(found), media_type=MEDIA_TYPE)

    return router
