"""The figures that the page asks for, for whoever is signed in."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from bot.dashboard.cookies import Cookies
from bot.dashboard.doorkeeper import NOT_NOW, Doorkeeper, Visitor
from bot.dashboard.pages import PAGE_HEADERS
from bot.dashboard.shapes import Shape
from bot.dashboard.showing import shown, shown_reviewers, shown_thresholds
from bot.intake.problems import problem
from bot.services import Services
from bot.slack.remembered import Remembered
from hitl.policy import UseCase

Named = Annotated[str | None, Query(max_length=200)]
Window = Annotated[str, Query(max_length=10)]


def figure_routes(services: Services, doorkeeper: Doorkeeper, cookies: Cookies) -> APIRouter:
    """What may be seen is asked anew each time: it may have changed since the page was opened."""
    router = APIRouter(include_in_schema=False)
    # However many look on, the figures are read once in a while; who they are is asked each time.
    pages = Remembered(keep=timedelta(seconds=10), monotonic=time.monotonic)
    # Deciding a hundred thousand predictions anew takes seconds, and changes little in minutes.
    replays = Remembered(keep=timedelta(minutes=5), monotonic=time.monotonic)

    @router.get("/dashboard/figures")
    async def figures(request: Request, use_case: Named = None, window: Window = "4w") -> Response:
        async def read(visitor: Visitor, chosen: UseCase) -> Shape:
            key = (chosen.name, chosen.version, window)
            page = await pages.get(key, lambda: shown(services, chosen, window=window))
            own = list(visitor.use_cases(services.policy))
            mine = {"visitor": visitor.name, "use_cases": own}
            if not await doorkeeper.leads(visitor, chosen):
                return page | mine
            people = await shown_reviewers(services, chosen, named=doorkeeper.name_of)
            return page | mine | {"sections": [*page["sections"], people]}

        return await answered(request, use_case, read)

    @router.get("/dashboard/thresholds")
    async def past(request: Request, use_case: Named = None, window: Window = "4w") -> Response:
        async def read(_visitor: Visitor, chosen: UseCase) -> Shape:
            key = (chosen.name, chosen.version, window)
            return await replays.get(key, lambda: shown_thresholds(services, chosen, window=window))

        return await answered(request, use_case, read)

    async def answered(
        request: Request, name: str | None, read: Callable[[Visitor, UseCase], Awaitable[Shape]]
    ) -> Response:
        try:
            visitor = await doorkeeper.visitor(cookies.read(request))
            if visitor is None:
                return _answer(problem(HTTPStatus.UNAUTHORIZED, "signed-out", "Sign in again."))
            own = visitor.use_cases(services.policy)
            use_case = own.get(name) if name else next(iter(own.values()), None)
            if use_case is None:
                words = "There is no such use case."
                return _answer(problem(HTTPStatus.NOT_FOUND, "unknown-use-case", words))
            return _answer(await read(visitor, use_case))
        except NOT_NOW as error:
            return _answer(problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-now", str(error)))

    return router


def _answer(document: dict[str, object]) -> Response:
    status = document.get("status", HTTPStatus.OK)
    assert isinstance(status, int)  # noqa: S101 - only problem documents have one
    return JSONResponse(document, status, headers=PAGE_HEADERS)
