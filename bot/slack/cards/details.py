"""A case in full, for modals."""

import json
from collections.abc import Iterable, Iterator

from bot.slack import blocks
from bot.slack.blocks import Element
from bot.slack.message import Block, Message, View
from bot.slack.text import clean, one_line
from hitl.blindness import as_seen
from hitl.cases import Case, Evidence

_MOST_BLOCKS = 90
_MOST_BYTES = 200_000
"""As JSON; Slack refuses a view of more than 250 kB."""
_CHUNK = 2_900


def case_view(case: Case, card: Message) -> View:
    """The card in a modal, from where it can be decided too."""
    return modal(f"Case {case.id}", card.blocks)


def full_text_view(case: Case) -> View:
    """The item and all evidence that is text, as far as a modal can hold it."""
    paragraphs = _paragraphs(_everything(as_seen(case)))
    return modal("Full text", fitting(paragraphs, otherwise="The rest is too long for this view."))


def refused_view(reason: str) -> View:
    """Why something was not done; ``reason`` is mrkdwn, ready to show."""
    return modal("Not done", [blocks.section(reason)])


def modal(title: str, shown: list[Block]) -> View:
    """A modal that is only looked at."""
    return {
        "type": "modal",
        "title": blocks.plain(title, 24),
        "close": blocks.plain("Close", 24),
        "blocks": shown or [blocks.paragraph("Nothing was sent with this case.")],
    }


def _everything(case: Case) -> Iterator[tuple[str, str]]:
    where = f"{case.id} in {case.use_case}"
    yield "Case", where if case.is_blind else f"{where}, key {case.key}"
    if case.title:
        yield "Title", case.title
    if case.text:
        yield "Text", case.text
    if case.reason:
        yield "The AI's reasoning", case.reason
    if case.model:
        yield "Model", case.model
    for piece in case.evidence:
        yield piece.title, _words_of(piece)


def _words_of(piece: Evidence) -> str:
    if piece.fields:
        return "\n".join(f"{name}: {value}" for name, value in piece.fields)
    return piece.text or piece.url or piece.image_url or "an uploaded picture"


def _paragraphs(parts: Iterator[tuple[str, str]]) -> Iterator[Block]:
    for title, text in parts:
        # Past what a view may weigh nothing can be shown anyway.
        cleaned = clean(text[:_MOST_BYTES])
        yield _paragraph(blocks.span(f"{one_line(title, 150)}\n", "bold"), cleaned[:_CHUNK])
        for start in range(_CHUNK, len(cleaned), _CHUNK):
            yield _paragraph(cleaned[start : start + _CHUNK])


def _paragraph(*pieces: Element | str) -> Block:
    spans = [blocks.span(piece) if isinstance(piece, str) else piece for piece in pieces]
    return blocks.rich(blocks.line(*spans))


def fitting(shown: Iterable[Block], *, otherwise: str) -> list[Block]:
    """As many of the blocks, from the first, as a modal can hold; then words if there are more."""
    room, taken = _MOST_BYTES, list[Block]()
    for block in shown:
        room -= len(json.dumps(block))
        if room < 0 or len(taken) == _MOST_BLOCKS:
            return [*taken, blocks.context(blocks.plain(otherwise, 100))]
        taken.append(block)
    return taken
