"""What reaches the app and how: signatures, three seconds, retries, sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.directory import Channel, Team, User
from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import actions, button
from tests.sandbox.running import APP, CONFIG, eventually, over_socket

TOOK_TOO_LONG = "The app took too long to answer. Try again?"
DID_NOT_RESPOND = "The app didn't respond. Try again?"
CARD = [actions(button("Go", "go", value="1"))]


@pytest.fixture
def config() -> WorkspaceConfig:
    """Impatient, subscribed to messages, with a channel shared with another company."""
    stranger = User(
        id="U0ELSE",
        name="eve",
        real_name="Eve Else",
        team=Team(id="T0ELSE", name="Elsewhere", domain="else"),
        is_stranger=True,
    )
    shared = Channel(
        id="C0SHARED", name="shared", members={"U0ELSE", "U0ANA", APP}, is_ext_shared=True
    )
    return replace(
        CONFIG,
        users=(*CONFIG.users, stranger),
        channels=(*CONFIG.channels, shared),
        ack_within=0.15,
        event_retries_after=(0.0, 0.02, 0.04),
        events=frozenset({"app_home_opened", "message.channels", "app_mention"}),
    )


class Recorder:
    """A bare web server in the app's place; it answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.wait = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.wait)
        return web.Response(status=self.status)


