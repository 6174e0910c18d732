"""What the AI proposes and why a person is asked, at a glance."""

from bot.slack import blocks
from bot.slack.blocks import Element
from bot.slack.cards.tried import bar, in_a_column
from bot.slack.cards.wording import beginning, proposer, score_words
from bot.slack.message import Block
from bot.slack.text import one_line
from hitl.cases import Case
from hitl.policy import UseCase

_SHOWN = 3
_LABEL = 80
_WHY = 300
_REASONING = 400


def proposal_block(case: Case, *, use_case: UseCase) -> Block:
    """The likeliest labels with their scores, why the case is here, and the AI's reasoning."""
    said = _options(case, use_case=use_case) or [
        blocks.span(f"{beginning(proposer(case))} proposes "),
        blocks.span(one_line(case.label, _LABEL), "bold"),
    ]
    said.append(blocks.span(f"\nWhy it is here: {one_line(case.route_reason, _WHY)}"))
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


def _options(case: Case, *, use_case: UseCase) -> list[Element]:
    """One line a label: bar, figure, name."""
    scored = likeliest_first(case)
    figures = in_a_column(
        [score_words(label, score, use_case=use_case) for label, score in scored[:_SHOWN]]
    )
    spans: list[Element] = []
    for (label, score), figure in zip(scored, figures, strict=False):
        begin = "\n" if spans else ""
        spans.append(blocks.span(f"{begin}{bar(score)}  {figure}  "))
        name = one_line(label, _LABEL)
        if label == case.label:
            spans += [blocks.span(name, "bold"), blocks.span(" · AI's choice")]
        else:
            spans.append(blocks.span(name))
    if len(scored) > _SHOWN:
        spans.append(blocks.span(f" · and {len(scored) - _SHOWN} more"))
    return spans
