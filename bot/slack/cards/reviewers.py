"""Answers to ``/hitl reviewers``: one's own figures, and for leads those of the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack import blocks
from bot.slack.cards.figures import interval_words
from bot.slack.message import Message
from bot.slack.text import counted, escape, mention, mrkdwn
from hitl.percent import percent
from hitl.policy.wording import listed
from hitl.reports.reviewers import Reviewer, Team
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.fatigue import Signs
from hitl.statistics.intervals import Interval
from hitl.statistics.reviewers import Accuracy
from hitl.statistics.speed import Speed

_MOST_USE_CASES = 8
_PEOPLE_A_SECTION, _MOST_PEOPLE = 8, 40
_MOST_PARTS = 45
_ROOM = blocks.MOST_CHARACTERS - 1_500
"""The rest is for what is said at the end."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """A use case as one person may see it."""

    team: Team
    refusal: str | None
    """Why they don't see how others review, as mrkdwn; None for leads."""


def reviewers_message(
    person: str, seen: Sequence[Reviewing], *, signs: Signs | NotYet | None
) -> Message:
    """Their own figures first; nobody else sees this answer."""
    shown: list[dict[str, Any]] = [blocks.header("How you review")]
    shown += [blocks.section(_own(person, each.team)) for each in seen[:_MOST_USE_CASES]]
    if isinstance(signs, Signs) and signs.seen:
        shown.append(blocks.section(_signs(signs)))
    is_cut = len(seen) > _MOST_USE_CASES
    for each in seen[:_MOST_USE_CASES]:
        longer = [*shown, *_team(each.team)]
        if each.refusal is not None:
            continue
        if len(longer) <= _MOST_PARTS and blocks.size(longer) <= _ROOM:
            shown = longer
        else:
            is_cut = True
    shown.append(blocks.context(blocks.mrkdwn(_footer(seen, is_cut=is_cut))))
    text = " ".join(_own(person, each.team).replace("\n", " ") for each in seen[:1])
    return Message(f"How you review. {text}", shown)


def _footer(seen: Sequence[Reviewing], *, is_cut: bool) -> str:
    refusals = dict[str, list[str]]()
    for each in seen:
        if each.refusal is not None:
            refusals.setdefault(each.refusal, []).append(mrkdwn(each.team.use_case, 100))
    lines = [
        f"{listed(names, most=3)}: {refusal}" if len(seen) > 1 else refusal
        for refusal, names in list(refusals.items())[:2]
    ]
    lines.append("Accuracy is of 90 days of checks, the rest of 4 weeks.")
    if is_cut:
        lines.append("Not everything fits: `/hitl reviewers` with a use case's name shows one.")
    return " ".join(lines)


def _own(person: str, team: Team) -> str:
    own = team.of(person)
    lines = [
        _accuracy(own.accuracy),
        *_speed(own.speed),
        _overturns(own),
        _load(own),
    ]
    return "\n".join([f"*{mrkdwn(team.use_case, 100)}* · you", *(f"• {each}" for each in lines)])


def _team(team: Team) -> list[dict[str, Any]]:
    everyone = [
        f"*{mrkdwn(team.use_case, 100)}* · the team, only leads see this",
        f"• {_accuracy(team.accuracy)}",
        *(f"• {line}" for line in _speed(team.speed)),
    ]
    people = [_person(each) for each in team.reviewers[:_MOST_PEOPLE]]
    missing = len(team.reviewers) - len(people)
    if missing:
        people.append(f"and {counted(missing, 'person', 'people')} more")
    starts = range(0, len(people), _PEOPLE_A_SECTION)
    parts = ["\n".join(people[start : start + _PEOPLE_A_SECTION]) for start in starts]
    return [blocks.section("\n".join(everyone)), *map(blocks.section, parts)]


def _person(reviewer: Reviewer) -> str:
    parts = [_brief(reviewer.accuracy)]
    if isinstance(reviewer.speed.median, Interval):
        parts.append(f"median {reviewer.speed.median.estimate:.1f} s")
    parts.append(f"{counted(reviewer.decisions, 'decision')}, {reviewer.a_day:.0f} a day")
    return f"{mention(reviewer.id)}: {' · '.join(parts)}"


def _brief(found: Accuracy | NotYet) -> str:
    if isinstance(found, NotYet):
        return f"accuracy: {found}"
    return f"{interval_words(found.interval)} right in {found.checks:,} checks"


def _accuracy(found: Accuracy | NotYet) -> str:
    if isinstance(found, NotYet):
        return f"Checked accuracy: {found}"
    return f"Checked accuracy {interval_words(found.interval)} on {found.checks:,} checked cases"


def _speed(found: Speed) -> list[str]:
    if isinstance(found.median, NotYet):
        return [f"Speed: {found.median}"]
    line = (
        f"Median {found.median.estimate:.1f} s"
        f" ({found.median.low:.1f}\N{EN DASH}{found.median.high:.1f})"
    )
    if isinstance(found.p90, Interval):
        line += f", 90 % within {found.p90.estimate:.1f} s"
    if isinstance(found.on_target, Share):
        line += f", {percent(found.on_target.estimate)} under 10 s"
    return [f"{line}, from first sight to decision ({counted(found.reviews, 'timed review')})"]


def _overturns(own: Reviewer) -> str:
    if not own.upheld.total:
        return "None of your overturns of the AI was adjudicated"
    return f"{own.upheld.hits:,} of {own.upheld.total:,} adjudicated overturns of the AI upheld"


def _load(own: Reviewer) -> str:
    if not own.decisions:
        return "No decisions in the last four weeks"
    line = f"{counted(own.decisions, 'decision')} on {counted(own.days, 'day')}"
    return f"{line}, {own.a_day:.0f} on a usual one" if own.days > 1 else line


def _signs(signs: Signs) -> str:
    lines = [f"*{signs.day:%A}* · only you see this, and it is no diagnosis"]
    lines += [f"• {escape(each)}" for each in signs.seen.values()]
    return "\n".join([*lines, "A break may do you good; *Skip…* leaves a case to somebody else."])
