"""The item itself and what came with it: all of it from strangers, so all of it inert."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from bot.slack import blocks
from bot.slack.blocks import Element
from bot.slack.message import Block
from bot.slack.text import clean, counted, is_slack_user, mrkdwn, one_line
from hitl.cases import Case, Evidence, Inquiry, Note

_TITLE = 150
_FIELDS = 10
_FIELD = 150
_NOTES = 3
_NOTE = 300
_ANSWER = 600


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters of the item and of each piece, and how many pieces, a card shows."""

    item: int
    piece: int
    pieces: int


_RECALL = Room(item=280, piece=0, pieces=0)


def cut(text: str, limit: int) -> str:
    """The cleaned text, or its beginning and an honest word about the rest."""
    cleaned = clean(text).strip()
    if len(cleaned) <= limit:
        return cleaned
    missing = counted(len(cleaned) - limit, "more character")
    return f"{cleaned[:limit].rstrip()}… ({missing}, see Full text)"


def item_blocks(case: Case, *, room: Room) -> list[Block]:
    """Title and text of the item; nothing when it is only a picture."""
    elements: list[Element] = []
    if case.title:
        elements.append(blocks.line(blocks.span(one_line(case.title, _TITLE), "bold")))
    if case.text:
        elements.append(blocks.quote(cut(case.text, room.item)))
    return [blocks.rich(*elements)] if elements else []


def evidence_blocks(case: Case, *, room: Room, files: Mapping[int, str]) -> list[Block]:
    """One block a piece; ``files`` are Slack's ids of uploaded pictures by ours."""
    shown = [_piece(piece, room=room, files=files) for piece in case.evidence[: room.pieces]]
    missing = len(case.evidence) - len(shown)
    if missing:
        words = f"{counted(missing, 'more piece')} of evidence, see Full text"
        shown.append(blocks.context(blocks.plain(words, _TITLE)))
    return shown


def recall_blocks(case: Case, *, files: Mapping[int, str]) -> list[Block]:
    """Enough of a decided case to recognise it by: its beginning, and its first picture small."""
    picture = _thumbnail(case, files=files)
    if picture is None:
        return item_blocks(case, room=_RECALL)
    words = "\n".join(filter(None, (case.title, case.text and cut(case.text, _RECALL.item))))
    return [blocks.paragraph(words or picture["alt_text"]) | {"accessory": picture}]


def note_blocks(case: Case) -> list[Block]:
    """The latest notes; earlier ones are in the history."""
    if not case.notes:
        return []
    earlier = len(case.notes) - _NOTES
    lines = [_note(note) for note in case.notes[-_NOTES:]]
    if earlier > 0:
        lines.insert(0, blocks.line(blocks.span(f"{counted(earlier, 'earlier note')}: History")))
    return [blocks.rich(*lines)]


def inquiry_blocks(case: Case) -> list[Block]:
    """The latest questions to the submitter, with what was answered."""
    lines = [line for each in case.inquiries[-_NOTES:] for line in _inquiry(each)]
    return [blocks.rich(*lines)] if lines else []


def _inquiry(inquiry: Inquiry) -> list[Element]:
    asked = one_line(inquiry.text or "(erased)", _NOTE)
    said = [
        blocks.line(blocks.span("? "), _author(inquiry.author), blocks.span(f" asked: {asked}"))
    ]
    if inquiry.answered_at is None:
        return [*said, blocks.line(blocks.span("↳ The submitter has not answered yet", "italic"))]
    answer = one_line(inquiry.answer or "(erased)", _ANSWER)
    return [*said, blocks.line(blocks.span("↳ The submitter: ", "bold"), blocks.span(answer))]


def _thumbnail(case: Case, *, files: Mapping[int, str]) -> Element | None:
    for piece in case.evidence:
        if source := _picture_source(piece, files=files):
            return blocks.image(source, alt_text=piece.title)
    return None


def _note(note: Note) -> Element:
    words = blocks.span(f": {one_line(note.text, _NOTE)}")
    return blocks.line(blocks.span("✎ "), _author(note.author), words)


def _author(name: str) -> Element:
    if is_slack_user(name):
        return blocks.person(name)
    return blocks.span(one_line(name, _TITLE), "bold")


def _piece(piece: Evidence, *, room: Room, files: Mapping[int, str]) -> Block:
    title = one_line(piece.title, _TITLE)
    if piece.text is not None:
        heading = blocks.line(blocks.span(title, "bold"))
        return blocks.rich(heading, blocks.quote(cut(piece.text, room.piece)))
    if piece.fields:
        return _fields(piece)
    if piece.url is not None:
        return blocks.rich(blocks.line(blocks.span(f"{title}: ", "bold"), _address(piece.url)))
    if source := _picture_source(piece, files=files):
        return blocks.picture(source, title=piece.title)
    why = "not uploaded" if piece.image_id is not None else "its address can't be shown"
    return blocks.context(blocks.plain(f"Picture: {title} ({why})", 2 * _TITLE))


def _fields(piece: Evidence) -> Block:
    fields = [
        blocks.mrkdwn(f"*{mrkdwn(name, _FIELD)}*\n{mrkdwn(value, _FIELD)}")
        for name, value in islice(piece.fields, _FIELDS)
    ]
    heading = f"*{mrkdwn(piece.title, _TITLE)}*"
    if missing := len(piece.fields) - len(fields):
        heading += f" · {counted(missing, 'more field')}, see Full text"
    return blocks.section(heading) | {"fields": fields}


def _address(url: str) -> Element:
    """A link that shows where it leads; anything but http and https stays text."""
    safe = blocks.web_address(url)
    if safe is None:
        return blocks.span(f"{one_line(url, _FIELD)} (not a web address)")
    parts = urlsplit(safe)
    return blocks.link(safe, one_line(f"{parts.hostname}{parts.path}", _TITLE))


def _picture_source(piece: Evidence, *, files: Mapping[int, str]) -> Element | None:
    if piece.image_id is not None and piece.image_id in files:
        return {"slack_file": {"id": files[piece.image_id]}}
    if piece.image_url is not None and (address := blocks.web_address(piece.image_url)):
        return {"image_url": address}
    return None
