"""A lead answers the question of the month."""

import re
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.slack import ids
from bot.slack.cards.monthly import monthly_message
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from hitl.review.monthly import MonthDecided, decide_month, month_asked, month_before


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for its two buttons."""

    @app.action(re.compile(ids.MONTHLY_PATTERN))
    async def answer(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond
    ) -> None:
        number, actor = int(action["value"]), actor_of(body)
        asked = await services.database.read(partial(month_asked, question_id=number))
        use_case = services.policy.use_case(asked.use_case)
        await services.people.require_in_charge(actor, use_case, act="answer for the month")
        decide = partial(
            decide_month,
            question_id=number,
            decision=ids.monthly_answer(action["action_id"]),
            by=actor.user_id,
        )
        try:
            question = await services.database.write(decide)
        except MonthDecided as late:
            question = late.question
        before = await services.database.read(partial(month_before, question=question))
        await ack()
        shown = monthly_message(question, before=before)
        await respond(text=shown.text, blocks=shown.blocks, replace_original=True)
