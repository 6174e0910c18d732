"""What is wrong, as people read it: how one knows, why it may be so, and one thing to do."""

from collections.abc import Sequence

from bot.figures import Figure
from bot.slack import blocks
from bot.slack.message import Block
from bot.slack.text import mrkdwn
from hitl.statistics.findings.signal import Finding
from hitl.statistics.sunset import Standing, Sunset

_MOST = 5
_SENTENCE = 400


def finding_blocks(findings: Sequence[Finding]) -> list[Block]:
    """The surest five, and over which time they were looked for: no other figure's."""
    if not findings:
        return []
    return [
        blocks.context(blocks.plain("What stands out in the last four weeks:", 60)),
        *(blocks.section(_finding(each)) for each in findings[:_MOST]),
    ]


def _finding(finding: Finding) -> str:
    evidence, cause, fix, step = (
        mrkdwn(words, _SENTENCE)
        for words in (finding.evidence, finding.cause, finding.fix, finding.next_step)
    )
    return f":warning: *{_sentence(finding.rule)}.* {evidence}\n{cause} {fix}\n*Next:* {step}"


def sunset_lines(sunset: Sunset) -> list[str]:
    """The signs that are there, each with what keeps it from being certain, and the one step."""
    seen = [sign for sign in sunset.signs if sign.standing in (Standing.CERTAIN, Standing.SEEN)]
    if not seen:
        return []
    signs = [
        mrkdwn(f"{sign.evidence}{f', {sign.missing}' if sign.missing else ''}", _SENTENCE)
        for sign in seen
    ]
    return [
        f"Signs that people are needed less: {'; '.join(signs)}",
        f"The step that they allow: {mrkdwn(sunset.step, _SENTENCE)}",
    ]


def figure_words(figure: Figure) -> str:
    """``People are right: 93 % (86 to 97), 69 of 74 checked decisions``, as mrkdwn."""
    basis = f", {mrkdwn(figure.basis, _SENTENCE)}" if figure.basis else ""
    return f"{figure.name}: {mrkdwn(figure.value, _SENTENCE)}{basis}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
