"""Practice as a person goes through it: one modal, five cases, then how it went."""

import logging
from collections.abc import Mapping
from random import Random
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection

from bot.slack import ids
from bot.slack.cards.practice import (
    Answered,
    opening_practice,
    practice_view,
    practised_view,
    refused_practice,
    too_few_view,
)
from bot.slack.errors import in_words
from bot.slack.message import View
from bot.slack.people import Actor, actor_of
from bot.slack.practice import HOW_MANY, Practice
from bot.slack.refusals import Refusal
from bot.slack.served import pictures_ready
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from bot.slack.trouble import SLACK_TROUBLE
from hitl.errors import HitlError
from hitl.reports.practice import count_known, known_to_practise, right_labels
from hitl.review import practise
from hitl.storage.queries import case_by_id, picture_files

logger = logging.getLogger(__name__)


async def begin_practice(
    services: SlackServices, client: AsyncWebClient, body: dict[str, Any], *, use_case: str
) -> None:
    """Open the modal at once, for a trigger lives three seconds, and put the first case in it."""
    view_id = await _opened(client, body)
    actor = actor_of(body)
    try:
        view = await _first(services, actor, await _chosen(services, actor, use_case))
    except HitlError as refusal:
        view = refused_practice(await in_words(refusal, services))
    await client.views_update(view_id=view_id, view=view)


async def _opened(client: AsyncWebClient, body: dict[str, Any]) -> str:
    """The modal for it: that of the run before, if there was one."""
    shown = body.get("view") or {}
    if shown.get("callback_id") == ids.PRACTICE:
        return str(shown["id"])
    return await open_modal(client, body, opening_practice())


async def go_on_practising(
    services: SlackServices, client: AsyncWebClient, body: Mapping[str, Any], *, value: str
) -> None:
    """Take an answer, which names the position it is for, and show what follows.

    An answer to a case that is past, such as a click that came twice, changes nothing.
    """
    practice = Practice.of(body["view"])
    if practice is None or practice.is_over:
        return
    position, _, label = value.partition(":")
    use_case = services.policy.use_case(practice.use_case)
    await services.people.require_viewer(actor_of(body), use_case)
    if position == str(practice.position) and label in use_case.labels:
        practice = practice.answered(label, at=services.database.now().timestamp())
    view = await (_feedback if practice.is_over else _shown)(services, practice)
    try:
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
    except SLACK_TROUBLE as trouble:
        # A click that came twice finds the modal changed, and it may be closed by now.
        logger.info("A practice is out of date: %s", trouble, extra={"key": "slack.copy_stale"})


async def _chosen(services: SlackServices, actor: Actor, name: str) -> str:
    """The use case of that name, or the one with the most known answers that the actor may see."""
    if name != ids.LONGEST_QUEUE:
        services.policy.use_case(name)
        return name

    def numbers(connection: Connection) -> dict[str, int]:
        return {each: count_known(connection, each) for each in services.policy.use_cases}

    known = await services.database.read(numbers)
    refused: Refusal | None = None
    for each in sorted(known, key=lambda each: -known[each]):
        try:
            await services.people.require_viewer(actor, services.policy.use_case(each))
        except Refusal as refusal:
            refused = refused or refusal
        else:
            return each
    raise refused or Refusal("There is nothing to practise on.")


async def _first(services: SlackServices, actor: Actor, name: str) -> View:
    use_case = services.policy.use_case(name)
    await services.people.require_viewer(actor, use_case)
    chance = Random()  # noqa: S311 - a good mix, no secret
    known = await services.database.read(
        lambda c: known_to_practise(c, name, person=actor.user_id, most=HOW_MANY, chance=chance)
    )
    if len(known) < HOW_MANY:
        return too_few_view(len(known), use_case=use_case)
    chosen = tuple(each.case_id for each in known)
    await services.database.write(
        lambda tx: practise(tx, chosen, person=actor.user_id, use_case=use_case)
    )
    await pictures_ready(services, chosen[0])
    practice = Practice(name, chosen, shown_at=services.database.now().timestamp())
    return await _shown(services, practice)


async def _shown(services: SlackServices, practice: Practice) -> View:
    case_id = practice.cases[practice.position]
    case, files = await services.database.read(
        lambda c: (case_by_id(c, case_id), picture_files(c, case_id))
    )
    use_case = services.policy.use_case(practice.use_case)
    if case.use_case != use_case.name:
        raise Refusal("This is no case to practise on.")
    return practice_view(practice, case, use_case=use_case, files=files)


async def _feedback(services: SlackServices, practice: Practice) -> View:
    def read(connection: Connection) -> list[Answered]:
        right = right_labels(connection, practice.cases)
        return [
            Answered(case_by_id(connection, case_id), said, right.get(case_id, said), seconds)
            for case_id, said, seconds in zip(
                practice.cases, practice.answers, practice.seconds, strict=True
            )
        ]

    use_case = services.policy.use_case(practice.use_case)
    answered = [
        each for each in await services.database.read(read) if each.case.use_case == use_case.name
    ]
    if not answered:
        raise Refusal("This is no case to practise on.")
    return practised_view(answered, use_case=use_case)
