"""Asking adjudicators to settle what a blind answer left open: each by a direct message.

Under the card it would tell everybody that the AI had said something else.
"""

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.posting import rendered, say
from bot.delivery.troubles import told_as_trouble
from bot.slack import blocks, ids
from bot.slack.message import Message
from bot.slack.refusals import Refusal
from bot.slack.text import is_slack_user, mrkdwn
from hitl.cases import Case
from hitl.eligibility import may_adjudicate
from hitl.policy import UseCase
from hitl.storage.database import Transaction
from hitl.storage.outbox import Kind, Parcel, is_waiting, posts_lane, put
from hitl.storage.queries import case_by_id
from hitl.storage.votes import standing_votes
from hitl.vocabulary import CheckState

_CHANNEL = "channel"
_MOST = 20
"""People who are written to; any one of them can settle it."""
_SETTLED = Skipped("it is settled already")


async def find_adjudicators(desk: Desk, parcel: Parcel, *, case_id: int) -> Sent | Skipped:
    """Put a row for each person who may settle it and has not voted; raises ``Trouble``."""
    use_case = desk.use_case(parcel)
    case, votes = await desk.database.read(
        lambda c: (case_by_id(c, case_id), standing_votes(c, case_id))
    )
    if not _is_open(case):
        return _SETTLED
    named = [await _members(desk, name, use_case=use_case) for name in parcel.payload["called"]]
    asked = frozenset().union(*named) - {vote.reviewer for vote in votes}
    people = [user_id for user_id in sorted(asked) if await _may_settle(desk, user_id)]

    def ask(tx: Transaction) -> None:
        for user_id in people[:_MOST]:
            _put(tx, case, user_id, again=parcel.payload.get("again", False))

    await desk.database.write(ask)
    return Sent() if people else Skipped("nobody is left to settle it")


async def ask_adjudicator(desk: Desk, parcel: Parcel, *, case_id: int) -> Sent | Skipped:
    """Write to one of them; raises ``Trouble``."""
    case = await desk.database.read(lambda c: case_by_id(c, case_id))
    if not _is_open(case):
        return _SETTLED
    message = rendered(asking_message(case, again=parcel.payload.get("again", False)))
    await say(desk, parcel, message, channel=parcel.payload["user"])
    return Sent()


def _put(tx: Transaction, case: Case, user_id: str, *, again: bool) -> None:
    stream = f"adjudicator:{case.id}:{user_id}"
    if not is_waiting(tx.connection, stream, kind=Kind.ADJUDICATOR):
        put(
            tx,
            kind=Kind.ADJUDICATOR,
            stream=stream,
            lane=posts_lane(user_id),
            case_id=case.id,
            use_case=case.use_case,
            payload={"user": user_id, "again": again},
        )


def _is_open(case: Case) -> bool:
    return case.check is not None and case.check.state is CheckState.DISPUTED


def asking_message(case: Case, *, again: bool = False) -> Message:
    """What one of them reads, with the way to both answers."""
    asks = "Still open: which is right?" if again else "Which is right?"
    name = mrkdwn(case.title or case.text or f"case {case.id}", 150)
    text = (
        f"⚖ *{asks}* In {case.use_case} somebody who did not see what the AI proposes"
        f" chose something else for “{name}”. You settle it, and see both."
    )
    look = blocks.button(
        "Adjudicate…", action_id=ids.ADJUDICATE, value=str(case.id), style="primary"
    )
    return Message(text, [blocks.section(text), blocks.actions(f"settle:{case.id}", look)])


async def _may_settle(desk: Desk, user_id: str) -> bool:
    """Whether this is a full member: the members of a channel may be bots and guests, too."""
    with told_as_trouble():
        person = await desk.directory.person(user_id)
        workspace = (await desk.directory.installation()).workspace
    own = frozenset({person.id})
    return bool(may_adjudicate(person, workspace=workspace, adjudicators=own, ask=""))


async def _members(desk: Desk, name: str, *, use_case: UseCase) -> frozenset[str]:
    if is_slack_user(name):
        return frozenset({name})
    try:
        with told_as_trouble():
            if name == _CHANNEL:
                return await desk.directory.channel_members(use_case.channel)
            return await desk.directory.group_members(name)
    except Refusal:  # no such group: the others are asked all the same
        return frozenset()
