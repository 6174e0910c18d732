"""The modal of review mode: how it goes, what was just decided, and the next case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack import blocks, ids
from bot.slack.blocks import Element
from bot.slack.message import Block, Message, View
from bot.slack.sitting import Sitting
from bot.slack.text import counted, moment, seconds_said
from hitl.cases import Case
from hitl.reports.answers import Queue
from hitl.reports.sittings import SittingFigures
from hitl.review.claim import SkipReason

_TITLE = "Review"
_REASONS: Mapping[SkipReason, str] = {
    SkipReason.UNCLEAR: "It is unclear",
    SkipReason.NOT_MY_AREA: "Not my area",
    SkipReason.NEEDS_INFORMATION: "It needs more information",
    SkipReason.CONFLICT_OF_INTEREST: "Conflict of interest",
    SkipReason.OTHER: "Another reason",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands above a case."""

    sitting: Sitting
    figures: SittingFigures
    said: str | None = None
    """What became of the case before, as mrkdwn ready to show."""
    undo: int | None = None
    """The case whose decision can be taken back now."""


def opening_view() -> View:
    """Shown at once, while the first case is looked for."""
    return _modal([blocks.section("One moment: your first case is on its way.")])


def review_view(case: Case, card: Message, *, standing: Standing, kept_until: datetime) -> View:
    """One case, kept for this person; ``card`` is its card."""
    kept = f"kept for you until {moment(kept_until, '{time}')}"
    shown = [
        *_above(standing, kept),
        *card.blocks,
        blocks.actions(f"review:{case.id}:{len(case.notes)}", _note(case), _skip(case)),
    ]
    return _remembering(_modal(shown), standing.sitting)


def finished_view(queue: Queue, *, standing: Standing) -> View:
    """No case to serve: none waits, or none for this person."""
    if queue.open:
        waiting = counted(queue.open, "case", is_more=queue.is_more)
        words = f"Nothing is left for you. {waiting} still waiting: "
        words += "somebody has it in hand" if queue.open == 1 else "others have them in hand"
        words += ", or you skipped it." if queue.open == 1 else ", or you skipped them."
    else:
        words = "Nothing is waiting. Thank you!"
    again = blocks.button("Look again", action_id=ids.LOOK_AGAIN, value=standing.sitting.use_case)
    shown = [*_above(standing), blocks.section(words, accessory=again)]
    return _remembering(_modal(shown), standing.sitting)


def ended_view(said: str | None, reason: str) -> View:
    """Why there is no next case; both are mrkdwn, ready to show."""
    before = [blocks.section(said), blocks.divider()] if said else []
    return _modal([*before, blocks.section(reason)])


def _modal(shown: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": ids.REVIEW,
        "title": blocks.plain(_TITLE, 24),
        "close": blocks.plain("Stop", 24),
        # What was kept for somebody who closes this is free for others at once.
        "notify_on_close": True,
        "blocks": shown,
    }


def _remembering(view: View, sitting: Sitting) -> View:
    return view | {"private_metadata": sitting.packed()}


def _above(standing: Standing, *notes: str) -> list[Block]:
    how = blocks.context(blocks.mrkdwn(" · ".join([*_numbers(standing.figures), *notes])))
    if standing.said is None and standing.undo is None:
        return [how]
    undo = None
    if standing.undo is not None:
        undo = blocks.button("Undo last", action_id=ids.UNDO_LAST, value=str(standing.undo))
    before = blocks.section(standing.said or "What you decided last", accessory=undo)
    # Another id each time: Slack takes a button it knows for the one that was pressed.
    before["block_id"] = f"before:{standing.undo}:{standing.figures.done}"
    return [how, before, blocks.divider()]


def _numbers(figures: SittingFigures) -> list[str]:
    more = "+" if figures.left_is_more else ""
    said = [f"*{figures.done:,} done*", f"{figures.left:,}{more} left"]
    if figures.skipped:
        said.append(f"{figures.skipped:,} skipped")
    if figures.median_seconds is not None:
        said.append(f"median {seconds_said(figures.median_seconds)}")
    return said


def _note(case: Case) -> Element:
    return blocks.button("Add a note…", action_id=ids.WRITE_NOTE, value=str(case.id))


def _skip(case: Case) -> Element:
    options = [
        blocks.option(words, ids.chosen(case.id, reason)) for reason, words in _REASONS.items()
    ]
    return blocks.menu("Skip…", action_id=ids.SKIP, options=options)


def undo_offered(figures: SittingFigures, *, within: timedelta, now: datetime) -> int | None:
    """The case decided last, while its decision can still be taken back."""
    if figures.last_at is None or now > figures.last_at + within:
        return None
    return figures.last_case
