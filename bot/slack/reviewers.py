"""What ``/hitl reviewers`` answers: everybody about themselves, leads about their teams."""

import asyncio

from sqlalchemy import Connection

from bot.slack.cards.reviewers import Reviewing, reviewers_message
from bot.slack.message import Message
from bot.slack.people import Actor
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from hitl.policy import UseCase
from hitl.reports.reviewers import Team, own_signs, team
from hitl.statistics.answers import NotYet
from hitl.statistics.fatigue import Signs


async def reviewers_answer(
    services: SlackServices, actor: Actor, *, use_case: str | None
) -> Message:
    """Of one use case, or of each."""
    policy = services.policy
    wanted = [policy.use_case(use_case)] if use_case else list(policy.use_cases.values())
    now = services.database.now()

    def read(connection: Connection) -> tuple[list[Team], Signs | NotYet | None]:
        teams = [team(connection, use_case=each, now=now) for each in wanted]
        zone = wanted[0].digest.zone if wanted[0].digest else "UTC"
        return teams, own_signs(connection, actor.user_id, zone=zone, now=now)

    (teams, signs), refusals = await asyncio.gather(
        services.database.read(read),
        asyncio.gather(*(_refusal(services, actor, each) for each in wanted)),
    )
    seen = [Reviewing(each, why) for each, why in zip(teams, refusals, strict=True)]
    return reviewers_message(actor.user_id, seen, signs=signs)


async def _refusal(services: SlackServices, actor: Actor, use_case: UseCase) -> str | None:
    try:
        await services.people.require_lead(actor, use_case)
    except Refusal as refusal:
        return str(refusal)
    return None
