"""People, groups and channels as the Web API tells them, and the scopes it asks for."""

from dataclasses import replace

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.sandbox.directory import UserGroup
from bot.sandbox.workspace import Workspace
from tests.sandbox.running import CONFIG, refusal


async def test_guests_and_the_deactivated_are_marked(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    assert (await client.users_info(user="U0GUEST"))["user"]["is_restricted"]
    assert (await client.users_info(user="U0GONE"))["user"]["deleted"]
    ana = (await client.users_info(user="U0ANA"))["user"]
    assert ana["profile"]["email"] == "ana@example.test"
    assert "is_stranger" not in ana
    workspace.change_user("U0ANA", deleted=True)
    assert (await client.users_info(user="U0ANA"))["user"]["deleted"]
    assert await refusal(client.users_info(user="U0NONE")) == "user_not_found"


async def test_people_are_found_by_address_unless_deactivated(client: AsyncWebClient) -> None:
    found = await client.users_lookupByEmail(email="Ben@example.test")
    assert found["user"]["id"] == "U0BEN"
    assert await refusal(client.users_lookupByEmail(email="g@x.test")) == "users_not_found"


async def test_a_group_has_its_members(workspace: Workspace, client: AsyncWebClient) -> None:
    (group,) = (await client.usergroups_list(include_users=True))["usergroups"]
    assert (group["handle"], group["users"]) == ("moderators", ["U0ANA", "U0BEN"])
    workspace.change_group("S0MODS", users=("U0DEV",))
    assert (await client.usergroups_users_list(usergroup="S0MODS"))["users"] == ["U0DEV"]
    assert await refusal(client.usergroups_users_list(usergroup="S0NO")) == "no_such_subteam"
    workspace.change_group("S0MODS", disabled=True)
    assert await refusal(client.usergroups_users_list(usergroup="S0MODS")) == "no_such_subteam"


async def test_pages_follow_one_another(client: AsyncWebClient) -> None:
    members = []
    async for page in await client.conversations_members(channel="C0MOD", limit=2):
        assert len(page["members"]) <= 2
        members += page["members"]
    assert len(members) == len(set(members)) == 6
    names = [
        channel["name"]
        async for page in await client.conversations_list(
            types="public_channel,private_channel", limit=1
        )
        for channel in page["channels"]
    ]
    assert names == ["moderation", "old", "elsewhere", "ours"]


async def test_history_is_read_between_two_times(client: AsyncWebClient) -> None:
    posted = [(await client.chat_postMessage(channel="C0MOD", text=t))["ts"] for t in "abc"]
    later = await client.conversations_history(channel="C0MOD", oldest=posted[0])
    assert [m["text"] for m in later["messages"]] == ["c", "b"]
    whole = await client.conversations_history(
        channel="C0MOD", oldest=posted[0], latest=posted[1], inclusive=True
    )
    assert [m["text"] for m in whole["messages"]] == ["b", "a"]
    first = await client.conversations_history(channel="C0MOD", limit=2)
    assert [m["text"] for m in first["messages"]] == ["c", "b"]
    assert first["has_more"]


async def test_the_app_joins_public_channels_only_with_the_scope(client: AsyncWebClient) -> None:
    assert await refusal(client.conversations_join(channel="C0ELSE")) == "missing_scope"
    wider = replace(CONFIG, scopes=CONFIG.scopes | {"channels:join"})
    async with running_workspace(wider) as workspace:
        app = AsyncWebClient(token=wider.bot_token, base_url=workspace.api_url)
        await app.conversations_join(channel="C0ELSE")
        assert await app.chat_postMessage(channel="C0ELSE", text="x")


async def test_a_missing_scope_is_named(client: AsyncWebClient) -> None:
    direct = (await client.conversations_open(users="U0ANA"))["channel"]["id"]
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_history(channel=direct)
    assert refused.value.response["needed"] == "im:history"
    assert "channels:history" in refused.value.response["provided"]


async def test_addresses_are_told_only_with_their_scope() -> None:
    narrow = replace(CONFIG, scopes=CONFIG.scopes - {"users:read.email"})
    async with running_workspace(narrow) as workspace:
        app = AsyncWebClient(token=narrow.bot_token, base_url=workspace.api_url)
        assert "email" not in (await app.users_info(user="U0ANA"))["user"]["profile"]
        assert await refusal(app.users_lookupByEmail(email="x")) == "missing_scope"


async def test_auth_test_says_who_the_app_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        "U0HITLBOT",
        "B0HITL",
        "T0LOCAL",
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_a_demo_workspace_puts_everyone_in_every_channel() -> None:
    moderators = UserGroup(id="S1", handle="moderators", users=("U0ANA",))
    config = demo_config(channels=["#moderation", "spam"], groups=[moderators])
    async with running_workspace(config) as workspace:
        app = AsyncWebClient(token=config.bot_token, base_url=workspace.api_url)
        await app.chat_postMessage(channel="#spam", text="hello")
        assert workspace.messages("spam")[0].says("hello")
        state = await workspace.person("U0DEV").state()
    assert [c["name"] for c in state["channels"]] == ["moderation", "spam", "hitl"]
    assert [u["real_name"] for u in state["users"]][:2] == ["Ana Costa", "Ben Okafor"]
    assert state["groups"] == [{"id": "S1", "handle": "moderators"}]
