"""A small Slack app to look at: it posts cards, takes clicks, opens a modal, publishes a Home."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.cards import actions, button, modal, note_input, section

Json = dict[str, Any]


def card(case: int = 41, *, text: str = "He called it trash, and honestly the recipe is.") -> Json:
    """The arguments of chat.postMessage for a case."""
    verdicts = actions(
        button("Approve · keep post", "approve", value=str(case), style="primary"),
        button("Reject · remove post", "reject", value=str(case), style="danger"),
        button("Note…", "note", value=str(case)),
    )
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "May this post stay up?"}},
        section(f"*Case {case}* in r/cooking"),
        {"type": "rich_text", "elements": [quote]},
        verdicts,
    ]
    return {"text": f"Case {case} waits for you", "blocks": blocks}


def review_app(client: AsyncWebClient, *, signing_secret: str) -> AsyncApp:
    """The app, not connected to anything yet."""
    app = AsyncApp(signing_secret=signing_secret, client=client)
    app.action("approve")(_decide)
    app.action("reject")(_decide)
    app.action("note")(_ask)
    app.view("review")(_take_note)
    app.command("/hitl")(_answer)
    app.event("app_home_opened")(_publish)
    return app


async def _decide(ack: Any, body: Json, respond: Any) -> None:
    await ack()
    (action,) = body["actions"]
    verdict = "Approved" if action["action_id"] == "approve" else "Rejected"
    outcome = f":white_check_mark: *{verdict}* by <@{body['user']['id']}>"
    blocks = [section(f"*Case {action['value']}*"), section(outcome)]
    await respond(text=f"{verdict} case {action['value']}", blocks=blocks, replace_original=True)


async def _ask(ack: Any, body: Json, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=body["trigger_id"], view=modal(note_input()))
    await ack()


async def _take_note(ack: Any, body: Json, view: Json, client: AsyncWebClient) -> None:
    note = view["state"]["values"]["note"]["note"]["value"]
    if len(note) < 10:
        await ack(response_action="errors", errors={"note": "A few more words, please."})
        return
    await ack()
    text = f"<@{body['user']['id']}> notes: {note}"
    await client.chat_postMessage(channel="C0001LOCAL", text=text)


async def _answer(ack: Any, command: dict[str, str]) -> None:
    await ack(f"You asked for {command['text']}")


async def _publish(event: Json, client: AsyncWebClient) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Good morning"}},
        section(f"*7 cases* wait for <@{event['user']}>"),
        actions(button("Leave a note", "note")),
    ]
    await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})
