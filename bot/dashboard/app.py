"""The dashboard's doors: the page at ``/`` and the figures it asks for."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from bot.dashboard.cookies import Cookies
from bot.dashboard.doorkeeper import NOT_NOW, Doorkeeper, Visitor
from bot.dashboard.pages import (
    PAGE_HEADERS,
    STATIC,
    dashboard_page,
    refusal_page,
    sign_in_page,
)
from bot.dashboard.showing import shown, shown_of_people
from bot.dashboard.signing import signing_routes
from bot.intake.problems import problem
from bot.services import Services


def install_dashboard(app: FastAPI, services: Services, doorkeeper: Doorkeeper) -> None:
    """Put the dashboard at ``/`` of ``app``."""
    app.include_router(dashboard_routes(services, doorkeeper))
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

    @router.get("/dashboard/figures")
    async def figures(
        request: Request,
        use_case: Annotated[str | None, Query(max_length=200)] = None,
        window: Annotated[str, Query(max_length=10)] = "4w",
    ) -> Response:
        try:
            visitor = await doorkeeper.visitor(cookies.read(request))
            if visitor is None:
                return _answer(problem(HTTPStatus.UNAUTHORIZED, "signed-out", "Sign in again."))
            return _answer(await _figures(visitor, use_case, window))
        except NOT_NOW as error:
            return _answer(problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-now", str(error)))

    async def _figures(visitor: Visitor, name: str | None, window: str) -> dict[str, object]:
        own = visitor.use_cases(services.policy)
        use_case = own.get(name) if name else next(iter(own.values()), None)
        if use_case is None:
            return problem(HTTPStatus.NOT_FOUND, "unknown-use-case", "There is no such use case.")
        page = await shown(services, use_case, window=window)
        if await doorkeeper.leads(visitor, use_case):
            named = doorkeeper.name_of
            page["sections"].append(
                await shown_of_people(services, use_case, window=window, named=named)
            )
        return {"visitor": visitor.name, "use_cases": list(own), **page}

    router.include_router(signing_routes(doorkeeper, cookies))
    return router


def _answer(document: dict[str, object]) -> Response:
    status = document.get("status", HTTPStatus.OK)
    assert isinstance(status, int)  # noqa: S101 - only problem documents have one
    return JSONResponse(document, status, headers=PAGE_HEADERS)


class _Static(StaticFiles):
    """Files of ours, which browsers keep and ask about."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response
