"""A real Bolt app and real people meet in the workspace, over HTTP and over Socket Mode."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import actions, button, modal, note_input, section
from tests.sandbox.running import Connected

CARD = [section("May this stay up?"), actions(button("Approve · keep post", "approve", value="41"))]


async def test_a_click_reaches_the_app_and_its_answer_rewrites_the_message(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient, connected: Connected
) -> None:
    bodies = []

    @bolt.action("approve")
    async def approve(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        bodies.append(body)
        await respond(text=f"Approved by {body['user']['name']}", replace_original=True)

    await client.chat_postMessage(channel="C0MOD", text="Case 41", blocks=CARD)
    async with connected():
        ana = workspace.person("U0ANA")
        card = await ana.wait_for_message("C0MOD", "May this stay up?")
        assert card.buttons == ["Approve · keep post"]
        assert await ana.click(card, "Approve · keep post")
        await ana.wait_for_message("C0MOD", "Approved by ana")
    (body,) = bodies
    assert body["actions"][0]["value"] == "41"
    assert body["message"]["ts"] == body["container"]["message_ts"] == card.ts
    assert body["channel"] == {"id": "C0MOD", "name": "moderation"}
    assert body["team"]["id"] == body["user"]["team_id"] == "T0LOCAL"
    assert body["is_enterprise_install"] is False
    assert workspace.messages("#moderation")[0].text == "Approved by ana"


async def test_a_command_is_answered_to_the_person_alone(
    workspace: Workspace, bolt: AsyncApp, connected: Connected
) -> None:
    @bolt.command("/hitl")
    async def hitl(ack: Any, command: dict[str, str]) -> None:
        await ack(f"You asked for {command['text']} in {command['channel_name']}")

    async with connected():
        ana, ben = workspace.person("U0ANA"), workspace.person("U0BEN")
        assert await ana.command("/hitl stats spam", channel="C0MOD")
        answer = await ana.wait_for_message("C0MOD", "You asked for stats spam in moderation")
        assert answer.ephemeral
        assert await ben.messages("C0MOD") == []


async def test_a_modal_opens_takes_a_note_shows_errors_and_closes(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient, connected: Connected
) -> None:
    @bolt.action("approve")
    async def ask(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal(note_input()))
        await ack()

    @bolt.view("review")
    async def take(ack: Any, view: dict[str, Any], client: AsyncWebClient) -> None:
        note = view["state"]["values"]["note"]["note"]["value"]
        if len(note) < 10:
            await ack(response_action="errors", errors={"note": "A few more words, please."})
            return
        await ack()
        await client.chat_postMessage(channel="C0MOD", text=f"Note: {note}")

    await client.chat_postMessage(channel="C0MOD", text="Case 41", blocks=CARD)
    async with connected():
        ana = workspace.person("U0ANA")
        assert await ana.click((await ana.messages("C0MOD"))[0], "approve")
        view = await ana.view()
        assert dict((await ana.submit(view)).errors) == {
            "note": "Please complete this required field."
        }
        short = await ana.submit(view, {"Why?": "spam"})
        assert dict(short.errors) == {"note": "A few more words, please."}
        assert await ana.submit(view, {"Why?": "It sells watches"})
        await ana.wait_for_message("C0MOD", "Note: It sells watches")
        assert await ana.views() == []


async def test_the_home_tab_is_published_when_it_is_looked_at(
    workspace: Workspace, bolt: AsyncApp, connected: Connected
) -> None:
    @bolt.event("app_home_opened")
    async def show(event: dict[str, Any], client: AsyncWebClient) -> None:
        home = {"type": "home", "blocks": [section("2 cases wait"), actions(button("Go", "go"))]}
        await client.views_publish(user_id=event["user"], view=home)

    @bolt.action("go")
    async def go(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_publish(
            user_id=body["user"]["id"], view={"type": "home", "blocks": [section("All done")]}
        )

    async with connected():
        ana = workspace.person("U0ANA")
        assert await ana.open_home()
        assert await ana.click(await ana.wait_for_home("2 cases wait"), "Go")
        await ana.wait_for_home("All done")
        assert await workspace.person("U0BEN").home() is None


async def test_shortcuts_carry_what_they_were_used_on(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient, connected: Connected
) -> None:
    seen = []

    @bolt.shortcut("report")
    async def report(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        seen.append((body["type"], body.get("message", {}).get("text")))

    await client.chat_postMessage(channel="C0MOD", text="Look at this")
    async with connected():
        ana = workspace.person("U0ANA")
        assert await ana.shortcut("report")
        assert await ana.shortcut("report", on=(await ana.messages("C0MOD"))[0])
    assert seen == [("shortcut", None), ("message_action", "Look at this")]


async def test_a_choice_carries_the_option_that_was_shown(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient, connected: Connected
) -> None:
    chosen = []

    @bolt.action("label")
    async def label(ack: Any, action: dict[str, Any], body: dict[str, Any]) -> None:
        await ack()
        chosen.append((action["selected_option"]["value"], body["state"]["values"]))

    options = [{"text": {"type": "plain_text", "text": d}, "value": d} for d in "0123"]
    select = {"type": "static_select", "action_id": "label", "options": options}
    await client.chat_postMessage(
        channel="C0MOD", text="x", blocks=[actions(select, block_id="labels")]
    )
    async with connected():
        ana = workspace.person("U0ANA")
        (card,) = await ana.messages("C0MOD")
        assert await ana.choose(card, "label", "3")
        refused = await ana.choose(card, "label", "9")
    assert refused.error == "That choice is no longer offered."
    assert chosen == [
        (
            "3",
            {"labels": {"label": {"type": "static_select", "selected_option": options[3]}}},
        )
    ]
