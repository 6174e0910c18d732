"""A disputed case for an adjudicator: who chose what and why, and the verdicts below."""

from collections.abc import Sequence

from bot.slack import blocks, ids
from bot.slack.cards.actions import verdict_buttons
from bot.slack.cards.details import modal
from bot.slack.cards.wording import outcome_title
from bot.slack.message import Message, View
from bot.slack.text import mention, mrkdwn
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.storage.votes import CastVote


def adjudication_view(
    case: Case, card: Message, votes: Sequence[CastVote], *, use_case: UseCase
) -> View:
    """The card with the votes in place of its buttons, and verdicts that end the dispute."""
    said = "\n".join(_vote(vote, use_case=use_case) for vote in votes)
    shown = [block for block in card.blocks if block["type"] != "actions"]
    verdicts = blocks.actions(f"adjudicate:{case.id}", *verdict_buttons(case, use_case=use_case))
    view = modal(f"Case {case.id}", [*shown, blocks.divider(), blocks.section(said), verdicts])
    return view | {"callback_id": ids.ADJUDICATION, "private_metadata": str(case.id)}


def _vote(vote: CastVote, *, use_case: UseCase) -> str:
    """``@ana chose Reject · remove post: “a slur”``, escaped."""
    chose = f"{mention(vote.reviewer)} chose *{outcome_title(vote, use_case=use_case)}*"
    return f"{chose}: “{mrkdwn(vote.note, 500)}”" if vote.note else chose
