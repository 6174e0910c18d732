"""Who looks at a case, under its card in the channel."""

from datetime import datetime

from bot.slack import blocks
from bot.slack.cards.wording import is_settled
from bot.slack.message import Message
from bot.slack.text import mention, moment
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.storage.claims import Claim


def with_looker(card: Message, case: Case, *, claim: Claim | None, now: datetime) -> Message:
    """The card, and who has the case in hand in review mode; others may decide it all the same.

    It says until when, for a claim that runs out rewrites no card.
    """
    if claim is None or claim.until <= now or is_settled(as_seen(case)):
        return card
    until = moment(claim.until, "{time}")
    note = blocks.mrkdwn(f"{mention(claim.reviewer)} is looking at it, until {until} at most")
    return Message(card.text, [*card.blocks, blocks.context(note)])
