"""Cases of a private channel are for those who act on them and for the members of the channel."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.directory import Channel
from bot.sandbox.person import Person
from bot.sandbox.workspace import Workspace
from bot.slack import ids
from bot.slack.directory import Directory
from bot.slack.people import Actor, People
from bot.slack.refusals import Refusal
from hitl.policy import Policy, parse_policy
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import BOT, POLICY, Desk

BOARD = """
[use_cases.board]
preset = "moderation-two-sided"
channel = "#board"
reviewers = ["U0ANA"]
leads = ["U0BEN"]

[use_cases.board.deadline]
hand_over = [{ after = "10m", to = "U0MORE1" }]
"""
ONLY = "Only those who decide these cases and members of their private channel can look at them."
_TITLE = "Reply in r/cooking"

Everyone = dict[str, Person]


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY + BOARD)


@pytest.fixture
def board(workspace: Workspace) -> Channel:
    """A private channel with Ana and Chloe in it; the others are somewhere else."""
    channel = Channel(id="C0BOARD", name="board", kind="group", members={"U0ANA", "U0CHLOE", BOT})
    workspace.state.channels[channel.id] = channel
    return channel


@pytest.fixture
async def secret(desk: Desk, board: Channel) -> int:
    """The id of a case of the private channel."""
    assert board.kind == "group"
    return (await desk.submit(post(), use_case="board")).id


@pytest.mark.parametrize("name", ["ana", "ben", "chloe"])
async def test_those_concerned_read_a_case_of_a_private_channel(
    people: Everyone, secret: int, name: str
) -> None:
    await people[name].command(f"/hitl case {secret}", channel="C0MOD")
    await people[name].wait_for_message("C0MOD", "May this post stay up?")


async def test_nobody_else_reads_a_case_of_a_private_channel(people: Everyone, secret: int) -> None:
    await people["dev"].command(f"/hitl case {secret}", channel="C0MOD")
    told = await people["dev"].wait_for_message("C0MOD", ONLY)
    assert told.says(f"{ONLY} Ask <@U0ANA>.")
    assert not told.says("May this post stay up?")


async def test_a_case_may_be_read_by_those_it_was_handed_to(
    people: Everyone, secret: int, clock: Clock
) -> None:
    later = people["more1"]
    await later.command(f"/hitl case {secret}", channel="C0DIG")
    await later.wait_for_message("C0DIG", ONLY)
    clock.advance(minutes=11)
    await later.command(f"/hitl case {secret}", channel="C0DIG")
    await later.wait_for_message("C0DIG", "May this post stay up?")


@pytest.mark.parametrize("wanted", ["Full text", "History"])
async def test_a_copy_of_a_card_shows_no_more_to_others(
    desk: Desk, people: Everyone, secret: int, wanted: str
) -> None:
    copy = await desk.show(await desk.case(secret))
    await people["dev"].choose(copy, ids.MORE, wanted)
    await people["dev"].wait_for_message("C0MOD", ONLY)
    assert not await people["dev"].views()
    await people["chloe"].choose(copy, ids.MORE, wanted)
    await people["chloe"].wait_for_view()


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("which", ["queue", "queue flagged"])
async def test_a_list_says_what_it_withholds(desk: Desk, people: Everyone, which: str) -> None:
    await desk.submit(post())
    if which == "queue flagged":
        for case_id in (1, 2):
            card = await desk.show(await desk.case(case_id))
            await people["ana"].click(card, "Flag · keep and monitor")
    for name, titles in (("dev", 1), ("chloe", 2)):
        await people[name].command(f"/hitl {which}", channel="C0MOD")
        told = await people[name].wait_for_message("C0MOD", lambda m: m.says("*board*"))
        assert str(told.blocks).count(_TITLE) == titles
        assert told.says(f"*board* · {ONLY}") == (name == "dev")


@pytest.mark.usefixtures("secret")
async def test_an_empty_list_does_not_say_that_nothing_waits(people: Everyone) -> None:
    await people["dev"].shortcut("waiting_cases")
    shown = await people["dev"].wait_for_view("*board*")
    assert shown.says(ONLY)
    assert not shown.says("Nothing is waiting")
    assert not shown.says(_TITLE)


@pytest.mark.usefixtures("secret")
async def test_figures_of_a_private_channel_are_for_every_full_member(people: Everyone) -> None:
    await people["dev"].command("/hitl stats board", channel="C0MOD")
    told = await people["dev"].wait_for_message("C0MOD", "1 case waiting")
    assert not told.says(_TITLE)


@pytest.mark.usefixtures("board")
async def test_adjudicators_read_what_they_settle(client: AsyncWebClient, policy: Policy) -> None:
    use_case = policy.use_case("board").model_copy(update={"adjudicators": ("U0DEV",)})
    await People(Directory(client)).require_viewer(Actor("U0DEV", "T0LOCAL", None), use_case)


@pytest.mark.usefixtures("board")
async def test_a_case_is_not_shown_while_slack_does_not_say_who_may_see_it(
    workspace: Workspace, client: AsyncWebClient, policy: Policy
) -> None:
    viewers = People(Directory(client))
    workspace.order_fault("conversations.info", "error", error="internal_error")
    with pytest.raises(Refusal, match="could not check"):
        await viewers.require_viewer(Actor("U0DEV", "T0LOCAL", None), policy.use_case("board"))
    with pytest.raises(Refusal, match="Only those"):
        await viewers.require_viewer(Actor("U0DEV", "T0LOCAL", None), policy.use_case("board"))
