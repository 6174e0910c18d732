"""Someone writes under a card, edits or deletes what they wrote: notes follow."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.people import Actor, NotAllowed
from bot.slack.services import SlackServices
from bot.slack.thread_events import Written, told_by
from hitl.review import forget_reply, note_reply
from hitl.storage.thread_replies import case_of_card


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for messages; all but people's replies under cards are passed over."""

    @app.event("message")
    async def message(event: dict[str, Any], body: dict[str, Any]) -> None:
        told = told_by(event)
        if told is None:
            return
        find = partial(case_of_card, place=told.parent)
        case_id = await services.database.read(find)
        if case_id is None:
            return
        if isinstance(told, Written):
            await _note(services, body, case_id, told)
        else:
            await services.database.write(lambda tx: forget_reply(tx, case_id, told.place))


async def _note(
    services: SlackServices, body: dict[str, Any], case_id: int, written: Written
) -> None:
    """Guests and outsiders may talk there as ever; it becomes no note, and nobody is told off."""
    author = written.reply.author
    try:
        await services.people.require_member(
            Actor(author, body.get("team_id"), body.get("enterprise_id"))
        )
    except NotAllowed:
        return
    await services.database.write(lambda tx: note_reply(tx, case_id, written.reply))
