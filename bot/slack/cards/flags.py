"""Flagged cases: what can be done with one on its card, and the list of all that are watched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import blocks, ids
from bot.slack.cards.withheld import NOTHING_WITHHELD, ONLY_WITHHELD, withheld_blocks
from bot.slack.message import Block, Message
from bot.slack.text import counted, duration
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.storage.flags import FlaggedCase

_MOST = 30
"""Blocks; a message may have 50."""
_NOTHING = "No flagged case is being watched."


@dataclass(frozen=True, slots=True)
class Watched:
    """Flagged cases of one use case, those watched for longest first."""

    use_case: str
    total: int
    first: Sequence[FlaggedCase]


def flag_actions(case: Case, *, use_case: UseCase) -> list[Block]:
    """The buttons that end the watching; none on a case that is not watched."""
    outcome = case.outcome
    if outcome is None or not outcome.flagged:
        return []
    clear = blocks.button("Clear flag", action_id=ids.CLEAR_FLAG, value=str(case.id))
    others = [label for label in use_case.labels if label != outcome.label]
    words = f"Turn to {others[0]}…" if len(others) == 1 else "Turn to another label…"
    turn = blocks.button(words, action_id=ids.TURN_FLAG, value=str(case.id))
    return [blocks.actions(f"flag:{case.id}:{outcome.revision}", clear, turn)]


def flagged_message(
    watched: Sequence[Watched], *, now: datetime, withheld: Mapping[str, str] = NOTHING_WITHHELD
) -> Message:
    """Every use case with flags, each case with a button that shows its card.

    ``withheld`` says of other use cases why theirs are not shown.
    """
    found = [each for each in watched if each.total]
    lines = [f"{each.use_case}: {counted(each.total, 'flagged case')}" for each in found]
    shown = list(_blocks(found, now=now))
    if not shown and not withheld:
        shown = [blocks.section(_NOTHING)]
    words = "; ".join(lines) or (ONLY_WITHHELD if withheld else _NOTHING)
    return Message(words, [*_within(shown, found), *withheld_blocks(withheld)])


def _blocks(watched: Sequence[Watched], *, now: datetime) -> Iterator[Block]:
    for each in watched:
        yield blocks.section(f"*{each.use_case}* · {counted(each.total, 'flagged case')}")
        for case in each.first:
            since = duration((now - case.set_at).total_seconds())
            show = blocks.button("Show", action_id=ids.SHOW_CASE, value=str(case.case_id))
            line = f"{case.case_id} · {case.title[:100]} · flagged {since} ago"
            yield blocks.paragraph(line) | {"accessory": show}


def _within(shown: list[Block], watched: Sequence[Watched]) -> list[Block]:
    kept = shown[:_MOST]
    hidden = sum(each.total for each in watched) - sum("accessory" in block for block in kept)
    if not hidden:
        return kept
    return [*kept, blocks.context(blocks.plain(f"{counted(hidden, 'more case')} after these", 60))]
