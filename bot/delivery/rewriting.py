"""Making a posted card show its case as it is now."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.posting import Rendering, rendered, say
from bot.delivery.reconcile import find_posted
from bot.delivery.troubles import Treatment, Trouble, told_as_trouble
from bot.slack.cards.case import case_card
from bot.slack.cards.looking import with_looker
from bot.slack.message import Message
from bot.slack.ways_back import answer
from hitl.blindness import awaits_people
from hitl.cases import Case
from hitl.reports.precedents import AT_LEISURE
from hitl.storage.claims import Claim, claim_of
from hitl.storage.outbox import Parcel
from hitl.storage.queries import case_by_id, picture_files
from hitl.storage.slack_copies import Place, card_place

_RESPONSE_URL_LIVES = timedelta(minutes=25)
"""Slack says 30; the rest is for clocks that differ."""
_UNREACHABLE = frozenset({Treatment.FALL_BACK, Treatment.PLAIN, Treatment.BURY})
_ACCEPTED = frozenset({"ok", '{"ok":true}'})


async def rewrite_card(desk: Desk, parcel: Parcel, *, case_id: int) -> Sent | Skipped:
    """Rewrite the card through the click's own way back, or else by its place."""
    if parcel.use_case not in desk.policy.use_cases:
        return Skipped(f"the policy has no use case {parcel.use_case} any more")
    case, place, files, claim = await desk.database.read(lambda c: _looked_up(c, case_id))
    if place is None:
        return Skipped("the case has no card")
    now, use_case = desk.database.now(), desk.use_case(parcel)
    similar = await desk.precedents.of(case, within=AT_LEISURE)

    def render(*, plain: bool = False) -> Message:
        card = case_card(
            case, use_case=use_case, now=now, files=files, precedents=similar, plain=plain
        )
        return with_looker(card, case, claim=claim, now=now)

    if await _answered_the_click(desk, parcel, render):
        return Sent()
    try:
        await rewrite(desk, place, render)
    except Trouble as trouble:
        if trouble.treatment is not Treatment.TELL_IN_THREAD:
            raise
        return await _tell_in_thread(desk, parcel, case, place=place, text=render().text)
    return Sent()


def _looked_up(
    connection: Connection, case_id: int
) -> tuple[Case, Place | None, dict[int, str], Claim | None]:
    """The case, its card's place, its pictures' files, and who has it in hand while it waits."""
    case = case_by_id(connection, case_id)
    return (
        case,
        card_place(connection, case_id),
        picture_files(connection, case_id) if case.has_pictures else {},
        claim_of(connection, case_id) if awaits_people(case) else None,
    )


async def _answered_the_click(desk: Desk, parcel: Parcel, render: Rendering) -> bool:
    # Taken from a verified request only, and checked there: see ``WaysBack``.
    url = parcel.payload.get("response_url")
    if url is None or desk.database.now() - parcel.created_at > _RESPONSE_URL_LIVES:
        return False
    try:
        with told_as_trouble():
            said = await answer(url, render(), client=desk.client, replace_original=True)
    except Trouble:
        return False
    return said in _ACCEPTED


async def rewrite(desk: Desk, place: Place, render: Rendering) -> None:
    """Make the message show this; raises ``Trouble``, ``TELL_IN_THREAD`` where it is gone."""
    try:
        await _update_with(desk, place, render())
    except Trouble as trouble:
        if trouble.treatment is not Treatment.PLAIN:
            raise
        await _update_with(desk, place, render(plain=True))


async def shown_again(desk: Desk, place: Place | None, render: Rendering) -> bool:
    """Whether the message stood at its place and shows this now; False where it is to be posted."""
    if place is None:
        return False
    try:
        await rewrite(desk, place, render)
    except Trouble as trouble:
        if trouble.treatment is not Treatment.TELL_IN_THREAD:
            raise
        return False  # somebody deleted it
    return True


async def _update_with(desk: Desk, place: Place, message: Message) -> None:
    with told_as_trouble():
        await desk.client.chat_update(
            channel=place.channel, ts=place.ts, text=message.text, blocks=message.blocks
        )


async def _tell_in_thread(
    desk: Desk, parcel: Parcel, case: Case, *, place: Place, text: str
) -> Sent | Skipped:
    """The outcome stands, whatever became of the card; those who look for it read it here."""
    if awaits_people(case):
        return Skipped("the card can't be rewritten any more")
    try:
        if await find_posted(desk, parcel, channels=[place.channel], thread_ts=place.ts) is None:
            told = rendered(Message(text, []))
            await say(desk, parcel, told, channel=place.channel, thread_ts=place.ts)
    except Trouble as trouble:
        if trouble.treatment not in _UNREACHABLE:
            raise
        return Skipped(f"the card can't be rewritten and its thread is gone: {trouble}")
    return Sent()
