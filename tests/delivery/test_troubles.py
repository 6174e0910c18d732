"""Every way a Slack call can fail has one treatment."""

import asyncio
import socket
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.troubles import Treatment, Trouble, told_as_trouble, treatment_of

POLICY = {
    "wait": ["ratelimited", "rate_limited"],
    "retry": ["service_unavailable", "team_added_to_org", "org_login_required"],
    "reconcile": ["fatal_error", "internal_error", "request_timeout"],
    "pause": [
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "account_inactive",
        "missing_scope",
        "no_permission",
        "ekm_access_denied",
    ],
    "fall_back": [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
    ],
    "plain": [
        "msg_too_long",
        "invalid_blocks",
        "msg_blocks_too_long",
        "too_many_attachments",
        "no_text",
    ],
    "tell_in_thread": ["message_not_found", "cant_update_message", "edit_window_closed"],
    "bury": [
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_charset",
        "invalid_form_data",
        "new",
    ],
}


def answer(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="chat.postMessage",
        req_args={},
        data=body,
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


def trouble_from(error: Exception) -> Trouble:
    with pytest.raises(Trouble) as caught, told_as_trouble():
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "treatment"), [(code, name) for name, codes in POLICY.items() for code in codes]
)
def test_each_code_of_slack_has_its_treatment(code: str, treatment: str) -> None:
    assert treatment_of(code) == treatment
    assert trouble_from(answer({"ok": False, "error": code})).treatment == treatment


@pytest.mark.parametrize(
    ("status", "body", "treatment"),
    [
        (429, {}, Treatment.WAIT),
        (429, "slow down", Treatment.WAIT),
        (500, {}, Treatment.RECONCILE),
        (502, "<html>", Treatment.RECONCILE),
        (503, {"ok": False, "error": "service_unavailable"}, Treatment.RETRY),
        (500, {"ok": False, "error": "never_heard_of"}, Treatment.RECONCILE),
        (200, {}, Treatment.RECONCILE),
        (403, {"ok": False, "error": "invalid_auth"}, Treatment.PAUSE),
    ],
)
def test_the_http_status_counts_where_there_is_no_code(
    status: int, body: Any, treatment: Treatment
) -> None:
    assert trouble_from(answer(body, status=status)).treatment is treatment


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "37"}, 37),
        ({}, 5),
        ({"Retry-After": "soon"}, 5),
        ({"Retry-After": "-1"}, 5),
        ({"Retry-After": "9" * 30}, 5),
    ],
)
def test_slack_says_how_long_to_wait(headers: dict[str, str], seconds: int) -> None:
    trouble = trouble_from(answer({"error": "ratelimited"}, status=429, headers=headers))
    assert trouble.retry_after.total_seconds() == seconds


@pytest.mark.parametrize(
    ("error", "treatment"),
    [
        (TimeoutError(), Treatment.RECONCILE),
        (ConnectionResetError(), Treatment.RECONCILE),
        (aiohttp.ServerDisconnectedError(), Treatment.RECONCILE),
        (aiohttp.ServerTimeoutError(), Treatment.RECONCILE),
        (aiohttp.ConnectionTimeoutError(), Treatment.RETRY),
        (aiohttp.ClientPayloadError(), Treatment.RECONCILE),
    ],
)
def test_a_lost_answer_is_a_doubt_and_a_lost_connection_attempt_is_not(
    error: Exception, treatment: Treatment
) -> None:
    trouble = trouble_from(error)
    assert trouble.treatment is treatment
    assert trouble.in_doubt == (treatment is Treatment.RECONCILE)


async def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = AsyncWebClient(base_url=f"http://127.0.0.1:{port}/api/", retry_handlers=[])
    with pytest.raises(Trouble) as caught, told_as_trouble():
        await client.chat_postMessage(channel="C1", text="hello")
    assert caught.value.treatment is Treatment.RETRY
    assert not caught.value.in_doubt


async def test_an_answer_that_is_no_json_is_a_doubt() -> None:
    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n"
        writer.write(head + b"{{{")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        client = AsyncWebClient(base_url=f"http://127.0.0.1:{port}/api/", retry_handlers=[])
        with pytest.raises(Trouble) as caught, told_as_trouble():
            await client.chat_postMessage(channel="C1", text="hello")
    assert caught.value.treatment is Treatment.RECONCILE


def test_the_words_say_what_exactly_is_missing() -> None:
    missing = {"error": "missing_scope", "needed": "files:write"}
    assert str(trouble_from(answer(missing))) == "missing_scope: files:write"
    details = {"messages": ["[ERROR] no more than 50 items allowed"]}
    invalid = {"error": "invalid_blocks", "response_metadata": details}
    assert "no more than 50 items" in str(trouble_from(answer(invalid)))
