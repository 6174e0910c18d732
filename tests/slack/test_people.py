"""Who may do what is asked of Slack, and refused when Slack can't say."""

import re
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Workspace
from bot.slack.directory import Directory
from bot.slack.people import Actor, People, actor_of
from bot.slack.refusals import Refusal
from hitl.policy import UseCase, parse_policy
from tests.slack.conftest import POLICY

ANA = Actor("U0ANA", "T0LOCAL", None)
CHLOE = replace(ANA, user_id="U0CHLOE")


@pytest.fixture
def people(client: AsyncWebClient) -> People:
    return People(Directory(client))


def use_case(*reviewers: str, channel: str = "#moderation") -> UseCase:
    found = parse_policy(POLICY).use_case("content-moderation")
    return found.model_copy(update={"reviewers": reviewers, "channel": channel, "leads": ()})


@pytest.mark.parametrize("reviewer", ["U0ANA", "S0MODS", "@moderators", "channel"])
async def test_reviewers_are_named_by_id_group_handle_or_channel(
    people: People, reviewer: str
) -> None:
    await people.require_decider(ANA, use_case(reviewer))


@pytest.mark.parametrize(
    ("reviewers", "whom"),
    [
        (("U0ANA",), "<@U0ANA>"),
        (("@leads", "S0MODS"), "@leads or <!subteam^S0MODS>"),
    ],
)
async def test_a_refusal_says_whom_to_ask(
    people: People, reviewers: tuple[str, ...], whom: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        await people.require_decider(CHLOE, use_case(*reviewers))
    assert str(refusal.value) == f"Only reviewers can decide here. Ask {whom}."


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (use_case("@nobody"), "There is no user group @nobody in this workspace."),
        (use_case("channel", channel="#gone"), "The app is not in #gone: invite it there first."),
        (use_case("S0GONE"), "Slack said no_such_subteam. Nothing was changed; try again."),
    ],
)
async def test_reviewers_that_do_not_exist_let_nobody_in(
    people: People, named: UseCase, words: str
) -> None:
    with pytest.raises(Refusal, match=re.escape(words)):
        await people.require_decider(ANA, named)


@pytest.mark.parametrize("team_id", ["T0OTHER", None])
@pytest.mark.parametrize("enterprise_id", ["E0OTHER", None])
async def test_only_payloads_of_the_installing_workspace_count(
    people: People, team_id: str | None, enterprise_id: str | None
) -> None:
    stranger = Actor(ANA.user_id, team_id, enterprise_id)
    with pytest.raises(Refusal, match="the workspace it is installed in only"):
        await people.require_member(stranger)


async def test_slack_is_asked_once_for_many_clicks(people: People, workspace: Workspace) -> None:
    for _ in range(3):
        await people.require_decider(ANA, use_case("@moderators"))
    methods = [call.method for call in workspace.calls.all()]
    assert sorted(methods) == [
        "auth.test",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
    ]


async def test_a_channel_of_many_pages_is_read_to_its_end(
    people: People, workspace: Workspace
) -> None:
    members = workspace.state.channels["C0MOD"].members
    members |= {f"U1{n:04}" for n in range(450)}
    await people.require_decider(ANA, use_case("channel"))
    await people.require_decider(CHLOE, use_case("channel"))


@pytest.mark.parametrize(
    "body",
    [
        {"user": {"id": "U1"}, "team": {"id": "T1"}, "enterprise": None},
        {"user_id": "U1", "team_id": "T1"},
        {"event": {"user": "U1"}, "team_id": "T1"},
    ],
)
def test_every_kind_of_payload_names_its_actor(body: dict[str, object]) -> None:
    assert actor_of(body) == Actor("U1", "T1", None)
