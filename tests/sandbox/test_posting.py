"""What the Web API accepts and refuses around messages."""

import json
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import actions, button, section
from tests.sandbox.running import refusal


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": "C0MOD"}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "G0SECRET", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0ELSE", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0OLD", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "C0MOD", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "C0MOD", "blocks": "[{"}, "invalid_blocks_format"),
        (
            "chat.postMessage",
            {"channel": "C0MOD", "blocks": {"type": "x"}},
            "invalid_blocks_format",
        ),
        (
            "chat.postMessage",
            {"channel": "C0MOD", "text": "x", "thread_ts": "1.2"},
            "thread_not_found",
        ),
        (
            "chat.postMessage",
            {"channel": "C0MOD", "text": "x", "metadata": {"event_type": "case"}},
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            {
                "channel": "C0MOD",
                "text": "x",
                "metadata": {"event_type": "c", "event_payload": {"a": "b" * 17_000}},
            },
            "metadata_too_large",
        ),
        ("chat.update", {"channel": "C0MOD", "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "#moderation", "ts": "1.2", "text": "x"}, "channel_not_found"),
        ("chat.delete", {"channel": "C0MOD", "ts": "1.2"}, "message_not_found"),
        (
            "chat.postEphemeral",
            {"channel": "C0ELSE", "user": "U0ANA", "text": "x"},
            "not_in_channel",
        ),
        (
            "chat.postEphemeral",
            {"channel": "C0MOD", "user": "U0GONE", "text": "x"},
            "user_not_in_channel",
        ),
        ("chat.scheduleEverything", {}, "unknown_method"),
    ],
)
async def test_refusals_carry_slacks_own_codes(
    client: AsyncWebClient, method: str, arguments: dict[str, Any], code: str
) -> None:
    assert await refusal(client.api_call(method, json=arguments)) == code


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (None, "not_authed"),
        ("xoxb-other", "invalid_auth"),
        ("xapp-local", "not_allowed_token_type"),
    ],
)
async def test_only_the_apps_token_opens_the_web_api(
    workspace: Workspace, token: str | None, code: str
) -> None:
    stranger = AsyncWebClient(token=token, base_url=workspace.api_url)
    assert await refusal(stranger.auth_test()) == code


async def test_a_message_can_be_posted_by_id_by_name_and_to_a_person(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    for channel in ("C0MOD", "#moderation", "moderation"):
        assert (await client.chat_postMessage(channel=channel, text="x"))["channel"] == "C0MOD"
    direct = await client.chat_postMessage(channel="U0ANA", text="for you")
    opened = await client.conversations_open(users="U0ANA")
    assert direct["channel"] == opened["channel"]["id"]
    assert (await workspace.person("U0ANA").messages(direct["channel"]))[0].says("for you")


async def test_forms_and_json_are_read_alike(client: AsyncWebClient) -> None:
    blocks = [section("hello")]
    arguments = {"channel": "C0MOD", "text": "x"}
    as_json = await client.api_call("chat.postMessage", json=arguments | {"blocks": blocks})
    as_form = await client.api_call(
        "chat.postMessage", data=arguments | {"blocks": json.dumps(blocks)}
    )
    for posted in (as_json, as_form):
        assert posted["message"]["blocks"][0]["text"]["text"] == "hello"


async def test_methods_that_read_do_not_see_a_json_body(client: AsyncWebClient) -> None:
    call = client.api_call("users.info", json={"user": "U0ANA"})
    assert await refusal(call) == "invalid_arguments"


async def test_metadata_comes_back_only_when_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "case", "event_payload": {"id": "41"}}
    await client.chat_postMessage(channel="C0MOD", text="x", metadata=metadata)
    plain = await client.conversations_history(channel="C0MOD")
    full = await client.conversations_history(channel="C0MOD", include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_an_update_by_text_alone_takes_the_blocks_away(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x", blocks=[section("hello")])
    await client.chat_update(channel="C0MOD", ts=posted["ts"], text="y")
    (message,) = workspace.messages("C0MOD")
    assert (message.text, message.blocks, message.raw["edited"]) == ("y", [], True)


async def test_an_update_of_blocks_shows_no_edited_mark(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x", blocks=[section("hello")])
    await client.chat_update(channel="C0MOD", ts=posted["ts"], text="y", blocks=[section("bye")])
    (message,) = workspace.messages("C0MOD")
    assert message.says("bye")
    assert not message.raw["edited"]


async def test_an_update_takes_less_text_than_a_post(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x" * 4_001)
    longer = client.chat_update(channel="C0MOD", ts=posted["ts"], text="x" * 4_001)
    assert await refusal(longer) == "msg_too_long"


async def test_other_peoples_messages_are_not_the_apps_to_change(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await workspace.person("U0ANA").post("C0MOD", "mine")
    ts = workspace.messages("C0MOD")[0].ts
    rewrite = client.chat_update(channel="C0MOD", ts=ts, text="yours")
    assert await refusal(rewrite) == "cant_update_message"
    assert await refusal(client.chat_delete(channel="C0MOD", ts=ts)) == "cant_delete_message"


async def test_a_deleted_message_is_gone(workspace: Workspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x")
    await client.chat_delete(channel="C0MOD", ts=posted["ts"])
    assert workspace.messages("C0MOD") == []


async def test_ephemerals_are_seen_by_one_person_and_not_by_the_web_api(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    shown = await client.chat_postEphemeral(channel="C0MOD", user="U0ANA", text="only you")
    assert (await workspace.person("U0ANA").messages("C0MOD"))[0].ephemeral
    assert await workspace.person("U0BEN").messages("C0MOD") == []
    assert (await client.conversations_history(channel="C0MOD"))["messages"] == []
    update = client.chat_update(channel="C0MOD", ts=shown["message_ts"], text="x")
    assert await refusal(update) == "message_not_found"


async def test_threads_hang_from_their_message(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    parent = (await client.chat_postMessage(channel="C0MOD", text="case"))["ts"]
    for text in ("first", "second"):
        await client.chat_postMessage(channel="C0MOD", text=text, thread_ts=parent)
    history = (await client.conversations_history(channel="C0MOD"))["messages"]
    thread = (await client.conversations_replies(channel="C0MOD", ts=parent))["messages"]
    assert [(m["text"], m["reply_count"]) for m in history] == [("case", 2)]
    assert [m["text"] for m in thread] == ["case", "first", "second"]
    ana = workspace.person("U0ANA")
    assert [m.text for m in await ana.messages("C0MOD", thread_ts=parent)] == [
        "case",
        "first",
        "second",
    ]


async def test_ids_are_given_to_blocks_and_controls_that_have_none(client: AsyncWebClient) -> None:
    control = button("Go", "go")
    del control["action_id"]
    posted = await client.chat_postMessage(channel="C0MOD", text="x", blocks=[actions(control)])
    (block,) = posted["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_a_permalink_names_the_message(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x")
    link = await client.chat_getPermalink(channel="C0MOD", message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/C0MOD/p{posted['ts'].replace('.', '')}")
    unknown = client.chat_getPermalink(channel="C0MOD", message_ts="1.2")
    assert await refusal(unknown) == "message_not_found"


async def test_what_the_app_sent_is_in_the_log(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x")
    await refusal(client.chat_postMessage(channel="C0OLD", text="x"))
    good, bad = workspace.calls.all("chat.postMessage")
    assert (good.ok, good.channel, good.ts) == (True, "C0MOD", posted["ts"])
    assert (bad.ok, bad.error) == (False, "is_archived")
