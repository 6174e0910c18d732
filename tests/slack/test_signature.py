"""Only what Slack signed is believed."""

import time
from urllib.parse import urlencode

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot.sandbox.workspace import Workspace
from bot.services import Services
from bot.serving import listen, serving
from bot.slack.app import build_slack_app
from bot.slack.connection import slack_route
from bot.slack.whispers import Whispers
from hitl.policy import parse_policy
from hitl.storage.database import Database
from tests.slack.conftest import POLICY

BODY = urlencode({"command": "/hitl", "text": "help", "team_id": "T0LOCAL", "user_id": "U0ANA"})


def signed(workspace: Workspace, *, at: int, body: str = BODY) -> dict[str, str]:
    signature = SignatureVerifier(workspace.config.signing_secret).generate_signature(
        timestamp=str(at), body=body
    )
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": str(at),
        "x-slack-signature": str(signature),
    }


async def post(workspace: Workspace, headers: dict[str, str], body: str = BODY) -> httpx.Response:
    assert workspace.request_url is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(workspace.request_url, content=body, headers=headers)


@pytest.mark.usefixtures("desk")
async def test_a_signed_request_is_answered(workspace: Workspace) -> None:
    answer = await post(workspace, signed(workspace, at=int(time.time())))
    assert answer.status_code == 200
    assert "stats" in answer.text


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "change",
    [
        {"x-slack-signature": "v0=0000"},
        {"x-slack-signature": ""},
        {"x-slack-request-timestamp": "junk"},
        {"x-slack-request-timestamp": "-1"},
        {"x-slack-request-timestamp": ""},
    ],
)
async def test_a_forged_request_is_refused(workspace: Workspace, change: dict[str, str]) -> None:
    answer = await post(workspace, signed(workspace, at=int(time.time())) | change)
    assert answer.status_code == 401


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("seconds", [-301, 302])
async def test_an_old_request_is_refused(workspace: Workspace, seconds: int) -> None:
    answer = await post(workspace, signed(workspace, at=int(time.time()) + seconds))
    assert answer.status_code == 401


@pytest.mark.usefixtures("desk")
async def test_an_altered_request_is_refused(workspace: Workspace) -> None:
    headers = signed(workspace, at=int(time.time()))
    answer = await post(workspace, headers, BODY.replace("help", "queue"))
    assert answer.status_code == 401


def test_the_app_does_not_warn_of_its_own_token_in_the_environment(
    database: Database,
    client: AsyncWebClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    services = Services(database=database, policy=parse_policy(POLICY), draw=lambda: 0.5)
    build_slack_app(services, client=client, whispers=Whispers(client))
    assert caplog.messages == []


async def test_without_a_secret_nothing_is_taken_over_http(
    database: Database, client: AsyncWebClient, workspace: Workspace
) -> None:
    services = Services(database=database, policy=parse_policy(POLICY), draw=lambda: 0.5)
    app = build_slack_app(services, client=client, whispers=Whispers(client))
    web = Starlette(routes=[slack_route(app, signing_secret=None)])
    listener = listen("127.0.0.1", 0)
    async with serving(web, listener):
        workspace.request_url = f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
        answer = await post(workspace, signed(workspace, at=int(time.time())))
    assert answer.status_code == 401
