"""Signing in to the dashboard by link or key, and signing out."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from bot.dashboard.cookies import Cookies
from bot.dashboard.doorkeeper import NOT_NOW, Doorkeeper, KeyNotAccepted
from bot.dashboard.links import ENTER, LinkRefused
from bot.dashboard.pages import PAGE_HEADERS, enter_page, refusal_page, sign_in_page
from bot.slack.refusals import Refusal
from hitl.errors import HitlError
from hitl.storage.web_sessions import LinkUsed

_LONGEST_FORM = 8_192
_MOST_FIELDS = 10
_FOREIGN = "This form did not come from this page. Open the dashboard and try again."


def signing_routes(doorkeeper: Doorkeeper, cookies: Cookies) -> APIRouter:
    """Only forms of our own page sign anybody in or out."""
    router = APIRouter(include_in_schema=False)

    @router.get(ENTER)
    async def whose_link(link: Annotated[str, Query(max_length=2_000)] = "") -> Response:
        try:
            return enter_page(link, name=await doorkeeper.whose(link))
        except (LinkRefused, LinkUsed, *NOT_NOW) as error:
            return sign_in_page(str(error), status=_status(error))

    @router.post(ENTER)
    async def enter(request: Request) -> Response:
        return await _sign_in(request, "link", doorkeeper, cookies)

    @router.post("/dashboard/sign-in")
    async def sign_in(request: Request) -> Response:
        return await _sign_in(request, "key", doorkeeper, cookies)

    @router.post("/dashboard/sign-out")
    async def sign_out(request: Request) -> Response:
        if not cookies.is_our_form(request):
            return refusal_page(_FOREIGN, status=HTTPStatus.FORBIDDEN)
        await doorkeeper.leave(cookies.read(request))
        response = _to_the_page()
        cookies.forget(response)
        return response

    return router


async def _sign_in(
    request: Request, field: str, doorkeeper: Doorkeeper, cookies: Cookies
) -> Response:
    if not cookies.is_our_form(request):
        return sign_in_page(_FOREIGN, status=HTTPStatus.FORBIDDEN)
    given = await _field(request, field)
    enter = doorkeeper.enter_by_link if field == "link" else doorkeeper.enter_by_key
    try:
        secret = await enter(given, instead_of=cookies.read(request))
    except (LinkRefused, LinkUsed, KeyNotAccepted, *NOT_NOW) as error:
        return sign_in_page(str(error), status=_status(error))
    response = _to_the_page()
    cookies.keep(response, secret)
    return response


async def _field(request: Request, name: str) -> str:
    body = (await request.body())[:_LONGEST_FORM]
    try:
        values = parse_qs(body.decode("ascii", errors="replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:  # no form of ours has so many
        return ""
    return values.get(name, [""])[0].strip()


def _status(error: HitlError) -> int:
    if isinstance(error, NOT_NOW) and not isinstance(error, Refusal):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.FORBIDDEN


def _to_the_page() -> Response:
    # 303: the browser asks for the page anew, and going back sends no form again.
    return RedirectResponse("/", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)
