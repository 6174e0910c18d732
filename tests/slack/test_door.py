"""What comes to the door of Slack's requests is Slack's, or goes no further."""

import json
import logging
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI, Request

from bot.sandbox.workspace import Workspace
from bot.serving import listen, serving
from tests.slack.test_signature import post, signed

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JUNK = [
    (JSON, '{"a":'),
    (JSON, "[]"),
    (JSON, "null"),
    (JSON, "5"),
    (JSON, "[" * 100_000),
    (JSON, "1" * 5_000),
    (JSON, '{"team": 5}'),
    (FORM, "payload=junk"),
    (FORM, "payload=[]"),
    (FORM, "payload=null"),
    (FORM, "{"),
    (FORM, "\udcff"),
]
_MIB = 1024 * 1024


class Elsewhere:
    """A server that is not Slack's, and what reached it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.reached: list[bytes] = []


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    web, listener = FastAPI(), listen("127.0.0.1", 0)
    found = Elsewhere(f"http://127.0.0.1:{listener.getsockname()[1]}/x")

    @web.post("/x")
    async def take(request: Request) -> None:
        found.reached.append(await request.body())

    async with serving(web, listener):
        yield found


def click(response_url: str) -> str:
    """The body of a click on a case there is not, which is refused with a sentence."""
    payload = {
        "type": "block_actions",
        "team": {"id": "T0LOCAL"},
        "user": {"id": "U0ANA"},
        "container": {"type": "message"},
        "actions": [{"action_id": "show_case", "block_id": "b", "type": "button", "value": "9"}],
        "response_url": response_url,
    }
    return urlencode({"payload": json.dumps(payload)})


async def send(
    workspace: Workspace, body: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    """As ``post``, also with bytes that are no text."""
    assert workspace.request_url is not None
    content = body.encode(errors="surrogateescape")
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(workspace.request_url, content=content, headers=headers)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "timestamp",
    ["1" * 5_000, "1" * 13, "-1", "+1", "1_0", "1.5", "", b"\xc2\xb2", b"\xb2", b"\xd9\xa1"],
)
async def test_no_timestamp_takes_an_unsigned_request_past_the_door(
    workspace: Workspace, elsewhere: Elsewhere, timestamp: str | bytes
) -> None:
    assert workspace.request_url is not None
    headers = [(b"X-Slack-Request-Timestamp", timestamp), (b"X-Slack-Signature", "v0=x")]
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            workspace.request_url,
            content=click(elsewhere.url),
            headers=[(k, v.encode() if isinstance(v, str) else v) for k, v in headers],
        )
    assert answer.status_code == 401
    assert elsewhere.reached == []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("signature", [b"", b"v0=", b"v0=\xe9", b"\xff" * 100])
async def test_no_signature_but_the_right_one_opens_the_door(
    workspace: Workspace, signature: bytes
) -> None:
    assert workspace.request_url is not None
    headers = [
        (b"X-Slack-Request-Timestamp", str(int(time.time())).encode()),
        (b"X-Slack-Signature", signature),
    ]
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(workspace.request_url, content="command=x", headers=headers)
    assert answer.status_code == 401


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("headers", "body"), JUNK)
async def test_unsigned_junk_is_refused_before_it_is_read(
    workspace: Workspace, headers: dict[str, str], body: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await send(workspace, body, headers)
    assert answer.status_code == 401
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("headers", "body"), [each for each in JUNK if each[1].isascii()])
async def test_signed_junk_is_answered_without_a_traceback(
    workspace: Workspace, headers: dict[str, str], body: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await send(
        workspace, body, signed(workspace, at=int(time.time()), body=body) | headers
    )
    assert answer.status_code == 400
    assert all(record.exc_info is None for record in caplog.records)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_a_mebibyte_is_refused(workspace: Workspace, *, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * (_MIB // 16)

    assert workspace.request_url is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        content = b"x" * (_MIB + 1) if announced else pieces()
        answer = await http.post(workspace.request_url, content=content)
    assert answer.status_code == 413


@pytest.mark.usefixtures("desk")
async def test_a_body_of_a_mebibyte_is_read(workspace: Workspace) -> None:
    body = "command=%2Fhitl&text=help&team_id=T0LOCAL&user_id=U0ANA&x=".ljust(_MIB, "x")
    answer = await post(workspace, signed(workspace, at=int(time.time()), body=body), body)
    assert answer.status_code == 200


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "way_back",
    [
        "{elsewhere}",
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com.example.com/actions/1",
        "https://hooks.slack.com:junk/",
        "https://[/",
        "junk",
    ],
)
async def test_a_request_that_wants_its_answer_elsewhere_is_refused(
    workspace: Workspace,
    elsewhere: Elsewhere,
    way_back: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = click(way_back.format(elsewhere=elsewhere.url))
    with caplog.at_level(logging.WARNING):
        answer = await post(workspace, signed(workspace, at=int(time.time()), body=body), body)
    assert answer.status_code == 400
    assert elsewhere.reached == []
    assert "not Slack's" in caplog.text
