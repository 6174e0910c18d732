"""The case card: one message that asks, and later tells what was decided."""

from collections.abc import Mapping
from datetime import datetime

from bot.slack import blocks
from bot.slack.cards.actions import settled_actions, waiting_actions
from bot.slack.cards.evidence import Room, evidence_blocks, item_blocks, note_blocks, thumbnail
from bot.slack.cards.proposal import proposal_block
from bot.slack.cards.wording import case_text, decided_how, outcome_line
from bot.slack.message import Block, Message
from bot.slack.text import moment, mrkdwn
from hitl.cases import Case, Outcome
from hitl.policy import UseCase
from hitl.vocabulary import CaseState

_ROOMS = (Room(1500, 500, 8), Room(900, 250, 5), Room(500, 120, 3), Room(250, 0, 0))
"""From generous to bare: the first in which the whole card keeps Slack's limits is taken."""
_RECALL = Room(item=280, piece=0, pieces=0)
"""Of a decided case, enough to recognise it by."""
_WITHDRAWN = "🚫 *Withdrawn* · no decision is needed any more"


def case_card(
    case: Case,
    *,
    use_case: UseCase,
    now: datetime,
    files: Mapping[int, str] | None = None,
    plain: bool = False,
) -> Message:
    """The card as the case stands; within Slack's limits whatever is in it.

    ``files`` are Slack's ids of uploaded pictures by ours. ``plain`` is the short form without
    pictures and formatted text, for a second try where Slack refused the blocks.
    """
    text = case_text(case, use_case=use_case, now=now)
    if plain:
        return Message(text, _plain(case, text, use_case=use_case))
    for room in _ROOMS:
        full = _full(case, use_case=use_case, room=room, files=files or {})
        if blocks.fits(full):
            return Message(text, full)
    return Message(text, _plain(case, text, use_case=use_case))


def _full(case: Case, *, use_case: UseCase, room: Room, files: Mapping[int, str]) -> list[Block]:
    heading = [blocks.header(use_case.question), _where(case)]
    if case.state is CaseState.WITHDRAWN or case.outcome is not None:
        return [*heading, *_settled(case, use_case=use_case, files=files), settled_actions(case)]
    disputed = case.state is CaseState.DISPUTED
    return [
        *heading,
        *([blocks.section("⚖️ *Disputed* · reviewers disagree on this case")] if disputed else []),
        proposal_block(case, use_case=use_case),
        blocks.divider(),
        *item_blocks(case, room=room),
        *evidence_blocks(case, room=room, files=files),
        *note_blocks(case),
        waiting_actions(case, use_case=use_case),
    ]


def _settled(case: Case, *, use_case: UseCase, files: Mapping[int, str]) -> list[Block]:
    return [
        *_result(case, case.outcome, use_case=use_case, files=files),
        *item_blocks(case, room=_RECALL),
        *note_blocks(case),
    ]


def _result(
    case: Case, outcome: Outcome | None, *, use_case: UseCase, files: Mapping[int, str]
) -> list[Block]:
    picture = thumbnail(case, files=files)
    if outcome is None or case.state is CaseState.WITHDRAWN:
        return [blocks.section(_WITHDRAWN, accessory=picture)]
    line = outcome_line(outcome, use_case=use_case)
    shown = [
        blocks.section(line, accessory=picture),
        blocks.context(blocks.mrkdwn(decided_how(case, outcome))),
    ]
    if outcome.note:
        shown.append(blocks.section(f"“{mrkdwn(outcome.note, 500)}”"))
    return shown


def _where(case: Case) -> Block:
    """Which case this is and how old; every reader's Slack keeps the age current."""
    name = f"{case.use_case} · case {case.id} · {case.key}"
    age = moment(case.submitted_at, "{ago}")
    return blocks.context(blocks.plain(name, 200), blocks.mrkdwn(age))


def _plain(case: Case, text: str, *, use_case: UseCase) -> list[Block]:
    settled = case.state is CaseState.WITHDRAWN or case.outcome is not None
    buttons = settled_actions(case) if settled else waiting_actions(case, use_case=use_case)
    item = [blocks.paragraph(case.text[:1000])] if case.text and not settled else []
    return [blocks.section(text), *item, buttons]
