"""Telling one person directly what they chose to be told, while it still concerns them."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from bot.delivery.desk import Desk, Sent, Skipped, case_id_of
from bot.delivery.digests import digest_asked_for
from bot.delivery.posting import rendered, say
from bot.delivery.troubles import HOPELESS, Treatment, Trouble
from bot.slack.cards.digest import digest_message
from bot.slack.cards.direct import direct_message, fatigue_message
from bot.slack.message import Message
from bot.slack.people import People
from bot.slack.refusals import Refusal
from hitl.lifecycle import WAITING
from hitl.notifications import Told
from hitl.reports.report import zone_of
from hitl.reports.reviewers import own_signs
from hitl.statistics.fatigue import Sign, Signs
from hitl.storage.notifications import wanted_by_person
from hitl.storage.outbox import Parcel
from hitl.storage.queries import case_by_id
from hitl.storage.votes import standing_votes
from hitl.vocabulary import CaseState

_OF_USE_FOR = timedelta(hours=1)
"""Later, whoever worked has gone home."""


async def tell_directly(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Say it, unless it may have been said: where it concerns others, they read it elsewhere."""
    person, kind = parcel.payload["to"], Told(parcel.payload["says"])
    if parcel.in_doubt_since is not None:
        return Skipped("it may have been told already")
    if kind not in await desk.database.read(partial(wanted_by_person, person=person)):
        return Skipped("it is not wanted any more")
    message = await _MESSAGES[kind](desk, parcel, person)
    if isinstance(message, Skipped):
        return message
    try:
        await say(desk, parcel, rendered(message), channel=person)
    except Trouble as trouble:
        # A dead letter is for others to read, who are not to know of it.
        if kind is Told.FATIGUE and trouble.treatment in HOPELESS:
            return Skipped("Slack does not take it")
        raise
    return Sent()


async def _of_dispute(desk: Desk, parcel: Parcel, person: str) -> Message | Skipped:
    case_id = case_id_of(parcel)
    case, votes = await desk.database.read(
        lambda c: (case_by_id(c, case_id), standing_votes(c, case_id))
    )
    if case.state is not CaseState.DISPUTED:
        return Skipped(f"the case is {case.state} by now")
    use_case = desk.use_case(parcel)
    with _asking_slack():
        may = await People(desk.directory).can_adjudicate(person, use_case)
    if not may or any(vote.reviewer == person for vote in votes):
        return Skipped("they may not settle it")
    return direct_message(Told.DISPUTE, case, use_case=use_case)


async def _of_hand_over(desk: Desk, parcel: Parcel, _person: str) -> Message | Skipped:
    case = await desk.database.read(partial(case_by_id, case_id=case_id_of(parcel)))
    if case.state not in WAITING:
        return Skipped(f"the case is {case.state} by now")
    use_case = desk.use_case(parcel)
    return direct_message(Told.HANDED, case, use_case=use_case, by=parcel.payload["by"])


async def _of_digest(desk: Desk, parcel: Parcel, person: str) -> Message | Skipped:
    """A copy for whom it concerns, with a table in the place of the chart."""
    use_case = desk.use_case(parcel)
    with _asking_slack():
        if not await People(desk.directory).is_concerned(person, use_case):
            return Skipped("it does not concern them")
    digest = await digest_asked_for(desk, parcel, use_case=use_case)
    return digest_message(digest, use_case=use_case)


async def _of_fatigue(desk: Desk, parcel: Parcel, person: str) -> Message | Skipped:
    """Of the day as it is now; what was seen is written down nowhere."""
    now = desk.database.now()
    if now - parcel.created_at > _OF_USE_FOR:
        return Skipped("it comes too late to be of use")
    zone = zone_of(desk.use_case(parcel))
    signs = await desk.database.read(partial(own_signs, person=person, zone=zone, now=now))
    told = [Sign(sign) for sign in parcel.payload["signs"]]
    seen = [signs.seen[sign] for sign in told if isinstance(signs, Signs) and sign in signs.seen]
    return fatigue_message(seen) if seen else Skipped("there is no sign of it any more")


@contextmanager
def _asking_slack() -> Iterator[None]:
    """What can't be looked up now may be later."""
    try:
        yield
    except Refusal as refusal:
        raise Trouble(Treatment.POSTPONE, str(refusal)) from refusal


_MESSAGES: Mapping[Told, Callable[[Desk, Parcel, str], Awaitable[Message | Skipped]]] = {
    Told.DISPUTE: _of_dispute,
    Told.HANDED: _of_hand_over,
    Told.DIGEST: _of_digest,
    Told.FATIGUE: _of_fatigue,
}
