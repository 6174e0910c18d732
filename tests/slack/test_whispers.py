"""Words for one person are sent beside everything else, and before the app has ended."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.serving import listen, serving
from bot.slack.message import Message
from bot.slack.whispers import whispering

WORDS = Message("You chose *Approve*.", [])


class Reader:
    """Answers when it is let to."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.read: list[str] = []

    async def take(self, request: Request) -> PlainTextResponse:
        self.asked.set()
        await self.may_answer.wait()
        self.read.append((await request.json())["text"])
        return PlainTextResponse("ok")


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    found, listener = Reader(), listen("127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    web = Starlette(routes=[Route("/", found.take, methods=["POST"])])
    async with serving(web, listener):
        yield found


@pytest.fixture
async def client() -> AsyncIterator[AsyncWebClient]:
    async with ClientSession() as session:
        yield AsyncWebClient(session=session)


async def test_what_is_under_way_is_finished_before_the_app_ends(
    reader: Reader, client: AsyncWebClient
) -> None:
    async def one_life() -> None:
        async with whispering(client) as whispers:
            whispers.send(WORDS, reader.url)

    living = asyncio.create_task(one_life())
    await reader.asked.wait()
    assert not living.done()
    reader.may_answer.set()
    await living
    assert reader.read == [WORDS.text]


async def test_what_reaches_nobody_ends_nothing(client: AsyncWebClient) -> None:
    with listen("127.0.0.1", 0) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
    async with whispering(client) as whispers:
        whispers.send(WORDS, url)
