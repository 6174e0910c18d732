"""The case card: one message that asks, and later tells what was decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.slack import blocks
from bot.slack.cards.actions import block_id, disputed_actions, settled_menu, waiting_actions
from bot.slack.cards.deadline import deadline_notes
from bot.slack.cards.evidence import (
    Room,
    cut,
    evidence_blocks,
    inquiry_blocks,
    item_blocks,
    note_blocks,
    recall_blocks,
)
from bot.slack.cards.flags import flag_actions
from bot.slack.cards.proposal import proposal_block
from bot.slack.cards.similar import similar_blocks, similar_line
from bot.slack.cards.tried import tried_blocks
from bot.slack.cards.wording import (
    case_name,
    case_text,
    disputed_line,
    is_settled,
    settled_lines,
    vote_notes,
)
from bot.slack.message import Block, Message
from bot.slack.text import moment
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.precedents import Precedent
from hitl.vocabulary import CaseState

_BLIND = "*blind*: by the item alone, without what the AI says"
_ROOMS = (Room(1500, 500, 8), Room(900, 250, 5), Room(500, 120, 3), Room(250, 0, 0))
"""From generous to bare: the first in which the whole card keeps Slack's limits is taken."""

_ERASED = "What was sent and what people wrote has been erased."


def case_card(
    case: Case,
    *,
    use_case: UseCase,
    now: datetime,
    files: Mapping[int, str] | None = None,
    precedents: Sequence[Precedent] = (),
    plain: bool = False,
) -> Message:
    """The card as the case stands; within Slack's limits whatever is in it.

    ``files`` are Slack's ids of uploaded pictures by ours, ``precedents`` similar cases, shown as
    long as this one waits. ``plain`` is the short form without
    pictures and formatted text, for a second try where Slack refused the blocks.
    """
    case = as_seen(case, use_case=use_case)
    text = case_text(case, use_case=use_case, now=now)
    if precedents and not is_settled(case):
        text += f" {similar_line(precedents, use_case=use_case)}."
    similar = similar_blocks(case, precedents, use_case=use_case)
    if plain:
        return Message(text, _plain(case, text, use_case=use_case))
    for room in _ROOMS:
        full = _full(
            case, use_case=use_case, now=now, room=room, files=files or {}, similar=similar
        )
        if blocks.fits(full):
            return Message(text, full)
    return Message(text, _plain(case, text, use_case=use_case))


def _full(
    case: Case,
    *,
    use_case: UseCase,
    now: datetime,
    room: Room,
    files: Mapping[int, str],
    similar: Sequence[Block],
) -> list[Block]:
    if is_settled(case):
        return _settled(case, use_case=use_case, files=files)
    disputed = case.state is CaseState.DISPUTED
    return [
        blocks.header(use_case.question),
        _where(
            case,
            *deadline_notes(case, use_case=use_case, now=now),
            *([_BLIND] if case.is_blind else []),
            *vote_notes(case, use_case=use_case),
        ),
        *([blocks.section(disputed_line(use_case=use_case))] if disputed else []),
        *([] if case.is_blind else [proposal_block(case, use_case=use_case)]),
        *tried_blocks(case),
        blocks.divider(),
        *item_blocks(case, room=room),
        *evidence_blocks(case, room=room, files=files),
        *note_blocks(case),
        *inquiry_blocks(case),
        *similar,
        _actions(case, use_case=use_case),
    ]


def _actions(case: Case, *, use_case: UseCase) -> Block:
    if case.state is CaseState.DISPUTED:
        return disputed_actions(case, use_case=use_case)
    return waiting_actions(case, use_case=use_case)


def _settled(case: Case, *, use_case: UseCase, files: Mapping[int, str]) -> list[Block]:
    """Small, because a channel fills up with these."""
    return [
        _result(case, use_case=use_case),
        _where(case),
        *([blocks.context(blocks.plain(_ERASED, 100))] if case.erased else []),
        *recall_blocks(case, files=files),
        *note_blocks(case),
        *inquiry_blocks(case),
        *flag_actions(case, use_case=use_case),
    ]


def _result(case: Case, *, use_case: UseCase) -> Block:
    said = settled_lines(case, use_case=use_case)
    block = blocks.section("\n".join(said), accessory=settled_menu(case, use_case=use_case))
    return block | {"block_id": block_id(case)}


def _where(case: Case, *notes: str) -> Block:
    """Which case this is and how old; every reader's Slack keeps the age current."""
    name = f"{case.use_case} · {case_name(case)}"
    age = moment(case.submitted_at, "{ago}")
    return blocks.context(blocks.plain(name, 200), *map(blocks.mrkdwn, [age, *notes]))


def _plain(case: Case, text: str, *, use_case: UseCase) -> list[Block]:
    if is_settled(case):
        return [_result(case, use_case=use_case)]
    item = [blocks.paragraph(cut(case.text, 1000))] if case.text else []
    return [blocks.section(text), *item, _actions(case, use_case=use_case)]
