"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import Response

from bot.intake.answers import answer
from bot.services import Services

# Changes nothing, and still needs room on the disk: an empty transaction would not.
_WRITE = text("UPDATE schema_version SET version = version")


def health_routes(services: Services) -> APIRouter:
    """``/healthz`` touches nothing; ``/readyz`` asks the database."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Response:
        """The process answers."""
        return answer({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> Response:
        """The database can be read and written; 503 otherwise."""
        await services.database.read(lambda connection: connection.execute(text("SELECT 1")).one())
        await services.database.write(lambda tx: tx.connection.execute(_WRITE))
        # Slack is told of and not waited for: cases are taken while it is away.
        paused = services.health.paused
        return answer({"status": "ready", "slack": f"paused: {paused}" if paused else "ok"})

    return router
