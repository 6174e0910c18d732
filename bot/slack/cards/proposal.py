"""What the AI proposes and why a person is asked, at a glance."""

from bot.slack import blocks
from bot.slack.blocks import Element
from bot.slack.message import Block
from bot.slack.text import one_line
from hitl.cases import Case
from hitl.percent import percent
from hitl.policy import UseCase

_SHOWN = 3
_CELLS = 10
_LABEL = 80
_WHY = 300
_REASONING = 400


def proposal_block(case: Case, *, use_case: UseCase) -> Block:
    """The likeliest labels with their scores, why the case is here, and the AI's reasoning."""
    scored = likeliest_first(case)
    if scored:
        said = [
            piece
            for label, score in scored[:_SHOWN]
            for piece in _score_line(label, score, case=case, use_case=use_case)
        ]
    else:
        label = blocks.span(one_line(case.label, _LABEL), "bold")
        said = [blocks.span("The AI proposes "), label, blocks.span("\n")]
    if len(scored) > _SHOWN:
        said.append(blocks.span(f"and {len(scored) - _SHOWN} more\n"))
    said.append(blocks.span(f"Why it is here: {one_line(case.route_reason, _WHY)}"))
    if case.reason:
        reasoning = one_line(case.reason, _REASONING)
        said += [blocks.span("\nThe AI's reasoning: "), blocks.span(f"“{reasoning}”", "italic")]
    return blocks.rich(blocks.line(*said))


def likeliest_first(case: Case) -> list[tuple[str, float]]:
    """Labels with their scores: the AI's own label first, then by score."""
    scores = dict(case.scores)
    if case.confidence is not None:
        scores.setdefault(case.label, case.confidence)
    return sorted(scores.items(), key=lambda scored: (scored[0] != case.label, -scored[1]))


def _score_line(label: str, score: float, *, case: Case, use_case: UseCase) -> list[Element]:
    rule = use_case.labels.get(label)
    # Never "87 %" beside a threshold of 87 % that the score misses.
    figure = percent(score, apart_from=rule.auto_at if rule else None)
    bar, shown = blocks.span(f"{_bar(score)} {figure:>5}", "code"), one_line(label, _LABEL)
    if label != case.label:
        return [bar, blocks.span(f"  {shown}\n")]
    return [
        bar,
        blocks.span("  "),
        blocks.span(shown, "bold"),
        blocks.span(" · the AI's proposal\n"),
    ]


def _bar(score: float) -> str:
    """Ten cells; all and none are kept for certainty."""
    filled = round(score * _CELLS)
    if 0 < score < 1:
        filled = min(max(filled, 1), _CELLS - 1)
    return "█" * filled + "░" * (_CELLS - filled)
