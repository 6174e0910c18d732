"""What is measured on: a workspace, a database, and a service between them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import aiohttp

from bot.sandbox import clicks
from bot.sandbox.app import running_workspace
from bot.sandbox.clicks import Click
from bot.sandbox.config import demo_config
from bot.sandbox.directory import User
from bot.sandbox.messages import Message
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace
from tests.benchmarks.service import Running, caller, running
from tests.ports import free_port
from tests.postgres import Server
from tests.service.process import environment, slack_settings

CHANNEL = "#moderation"
REVIEWERS = tuple(f"U0BENCH{number:02}" for number in range(16))
POLICY = f"""
[use_cases.content-moderation]
preset      = "moderation-two-sided"
channel     = "{CHANNEL}"
reviewers   = {list(REVIEWERS)}
flag_label  = "clean"
audit_rate  = 0.0
queue_after = 1_000
digest      = false
"""


_OPENINGS = (
    "You call that a risotto?",
    "Nobody who can read would fry garlic for that long.",
    "I made this for eight people last Sunday and it was gone in minutes.",
    "Stop posting your shop here, it is the third time this week.",
    "The oven was far too hot, the crust tells it.",
    "What an utter waste of good saffron.",
    "My grandmother would have thrown you out of her kitchen.",
    "Has anybody tried it with barley instead of rice?",
)
_CLOSINGS = (
    "Delete your account.",
    "Thank you for writing it all down!",
    "People like you ruin every thread about food.",
    "Next time take less salt and more patience.",
    "I will report you, and not only here.",
    "The link is in my profile, half price until Friday.",
    "Go back to your microwave, you clown.",
    "With a little lemon it would be perfect.",
)


def _text(key: str) -> str:
    """One of 64: people don't write the same thing each time, nor each time something new."""
    number = crc32(key.encode())
    return f"{_OPENINGS[number % 8]} {_CLOSINGS[number // 8 % 8]}"


def _case(key: str, *, violation: float) -> dict[str, Any]:
    return {
        "use_case": "content-moderation",
        "key": key,
        "model": "toxicity@3",
        "scores": {"violation": violation, "clean": round(1 - violation, 2)},
        "title": "Reply in r/cooking",
        "text": _text(key),
        "reason": "Matches two slur patterns, one quoted",
    }


@dataclass(slots=True)
class Bench:
    """Everything in place; one loop drives callers, workspace and reviewers."""

    service: Running
    workspace: Workspace
    http: aiohttp.ClientSession
    engine: str
    """``sqlite`` or ``postgresql``."""
    _posted: dict[int, asyncio.Future[Message]] = field(default_factory=dict)
    _views: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    async def submit(self, key: str, *, violation: float = 0.7) -> int:
        """A case, escalated at the usual score; its id."""
        body = _case(key, violation=violation)
        async with self.http.post(f"{self.service.url}/v1/cases", json=body) as answer:
            document = await answer.json()
        assert answer.status == 201, document
        return int(document["id"])

    async def submit_batch(self, keys: list[str], *, violation: float) -> None:
        """Many cases in one request."""
        body = {"cases": [_case(key, violation=violation) for key in keys]}
        async with self.http.post(f"{self.service.url}/v1/cases/batch", json=body) as answer:
            document = await answer.json()
        assert all(result["status"] == 201 for result in document["results"]), document

    async def vote(self, case_id: int, *, by: str) -> None:
        """A vote through the API."""
        url = f"{self.service.url}/v1/cases/{case_id}/reviews"
        async with self.http.post(url, json={"reviewer": by, "verdict": "approve"}) as answer:
            assert answer.status == 201, await answer.text()

    async def card(self, case_id: int) -> Message:
        """The case's card, as soon as Slack has it."""
        return await asyncio.wait_for(self._arrival(case_id), 30)

    async def click(self, card: Message, *, by: str) -> None:
        """A signed press on Approve; returns once it is acknowledged."""
        user = self.workspace.state.users[by]
        press = Click(action_id="decide.approve", block_id=None, given={}, values={})
        await clicks.click_in_message(
            self.workspace, user, press, channel_id=card.channel, ts=card.ts
        )

    async def outcome(self, case_id: int, *, wait: int = 30) -> dict[str, Any]:
        """The stored outcome."""
        url = f"{self.service.url}/v1/cases/{case_id}?wait={wait}"
        async with self.http.get(url) as answer:
            document: dict[str, Any] = await answer.json()
        assert document["outcome"], document
        return document

    @property
    def channel_id(self) -> str:
        """Of the use case's channel."""
        return self.workspace.channel_id(CHANNEL)

    def next_view(self, view_id: str) -> asyncio.Future[float]:
        """When the modal is rewritten next, by ``time.perf_counter``."""
        shown: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._views[view_id] = shown
        return shown

    def _arrival(self, case_id: int) -> asyncio.Future[Message]:
        if case_id not in self._posted:
            self._posted[case_id] = asyncio.get_running_loop().create_future()
        return self._posted[case_id]

    def watch(self) -> None:
        """Notice cards as they are posted, and modals as they are rewritten."""
        post = self.workspace.state.post

        def noticed(message: Message) -> None:
            post(message)
            told = message.metadata or {}
            if told.get("event_type") == "hitl_case":
                arrival = self._arrival(int(told["event_payload"]["case"]))
                if not arrival.done():
                    arrival.set_result(message)

        self.workspace.state.post = noticed  # type: ignore[method-assign]
        tell_view = self.workspace.state.tell_view

        def told_view(event: str, view: View) -> None:
            tell_view(event, view)
            shown = self._views.pop(view.id, None)
            if shown is not None:
                shown.set_result(time.perf_counter())

        self.workspace.state.tell_view = told_view  # type: ignore[method-assign]


@asynccontextmanager
async def running_bench(folder: Path, *, server: Server | None) -> AsyncIterator[Bench]:
    """A new database, file or server's, with a service and a workspace."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything runs
    users = [User(id=name, name=name.lower(), real_name=name) for name in REVIEWERS]
    config = demo_config(channels=[CHANNEL], people=users)
    async with AsyncExitStack() as stack:
        database_url = f"sqlite:///{folder}/hitl.db"
        if server is not None:
            name = server.create()
            stack.callback(server.drop, name)
            database_url = server.url(name)
        workspace = await stack.enter_async_context(running_workspace(config))
        env = environment(
            folder,
            **slack_settings(config, workspace, socket=False),
            HITL_DATABASE_URL=database_url,
        )
        (folder / "policy.toml").write_text(POLICY)
        service = await stack.enter_async_context(running(folder, env, port=free_port()))
        workspace.request_url = f"{service.url}/slack/events"
        http = await stack.enter_async_context(caller())
        engine = "sqlite" if server is None else "postgresql"
        bench = Bench(service, workspace, http, engine)
        bench.watch()
        yield bench
