"""Someone makes a case of a message they came across."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.sending import send_form, sent_view
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from bot.slack.thread_events import typed
from hitl.review import NewEvidence, Submission, submit
from hitl.routing import Prediction
from hitl.storage.slack_copies import Place

_NEVER_DRAWN = 1 - 2**-53
"""What is no prediction is no sample of how the AI does."""


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the message shortcut, the choice of a use case, and the form."""

    @app.shortcut(ids.SEND_TO_REVIEW)
    async def begin(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await services.people.require_member(actor_of(body))
        message = body["message"]
        place = Place(body["channel"]["id"], message["ts"])
        known = services.policy.use_cases
        text = typed(message.get("text") or "")
        form = send_form(place, into=next(iter(known.values())), names=known, text=text)
        await open_modal(client, body, form)
        await ack()

    @app.action(ids.SEND_USE_CASE)
    async def choose(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        view = body["view"]
        place, _ = _sent_from(view)
        into = services.policy.use_case(action["selected_option"]["value"])
        text = view["state"]["values"][ids.SEND_TEXT][ids.INPUT]["value"] or ""
        form = send_form(place, into=into, names=services.policy.use_cases, text=text)
        await client.views_update(view_id=view["id"], hash=view["hash"], view=form)
        await ack()

    @app.view(ids.SEND_FORM)
    async def send(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        actor, view = actor_of(body), body["view"]
        await services.people.require_member(actor)
        place, name = _sent_from(view)
        text = (view["state"]["values"][ids.SEND_TEXT][ids.INPUT]["value"] or "").strip()
        if not text:
            await ack(response_action="errors", errors={ids.SEND_TEXT: "Write something first."})
            return
        label = view["state"]["values"][ids.send_label(name)][ids.INPUT]["selected_option"]["value"]
        url = await _permalink(client, place)
        submission = _submission(place, text=text, label=label, by=actor.user_id, url=url)
        use_case = services.policy.use_case(name)
        case, is_new = await services.database.write(
            lambda tx: submit(tx, submission, use_case=use_case, draw=_NEVER_DRAWN)
        )
        await ack(response_action="update", view=sent_view(case, is_new=is_new))


def _sent_from(view: dict[str, Any]) -> tuple[Place, str]:
    channel, ts, use_case = ids.sending(view["private_metadata"])
    return Place(channel, ts), use_case


async def _permalink(client: AsyncWebClient, place: Place) -> str | None:
    """The message's address; None where the app is not, as in direct messages."""
    try:
        found = await client.chat_getPermalink(channel=place.channel, message_ts=place.ts)
    except SlackApiError:
        return None
    return str(found["permalink"])


def _submission(place: Place, *, text: str, label: str, by: str, url: str | None) -> Submission:
    key = f"slack:{place.channel}:{place.ts}"
    return Submission(
        key=key,
        fingerprint=key,  # whatever is chosen the second time, it is the same message
        prediction=Prediction.unscored(label),
        sent_by_person=True,
        text=text,
        evidence=() if url is None else (NewEvidence(title="Message", url=url),),
        submitted_by=by,
    )
