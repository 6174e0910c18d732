"""The HTTP API as one ASGI application."""

from fastapi import FastAPI

from bot.intake.doors import BodyLimit, KeyRequired, Keyring
from bot.intake.problems import Problem, install_problems
from bot.intake.routes.deciding import deciding_routes
from bot.intake.routes.figures import figure_routes
from bot.intake.routes.health import health_routes
from bot.intake.routes.metrics import metric_routes
from bot.intake.routes.reading import reading_routes
from bot.intake.routes.submitting import submitting_routes
from bot.services import Services

_EVERYWHERE = (401, 403, 413, 503)
"""What any call may answer."""


def build_intake(services: Services, *, keyring: Keyring) -> FastAPI:
    """Every call of the contract, guarded by ``keyring``."""
    app = FastAPI(
        title="hitl",
        summary="Unsure AI decisions, decided by people in Slack.",
        responses={status: {"model": Problem} for status in _EVERYWHERE},
    )
    install_problems(app)
    for routes in (
        submitting_routes,
        reading_routes,
        deciding_routes,
        figure_routes,
        health_routes,
        metric_routes,
    ):
        app.include_router(routes(services))
    app.add_middleware(BodyLimit)
    app.add_middleware(KeyRequired, keyring=keyring)
    return app
