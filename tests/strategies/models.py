"""Servers with models: honest, slow, wrong, down and lying ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.receiver import Behaviour, Receiver, running_receiver


def says(label: str, confidence: float, **more: Any) -> Behaviour:
    """An honest model."""
    other = "clean" if label == "violation" else "violation"
    scores = {label: confidence, other: round(1 - confidence, 6)}
    return answers({"scores": scores, **more})


def answers(document: Any, *, status: int = 200, after: float = 0) -> Behaviour:
    async def behave(_request: web.Request) -> web.Response:
        await asyncio.sleep(after)
        return web.json_response(document, status=status)

    return behave


def writes(text: str) -> Behaviour:
    async def behave(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json")

    return behave


@asynccontextmanager
async def model(*behaviours: Behaviour) -> AsyncIterator[Receiver]:
    """A server that does these things in order, and the last of them from then on."""
    async with running_receiver() as receiver:
        receiver.will(*behaviours, *[behaviours[-1]] * 20)
        yield receiver


def step(*receivers: Receiver, **keys: Any) -> str:
    """The policy's words for asking them all."""
    urls = ", ".join(f'"{receiver.url}"' for receiver in receivers)
    more = "".join(f", {key} = {_toml(value)}" for key, value in keys.items())
    return f'{{ to = "second_model", endpoints = [{urls}]{more} }}'


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


REVIEW = '{ to = "review" }'
