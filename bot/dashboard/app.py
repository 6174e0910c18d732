"""The dashboard's doors, and the page at ``/``."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from bot.dashboard.cookies import Cookies
from bot.dashboard.doorkeeper import NOT_NOW, Doorkeeper
from bot.dashboard.pages import (
    PAGE_HEADERS,
    STATIC,
    dashboard_page,
    refusal_page,
    sign_in_page,
)
from bot.dashboard.reading import figure_routes
from bot.dashboard.signing import signing_routes
from bot.services import Services

Named = Annotated[str | None, Query(max_length=200)]
Window = Annotated[str, Query(max_length=10)]


def install_dashboard(app: FastAPI, services: Services, doorkeeper: Doorkeeper) -> None:
    """Put the dashboard at ``/`` of ``app``."""
    app.router.routes += dashboard_routes(services, doorkeeper).routes
    app.mount("/dashboard/static", _Static(directory=STATIC))


def dashboard_routes(services: Services, doorkeeper: Doorkeeper) -> APIRouter:
    """Everything a browser asks for; no API key opens these, and none of them opens the API."""
    router = APIRouter(include_in_schema=False)
    cookies = Cookies(doorkeeper.links.public_url)

    @router.get("/")
    async def page(request: Request) -> Response:
        try:
            visitor = await doorkeeper.visitor(cookies.read(request))
        except NOT_NOW as error:
            return refusal_page(str(error), status=HTTPStatus.SERVICE_UNAVAILABLE)
        return sign_in_page() if visitor is None else dashboard_page()

    router.routes += figure_routes(services, doorkeeper, cookies).routes
    router.routes += signing_routes(doorkeeper, cookies).routes
    return router


class _Static(StaticFiles):
    """Files of ours, which browsers keep and ask about."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(PAGE_HEADERS | {"cache-control": "no-cache"})
        return response
