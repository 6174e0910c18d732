"""Who else was asked before people, and what they said."""

from collections.abc import Iterator, Sequence

from bot.slack import blocks
from bot.slack.blocks import Element
from bot.slack.message import Block
from bot.slack.text import one_line
from hitl.cases import Case, Tried
from hitl.percent import percent
from hitl.strategies import Opinion
from hitl.vocabulary import RouteTo

_MODEL = 60
_LABEL = 80
_REASON = 200
_WHY = 300
_CELLS = 10
_DIGIT, _POINT = "\N{FIGURE SPACE}", "\N{PUNCTUATION SPACE}"


def tried_blocks(case: Case) -> list[Block]:
    """Second opinions, a line each, and what each step came to; nothing for who looks blind."""
    spans = [] if case.is_blind else [span for step in case.tried for span in _spans(step)]
    if not spans:
        return []
    spans[0] = spans[0] | {"text": spans[0]["text"].lstrip("\n")}
    return [blocks.rich(blocks.line(*spans))]


def tried_sentences(case: Case) -> Iterator[str]:
    """The same as it is heard, not escaped."""
    if case.is_blind:
        return
    for step in case.tried:
        said = [f"{each.model}: {each.label}" for each in step.opinions if each.label]
        yield from [f"Second opinions: {', '.join(said)}."] if said else []
        if step.ended_at is not None and not step.stood and step.why:
            yield f"{_came_to(step)}."


def _spans(step: Tried) -> Iterator[Element]:
    said = [opinion for opinion in step.opinions if opinion.label is not None]
    if said:
        yield blocks.span(f"\nSecond opinion{'s' if len(said) > 1 else ''}", "bold")
    figures = in_a_column([percent(opinion.confidence or 0) for opinion in said])
    for opinion, figure in zip(said, figures, strict=True):
        yield blocks.span(f"\n{bar(opinion.confidence or 0)}  {figure}  ")
        yield from _opinion(opinion)
    if step.ended_at is not None and not step.stood and step.why:
        yield blocks.span(f"\n{_came_to(step)}")


def _came_to(step: Tried) -> str:
    """Why the step did not decide."""
    why = one_line(step.why or "", _WHY)
    if step.kind is RouteTo.SECOND_MODEL:
        return f"Not enough to decide: {why}"
    return why[:1].upper() + why[1:]


def _opinion(opinion: Opinion) -> Iterator[Element]:
    yield blocks.span(one_line(opinion.label or "", _LABEL), "bold")
    yield blocks.span(f" · {one_line(opinion.model, _MODEL)}")
    if opinion.reason:
        yield blocks.span(f" “{one_line(opinion.reason, _REASON)}”", "italic")


def bar(score: float) -> str:
    """Ten cells; all and none are kept for certainty."""
    filled = round(score * _CELLS)
    if 0 < score < 1:
        filled = min(max(filled, 1), _CELLS - 1)
    return "▰" * filled + "▱" * (_CELLS - filled)


def in_a_column(figures: Sequence[str]) -> list[str]:
    """Filled up on the left with spaces as wide as digits and points, so that all end in line."""
    digits = [sum(map(str.isdigit, figure)) for figure in figures]
    has_points = any("." in figure for figure in figures)
    return [
        _POINT * (has_points and "." not in figure) + _DIGIT * (max(digits) - own) + figure
        for figure, own in zip(figures, digits, strict=True)
    ]
