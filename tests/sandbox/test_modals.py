"""Trigger ids, the stack of modals, hashes, and what a submission may be answered with."""

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import actions, button, modal, note_input, section
from tests.sandbox.running import CONFIG, Clock, over_http, refusal, with_clock


@pytest.fixture
def config(clock: Clock) -> WorkspaceConfig:
    """Triggers age by the test's clock."""
    return with_clock(CONFIG, clock)


def trigger(workspace: Workspace, *, view_id: str = "") -> str:
    """What an interaction of Ana's would bring."""
    now = workspace.config.clock()
    return workspace.triggers.issue(user="U0ANA", now=now, view_id=view_id)


async def opened(client: AsyncWebClient, workspace: Workspace, **more: Any) -> dict[str, Any]:
    view = modal(note_input(), **more)
    answer = await client.views_open(trigger_id=trigger(workspace), view=view)
    return dict(answer["view"])


async def test_a_trigger_opens_one_modal_within_three_seconds(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    late, spent = trigger(workspace), trigger(workspace)
    await client.views_open(trigger_id=spent, view=modal(section("x")))
    again = client.views_open(trigger_id=spent, view=modal(section("x")))
    assert await refusal(again) == "exchanged_trigger_id"
    clock.now += 3.1
    too_late = client.views_open(trigger_id=late, view=modal(section("x")))
    assert await refusal(too_late) == "expired_trigger_id"
    unknown = client.views_open(trigger_id="1.2.3", view=modal(section("x")))
    assert await refusal(unknown) == "invalid_trigger_id"


async def test_a_refused_view_does_not_spend_its_trigger(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    once = trigger(workspace)
    bad = client.views_open(trigger_id=once, view=modal({"type": "hologram"}))
    assert await refusal(bad) == "invalid_arguments"
    assert await client.views_open(trigger_id=once, view=modal(section("x")))


async def test_a_stale_hash_is_refused(workspace: Workspace, client: AsyncWebClient) -> None:
    view = await opened(client, workspace)
    fresh = await client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert fresh["view"]["hash"] != view["hash"]
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await refusal(stale) == "hash_conflict"
    assert await client.views_update(view_id=view["id"], view=modal())


async def test_a_closed_view_is_not_found(workspace: Workspace, client: AsyncWebClient) -> None:
    view = await opened(client, workspace)
    ana = workspace.person("U0ANA")
    assert await ana.close(await ana.view())
    assert await refusal(client.views_update(view_id=view["id"], view=modal())) == "not_found"


async def test_three_modals_stack_and_a_fourth_does_not(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    view = await opened(client, workspace)
    for depth in (2, 3):
        pushed = await client.views_push(
            trigger_id=trigger(workspace, view_id=view["id"]), view=modal(section(str(depth)))
        )
        assert pushed["view"]["previous_view_id"] == view["id"]
        view = pushed["view"]
    fourth = client.views_push(
        trigger_id=trigger(workspace, view_id=view["id"]), view=modal(section("4"))
    )
    assert await refusal(fourth) == "push_limit_reached"
    ana = workspace.person("U0ANA")
    assert (await ana.view()).says("3")
    assert await ana.close(await ana.view())
    assert (await ana.view()).says("2")


async def test_an_external_id_names_one_open_view(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await opened(client, workspace, external_id="case-41")
    updated = await client.views_update(
        external_id="case-41", view=modal(section("x"), external_id="case-41")
    )
    assert updated["view"]["external_id"] == "case-41"
    second = client.views_open(
        trigger_id=trigger(workspace), view=modal(section("x"), external_id="case-41")
    )
    assert await refusal(second) == "duplicate_external_id"


async def test_what_was_typed_carries_over_only_under_the_same_ids(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient
) -> None:
    """The trap for a review mode that shows case after case in one modal."""
    next_block = "note"

    @bolt.action("next")
    async def following(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        view = modal(note_input(block_id=next_block), actions(button("Next", "next")))
        await client.views_update(view_id=body["view"]["id"], view=view)

    await client.views_open(
        trigger_id=trigger(workspace), view=modal(note_input(), actions(button("Next", "next")))
    )
    async with over_http(bolt, workspace):
        ana = workspace.person("U0ANA")
        assert await ana.click(await ana.view(), "Next", values={"Why?": "spam"})
        assert (await ana.view()).values["note"]["note"]["value"] == "spam"
        for next_block in ("note-of-42", "note"):
            assert await ana.click(await ana.view(), "Next")
            assert (await ana.view()).values[next_block]["note"]["value"] is None


@pytest.mark.parametrize(
    ("answer", "left_open"),
    [
        ({}, ["first"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(section("other"))}, ["first", "other"]),
        (
            {"response_action": "push", "view": modal(section("third"))},
            ["first", "second", "third"],
        ),
    ],
    ids=["nothing", "clear", "update", "push"],
)
async def test_a_submission_is_answered_in_four_ways(
    workspace: Workspace,
    bolt: AsyncApp,
    client: AsyncWebClient,
    answer: dict[str, Any],
    left_open: list[str],
) -> None:
    @bolt.view("review")
    async def take(ack: Any) -> None:
        await ack(**answer)

    first = await client.views_open(trigger_id=trigger(workspace), view=modal(section("first")))
    await client.views_push(
        trigger_id=trigger(workspace, view_id=first["view"]["id"]), view=modal(section("second"))
    )
    async with over_http(bolt, workspace):
        ana = workspace.person("U0ANA")
        assert await ana.submit(await ana.view())
        views = await ana.views()
    assert len(views) == len(left_open)
    assert all(view.says(text) for view, text in zip(views, left_open, strict=True))


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "errors", "errors": {"no-such-block": "x"}},
        {"response_action": "dance"},
    ],
    ids=["a bad view", "an error under nothing", "an unknown action"],
)
async def test_a_malformed_answer_troubles_the_person_and_is_logged(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient, answer: dict[str, Any]
) -> None:
    @bolt.view("review")
    async def take(ack: Any) -> None:
        await ack(**answer)

    await opened(client, workspace)
    async with over_http(bolt, workspace):
        ana = workspace.person("U0ANA")
        sent = await ana.submit(await ana.view(), {"Why?": "because"})
    assert sent.error.startswith("We had some trouble connecting")
    assert (workspace.calls.all("view_submission")[0].error or "").startswith("invalid_arguments")


async def test_closing_is_told_only_when_the_view_asked_for_it(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient
) -> None:
    told = []

    @bolt.view_closed("review")
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        told.append((body["view"]["private_metadata"], body["is_cleared"]))

    async with over_http(bolt, workspace):
        ana = workspace.person("U0ANA")
        for notify in (False, True):
            await opened(client, workspace, notify_on_close=notify, private_metadata=str(notify))
            assert await ana.close(await ana.view())
    assert told == [("True", False)]


async def test_a_home_tab_has_a_hash_and_takes_no_tables(client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [section("x")]}
    first = await client.views_publish(user_id="U0ANA", view=home)
    await client.views_publish(user_id="U0ANA", view=home, hash=first["view"]["hash"])
    stale = client.views_publish(user_id="U0ANA", view=home, hash=first["view"]["hash"])
    assert await refusal(stale) == "hash_conflict"
    row = [{"type": "raw_text", "text": "a"}]
    table = {"type": "home", "blocks": [{"type": "table", "rows": [row]}]}
    refused = client.views_publish(user_id="U0ANA", view=table)
    assert await refusal(refused) == "invalid_arguments"


async def test_nobody_acts_in_another_persons_modal(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await opened(client, workspace)
    view = await workspace.person("U0ANA").view()
    assert (await workspace.person("U0BEN").submit(view)).error == "That is no longer there."
