"""The monthly question: invest in the model, or are we good? With what is known, and its answer."""

from collections.abc import Sequence
from datetime import date

from bot.figures import Figure, figures_of
from bot.slack import blocks, ids
from bot.slack.cards.findings import figure_words, sunset_lines
from bot.slack.message import Block, Message
from bot.slack.text import clip, mention, moment, mrkdwn
from hitl.reports.answers import Report
from hitl.review.monthly import Direction, MonthlyQuestion
from hitl.statistics.findings.signal import Finding

_ASKED = "Invest in the model, or are we good?"
_TOLD = frozenset(
    {
        "Escalation",
        "Agreement with the AI",
        "Automatic decisions",
        "Trend of escalation",
        "People are right",
        "A review takes",
        "Cost a decision",
        "Expected errors",
    }
)
_WORDS = {Direction.INVEST: "Invest in the model", Direction.GOOD: "We are good"}
_MOST_LINES = 16
_SENTENCE = 800


def evidence_lines(month: Report, before: Report, *, findings: Sequence[Finding]) -> list[str]:
    """What speaks for either, as mrkdwn: figures beside the month before, trouble, signs."""
    earlier = {figure.name: figure for figure in figures_of(before)}
    told = [
        _beside(figure, earlier.get(figure.name))
        for figure in figures_of(month)
        if figure.name in _TOLD
    ]
    wrong = [f":warning: {mrkdwn(f'{each.evidence} {each.fix}', _SENTENCE)}" for each in findings]
    return [*told, *wrong, *sunset_lines(month.sunset)][:_MOST_LINES]


def monthly_message(question: MonthlyQuestion, *, before: MonthlyQuestion | None) -> Message:
    """The question with its buttons, or its answer and by whom."""
    heading = f"{question.use_case} in {date.fromisoformat(f'{question.month}-01'):%B %Y}"
    lines = [line for line in question.evidence if line]
    last = None if before is None else _last_time(before)
    shown = [
        blocks.header(heading),
        *([blocks.section(clip("\n".join(f"• {line}" for line in lines), 2_900))] if lines else []),
        *([blocks.context(blocks.mrkdwn(last))] if last else []),
        *_answer(question),
    ]
    text = f"{heading}. {_ASKED} {' '.join(f'{line}.' for line in lines)}"
    return Message(clip(text, 3_900), shown)


def _beside(figure: Figure, before: Figure | None) -> str:
    words = figure_words(figure)
    if before is None or not (before.is_known and figure.is_known) or before.value == figure.value:
        return words
    return f"{words}; the month before {before.value}"


def _answer(question: MonthlyQuestion) -> list[Block]:
    if question.decision is not None:
        return [blocks.section(f"*{_WORDS[question.decision]}*, says {_whose(question)}")]
    buttons = [
        blocks.button(words, action_id=f"{ids.MONTHLY_PREFIX}{choice}", value=str(question.id))
        for choice, words in _WORDS.items()
    ]
    asked = f"*{_ASKED}* A lead decides; the answer stands here and in next month's question."
    return [blocks.section(asked), blocks.actions(f"monthly:{question.id}", *buttons)]


def _last_time(before: MonthlyQuestion) -> str:
    name = f"{date.fromisoformat(f'{before.month}-01'):%B}"
    if before.decision is None:
        return f"Nobody answered the question of {name}"
    return f"In the question of {name}: {_WORDS[before.decision].lower()}, said {_whose(before)}"


def _whose(question: MonthlyQuestion) -> str:
    at = "" if question.decided_at is None else f" ({moment(question.decided_at, '{date_short}')})"
    return f"{mention(question.decided_by or 'somebody')}{at}"