@asynccontextmanager
async def recording(workspace: Workspace) -> AsyncIterator[Recorder]:
    recorder = Recorder()
    app = web.Application()
    app.router.add_post("/", recorder.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    workspace.request_url = f"http://127.0.0.1:{port}/"
    try:
        yield recorder
    finally:
        await runner.cleanup()


async def click(workspace: Workspace, client: AsyncWebClient, *, by: str = "U0ANA") -> Any:
    await client.chat_postMessage(channel="C0MOD", text="x", blocks=CARD)
    person = workspace.person(by)
    return await person.click((await person.messages("C0MOD"))[-1], "Go")


async def test_requests_are_signed_with_the_secret(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with recording(workspace) as app:
        assert await click(workspace, client)
        assert await workspace.person("U0ANA").command("/hitl help", channel="C0MOD")
    kinds = set()
    for headers, body in app.requests:
        lower = {name.lower(): value for name, value in headers.items()}
        right, wrong = (SignatureVerifier(secret) for secret in ("local-signing-secret", "other"))
        assert right.is_valid_request(body, lower)
        assert not wrong.is_valid_request(body, lower)
        kinds.add((lower["content-type"], body.partition(b"=")[0][:7]))
    form = "application/x-www-form-urlencoded"
    assert {(form, b"payload"), (form, b"token")} <= kinds


async def test_a_slow_or_failing_app_is_told_to_the_person_and_not_tried_again(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with recording(workspace) as app:
        app.status = 500
        assert (await click(workspace, client)).error == DID_NOT_RESPOND
        app.status, app.wait = 200, 0.4
        assert (await click(workspace, client)).error == TOOK_TOO_LONG
        clicks = [body for _, body in app.requests if body.startswith(b"payload=")]
    assert len(clicks) == 2
    workspace.request_url = "http://127.0.0.1:9/"
    assert (await click(workspace, client)).error == DID_NOT_RESPOND


async def test_without_an_app_nothing_responds(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    assert (await click(workspace, client)).error == DID_NOT_RESPOND


async def test_an_event_is_tried_three_times_more(workspace: Workspace) -> None:
    async with recording(workspace) as app:
        app.status = 500
        await workspace.person("U0ANA").post("C0MOD", "hello")
        await eventually(lambda: len(app.requests) >= 4)
        await asyncio.sleep(0.1)
    headers = [{k.lower(): v for k, v in each.items()} for each, _ in app.requests]
    assert [each.get("x-slack-retry-num") for each in headers] == [None, "1", "2", "3"]
    assert headers[3]["x-slack-retry-reason"] == "http_error"
    assert len({body for _, body in app.requests}) == 1


async def test_only_subscribed_events_are_sent(workspace: Workspace, bolt: AsyncApp) -> None:
    heard: list[tuple[str, str]] = []

    @bolt.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append((event["channel"], event["text"]))

    @bolt.event("app_mention")
    async def mention(event: dict[str, Any]) -> None:
        heard.append(("mention", event["text"]))

    async with over_socket(bolt, workspace):
        ana = workspace.person("U0ANA")
        await ana.post("G0OURS", "private, not subscribed")
        await ana.post("C0ELSE", "the app is not in here")
        await ana.post("C0MOD", f"hello <@{APP}>")
        await eventually(lambda: len(heard) >= 2)
    assert sorted(heard) == [("C0MOD", f"hello <@{APP}>"), ("mention", f"hello <@{APP}>")]


async def test_a_delivery_can_be_repeated_with_event_ids_of_its_own(workspace: Workspace) -> None:
    workspace.order_fault("delivery", "repeat", copies=3)
    async with recording(workspace) as app:
        await workspace.person("U0ANA").open_home()
        await eventually(lambda: len(app.requests) >= 3)
    assert len({body for _, body in app.requests}) == 3


async def test_a_stale_click_presses_a_button_that_is_gone(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x", blocks=CARD)
    ana = workspace.person("U0ANA")
    (before,) = await ana.messages("C0MOD")
    await client.chat_update(channel="C0MOD", ts=posted["ts"], text="done")
    async with recording(workspace) as app:
        assert (await ana.click(before, "Go")).error == "That is no longer there."
        assert await ana.click(before, "Go", stale=True)
    clicks = [body for _, body in app.requests if body.startswith(b"payload=")]
    assert len(clicks) == 1


async def test_people_outside_the_channel_see_and_press_nothing(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="G0OURS", text="x", blocks=CARD)
    (card,) = await workspace.person("U0ANA").messages("G0OURS")
    assert (await workspace.person("U0BEN").click(card, "Go")).error == "That is no longer there."


async def test_a_stranger_acts_with_their_own_team(
    workspace: Workspace, client: AsyncWebClient, bolt: AsyncApp
) -> None:
    teams = []

    @bolt.action("go")
    async def go(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        info = await client.users_info(user=body["user"]["id"])
        teams.append((body["team"]["id"], body["user"]["team_id"], info["user"]["is_stranger"]))

    await client.chat_postMessage(channel="C0SHARED", text="x", blocks=CARD)
    async with over_socket(bolt, workspace):
        eve = workspace.person("U0ELSE")
        assert await eve.click((await eve.messages("C0SHARED"))[0], "Go")
        await eventually(lambda: teams)
    assert teams == [("T0ELSE", "T0ELSE", True)]


async def test_a_socket_ticket_is_good_once(workspace: Workspace) -> None:
    app = AsyncWebClient(token=workspace.config.app_token, base_url=workspace.api_url)
    url = (await app.apps_connections_open(app_token=workspace.config.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)
        await asyncio.sleep(0.05)
    assert not workspace.sockets.connected


async def test_an_eleventh_connection_is_sent_away(workspace: Workspace) -> None:
    app = AsyncWebClient(token=workspace.config.app_token, base_url=workspace.api_url)
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            opened = await app.apps_connections_open(app_token=workspace.config.app_token)
            sockets.append(await session.ws_connect(opened["url"]))
        greetings = [(await socket.receive_json())["type"] for socket in sockets]
    assert greetings == ["hello"] * 10 + ["disconnect"]


async def test_a_refreshed_connection_is_replaced_by_the_app(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient
) -> None:
    @bolt.action("go")
    async def go(ack: Any) -> None:
        await ack()

    async with over_socket(bolt, workspace):
        await workspace.sockets.refresh()
        await eventually(lambda: workspace.sockets.connected)
        assert await click(workspace, client)


async def test_a_socket_that_does_not_acknowledge_is_told_to_the_person(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    app = AsyncWebClient(token=workspace.config.app_token, base_url=workspace.api_url)
    url = (await app.apps_connections_open(app_token=workspace.config.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        started = time.monotonic()
        assert (await click(workspace, client)).error == TOOK_TOO_LONG
    assert time.monotonic() - started < 1
