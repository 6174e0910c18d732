"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter
from sqlalchemy import delete, insert, text
from starlette.responses import Response

from bot.intake.answers import answer
from bot.services import Services
from hitl.storage.database import Transaction
from hitl.storage.tables import schema_version

# A row that comes and goes needs room on the disk; a transaction that leaves every row as it was,
# also by an UPDATE, needs none on SQLite.
_NOTHING = {"id": 0, "version": 0, "minimum_compatible": 0}
_COMES = insert(schema_version).values(_NOTHING)
_GOES = delete(schema_version).where(schema_version.c.id == 0)


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
        await services.database.write(_write)
        # Slack is told of and not waited for: cases are taken while it is away.
        paused = services.health.paused
        return answer({"status": "ready", "slack": f"paused: {paused}" if paused else "ok"})

    return router


def _write(tx: Transaction) -> None:
    tx.connection.execute(_COMES)
    tx.connection.execute(_GOES)
