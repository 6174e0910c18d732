"""Telling one person directly what they chose to be told, while it still concerns them."""

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.posting import rendered, say
from bot.slack.cards.direct import direct_message
from bot.slack.people import People
from hitl.lifecycle import WAITING
from hitl.notifications import Told
from hitl.storage.notifications import wanted_by_person
from hitl.storage.outbox import Parcel
from hitl.storage.queries import case_by_id
from hitl.storage.votes import standing_votes
from hitl.vocabulary import CaseState


async def tell_directly(desk: Desk, parcel: Parcel, *, case_id: int) -> Sent | Skipped:
    """Say it, unless it may have been said: the thread of the card says it, too."""
    person, kind = parcel.payload["to"], Told(parcel.payload["says"])
    if parcel.in_doubt_since is not None:
        return Skipped("it may have been told already")
    case, wanted, votes = await desk.database.read(
        lambda c: (case_by_id(c, case_id), wanted_by_person(c, person), standing_votes(c, case_id))
    )
    if kind not in wanted:
        return Skipped("it is not wanted any more")
    needed = {CaseState.DISPUTED} if kind is Told.DISPUTE else WAITING
    if case.state not in needed:
        return Skipped(f"the case is {case.state} by now")
    use_case = desk.use_case(parcel)
    if kind is Told.DISPUTE:
        may = await People(desk.directory).can_adjudicate(person, use_case)
        if not may or any(vote.reviewer == person for vote in votes):
            return Skipped("they may not settle it")
    message = direct_message(kind, case, use_case=use_case, by=parcel.payload["by"])
    await say(desk, parcel, rendered(message), channel=person)
    return Sent()
