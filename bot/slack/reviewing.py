"""Review mode: cases served one after the other to one person, in one modal.

What was decided is stored before anything here is shown. A modal that can't be brought up to
date shows a case that is decided by then, and pressing anything there goes on to the next.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection

from bot.slack import ids
from bot.slack.cards.case import case_card
from bot.slack.cards.review import (
    Standing,
    ended_view,
    finished_view,
    opening_view,
    review_view,
    undo_offered,
)
from bot.slack.cards.wording import settled_lines
from bot.slack.errors import in_words
from bot.slack.message import View
from bot.slack.people import Actor, actor_of
from bot.slack.served import longest_queue, pictures_ready, waits_needed
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from bot.slack.sitting import Sitting
from bot.slack.text import mrkdwn
from bot.slack.trouble import SLACK_TROUBLE
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.policy.lengths import length_of
from hitl.reports.sittings import sitting_figures
from hitl.reports.stats import queue
from hitl.review import release
from hitl.review.claim import CLAIM_FOR, claim_next, wanted_by
from hitl.storage.claims import Wanted
from hitl.storage.queries import picture_files

logger = logging.getLogger(__name__)

_OUT_OF_DATE = "hash_conflict"
_CLOSED = frozenset({"not_found", "view_not_found"})


class _Rendering(Protocol):
    """Makes the modal in full, or in the short form for where Slack refuses the blocks."""

    def __call__(self, *, plain: bool = ...) -> View: ...


@dataclass(frozen=True, slots=True)
class _Next:
    """What is shown next."""

    sitting: Sitting
    render: _Rendering


def outcome_said(case: Case, *, use_case: UseCase) -> str:
    """A decided case in one line, above the card of the next."""
    case = as_seen(case, use_case=use_case)
    outcome, *_ = settled_lines(case, use_case=use_case)
    return f"{outcome} · {mrkdwn(case.title or case.text or case.key, 100)}"


def is_in_review(body: Mapping[str, Any]) -> bool:
    """Whether this was pressed in the modal of review mode, or in a form on top of it."""
    return Sitting.of(body.get("view") or {}) is not None


async def begin(
    services: SlackServices, client: AsyncWebClient, body: dict[str, Any], *, use_case: str
) -> None:
    """Open the modal at once, for a trigger lives three seconds, and put the first case in it."""
    view_id = await open_modal(client, body, opening_view())
    actor = actor_of(body)
    try:
        chosen = await longest_queue(services, actor, use_case)
        sitting = Sitting.begin(chosen, now=services.database.now())
    except HitlError as refusal:
        ended = ended_view(None, await in_words(refusal, services))
        await client.views_update(view_id=view_id, view=ended)
        return
    await _show_next(services, client, actor, sitting, view_id=view_id)


async def go_on(
    services: SlackServices, client: AsyncWebClient, body: Mapping[str, Any], *, said: str | None
) -> None:
    """Put the next case into the modal; ``said`` is what became of the one before.

    Raises nothing: what was decided is stored by now.
    """
    view, sitting = body["view"], Sitting.of(body["view"])
    if sitting is None:
        return
    actor = actor_of(body)
    if view["callback_id"] == ids.REVIEW:
        await _show_next(
            services, client, actor, sitting, said=said, view_id=view["id"], view_hash=view["hash"]
        )
    else:
        beneath = view["previous_view_id"]
        await _show_next(services, client, actor, sitting, said=said, view_id=beneath)


async def leave(services: SlackServices, body: Mapping[str, Any]) -> None:
    """The modal was closed: what it showed is free for others."""
    sitting = Sitting.of(body["view"])
    if sitting is not None:
        await _give_back(services, actor_of(body), sitting)


async def _show_next(
    services: SlackServices,
    client: AsyncWebClient,
    actor: Actor,
    sitting: Sitting,
    *,
    view_id: str,
    view_hash: str | None = None,
    said: str | None = None,
) -> None:
    upcoming = await _next(services, actor, sitting, said=said)
    try:
        await _put(client, upcoming, view_id=view_id, view_hash=view_hash)
    except SLACK_TROUBLE as trouble:
        logger.info("A review modal is out of date: %s", trouble, extra={"key": "slack.copy_stale"})
        if _code(trouble) in _CLOSED:
            await _give_back(services, actor, upcoming.sitting)
            await _tell(client, actor, said)


async def _put(
    client: AsyncWebClient, upcoming: _Next, *, view_id: str, view_hash: str | None
) -> None:
    try:
        await client.views_update(view_id=view_id, hash=view_hash, view=upcoming.render())
    except SlackApiError as refused:
        if _code(refused) == _OUT_OF_DATE:
            # Another press was faster; the same case is in hand for both.
            await client.views_update(view_id=view_id, view=upcoming.render())
        elif _code(refused) in {"invalid_blocks", "view_too_large"}:
            await client.views_update(view_id=view_id, view=upcoming.render(plain=True))
        else:
            raise


async def _next(
    services: SlackServices, actor: Actor, sitting: Sitting, *, said: str | None
) -> _Next:
    try:
        use_case = services.policy.use_case(sitting.use_case)
        waited = await waits_needed(services, actor, use_case)
        case = await services.database.write(
            lambda tx: claim_next(tx, use_case=use_case, reviewer=actor.user_id, waited=waited)
        )
        return await _shown(services, actor, use_case, case, sitting, waited=waited, said=said)
    except HitlError as refusal:
        ended = ended_view(said, await in_words(refusal, services))
        return _Next(replace(sitting, case_id=None), _always(ended))


async def _shown(
    services: SlackServices,
    actor: Actor,
    use_case: UseCase,
    case: Case | None,
    sitting: Sitting,
    *,
    waited: timedelta,
    said: str | None,
) -> _Next:
    now = services.database.now()
    wanted = wanted_by(actor.user_id, use_case=use_case, now=now, waited=waited)
    sitting = replace(sitting, case_id=case.id if case else None)
    if case is None:
        standing, waiting = await services.database.read(
            lambda c: (
                _standing(c, wanted, sitting, use_case=use_case, said=said),
                queue(c, use_case=use_case.name, most=1),
            )
        )
        finished = finished_view(waiting, standing=standing)
        return _Next(sitting, _always(finished))
    _, similar = await asyncio.gather(_pictured(services, case), services.precedents.at_hand(case))
    standing, files = await services.database.read(
        lambda c: (
            _standing(c, wanted, sitting, use_case=use_case, said=said),
            picture_files(c, case.id) if case.has_pictures else {},
        )
    )
    until = now + CLAIM_FOR

    def render(*, plain: bool = False) -> View:
        card = case_card(
            case, use_case=use_case, now=now, files=files, precedents=similar, plain=plain
        )
        return review_view(case, card, standing=standing, kept_until=until)

    return _Next(sitting, render)


async def _pictured(services: SlackServices, case: Case) -> None:
    if case.has_pictures:
        await pictures_ready(services, case.id)


def _always(view: View) -> _Rendering:
    """Words alone: they have no shorter form."""
    return lambda *, plain=False: view  # noqa: ARG005 - the same either way


def _standing(
    connection: Connection, wanted: Wanted, sitting: Sitting, *, use_case: UseCase, said: str | None
) -> Standing:
    since = datetime.fromtimestamp(sitting.since, UTC)
    figures = sitting_figures(connection, wanted, since=since)
    within = length_of(use_case.undo_within)
    return Standing(sitting, figures, said, undo_offered(figures, within=within, now=wanted.now))


async def _give_back(services: SlackServices, actor: Actor, sitting: Sitting) -> None:
    if (case_id := sitting.case_id) is not None:
        await services.database.write(lambda tx: release(tx, case_id, reviewer=actor.user_id))


async def _tell(client: AsyncWebClient, actor: Actor, said: str | None) -> None:
    """Say what was stored to somebody who closed the modal before it could."""
    if said is None:
        return
    try:
        await client.chat_postMessage(channel=actor.user_id, text=said)
    except SLACK_TROUBLE as trouble:
        logger.info("A person was not told: %s", trouble, extra={"key": "slack.not_told"})


def _code(trouble: BaseException) -> str:
    return str(trouble.response.get("error")) if isinstance(trouble, SlackApiError) else ""
