"""Only what Slack took counts as taken, whatever a server in between says instead."""

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.serving import listen, serving
from bot.slack.message import Message
from bot.slack.ways_back import answer


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        (PlainTextResponse("ok"), "ok"),
        (PlainTextResponse("ok", 500), ""),
        (PlainTextResponse("no", 404), ""),
        (RedirectResponse("/elsewhere", 307), ""),
        (
            Response(b"<p>sp\xe4ter", media_type="text/html; charset=utf-8"),
            "<p>sp\N{REPLACEMENT CHARACTER}ter",
        ),
    ],
)
async def test_what_slack_did_not_take_is_not_taken_for_an_ok(
    answered: Response, said: str
) -> None:
    async def take(_request: Request) -> Response:
        return answered

    async def ok(_request: Request) -> Response:
        return PlainTextResponse("ok")

    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    routes = [Route("/", take, methods=["POST"]), Route("/elsewhere", ok, methods=["POST"])]
    async with serving(Starlette(routes=routes), listener), ClientSession() as session:
        client = AsyncWebClient(session=session)
        assert await answer(url, Message("You chose.", []), client=client) == said
