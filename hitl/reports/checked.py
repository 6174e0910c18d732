"""What blind checks, double reviews and known answers say of the AI and of people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select

from hitl.reports.facts import CHECKS, PAIRS, UNKNOWN
from hitl.reports.ledger import Ledger, Window
from hitl.statistics.agreement import Agreement, agreement
from hitl.statistics.answers import NotYet
from hitl.statistics.findings.facts import Checked, Count
from hitl.statistics.reviewers import Accuracy, team_accuracy
from hitl.storage.predictions import IN_THE_SAMPLE, STOOD, SURE
from hitl.storage.tables import IS_KNOWN_ANSWER, cases, checks
from hitl.vocabulary import CheckKind, CheckState

_MOST = 5_000
"""Of single checks that are looked at; a bin of a thousand is as sharp as anybody needs."""


@dataclass(slots=True)
class Sampled:
    """The shadow sample of one window: each check once."""

    stood: Counter[str] = field(default_factory=Counter)
    """Checks of predictions that stood, by label,"""
    wrong: Counter[str] = field(default_factory=Counter)
    """and how many of these were wrong."""
    contradicted: int = 0
    """Escalated ones whose blind answer was another label than the AI's,"""
    upheld: int = 0
    """and how many of these the adjudicators found right not to agree."""
    answers: int = 0
    right_answers: int = 0

    @property
    def automatic(self) -> Count:
        """Wrong ones of those that stood."""
        return Count(self.wrong.total(), self.stood.total())


def sampled_in(ledger: Ledger, windows: Sequence[Window]) -> list[Sampled]:
    """By when they were settled."""
    found = [Sampled() for _ in windows]
    columns = ("label", "stood", "contradicted", "answer_right", "ai_right")
    for row in ledger.rows(CHECKS, windows, *columns):
        seen, count = found[row.place], row.checks
        seen.answers += count
        seen.right_answers += count * row.answer_right
        if row.stood:
            seen.stood[row.label] += count
            seen.wrong[row.label] += count * (not row.ai_right)
        elif row.contradicted:
            seen.contradicted += count
            seen.upheld += count * (not row.ai_right)
    return found


def automatic_in(ledger: Ledger, window: Window) -> Count:
    """Wrong ones of the predictions that stood and were checked, for what is to be guaranteed.

    What is disputed counts as wrong until it is settled, as in certificates: answers that agree
    with the AI settle at once, and without the others the AI would look better than it is.
    """
    since, until = window
    [sampled] = sampled_in(ledger, [window])
    disputed = ledger.connection.execute(
        select(func.count())
        .select_from(checks)
        .join(cases, cases.c.id == checks.c.case_id)
        .where(
            checks.c.use_case == ledger.use_case,
            checks.c.state == CheckState.DISPUTED,
            checks.c.kind == CheckKind.AUDIT,
            checks.c.answered_at >= since,
            checks.c.answered_at < until,
            STOOD,
            *ledger.of_own_cases,
        )
    ).scalar_one()
    settled = sampled.automatic
    return Count(settled.hits + disputed, settled.total + disputed)


def single_checks(ledger: Ledger, window: Window) -> Checked:
    """How sure the AI was and whether it was right; the newest few thousand, stood or not."""
    since, until = window
    rows = ledger.connection.execute(
        select(SURE, cases.c.label == checks.c.final_label)
        .join_from(checks, cases, cases.c.id == checks.c.case_id)
        .where(
            checks.c.use_case == ledger.use_case,
            checks.c.settled_at >= since,
            checks.c.settled_at < until,
            IN_THE_SAMPLE,
            SURE.is_not(None),
            *ledger.own_cases,
        )
        .order_by(checks.c.settled_at.desc())
        .limit(_MOST)
    ).all()
    return Checked([row[0] for row in rows], [bool(row[1]) for row in rows])


@dataclass(slots=True)
class Doubled:
    """Cases of one window that two people saw."""

    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: int = 0
    right_answers: int = 0

    @property
    def disagreed(self) -> Count:
        """Pairs of different labels, of all."""
        differing = sum(count for (one, other), count in self.labels.items() if one != other)
        return Count(differing, self.labels.total())

    @property
    def agreement(self) -> Agreement:
        """The headline and alpha."""
        return agreement(self.labels.items())


def doubled_in(ledger: Ledger, window: Window) -> Doubled:
    """By when the second vote was given."""
    found = Doubled()
    for row in ledger.rows(PAIRS, [window], "first", "second", "right_votes"):
        found.labels[row.first, row.second] += row.pairs
        if row.right_votes != UNKNOWN:
            found.answers += 2 * row.pairs
            found.right_answers += row.right_votes * row.pairs
    return found


def known_missed(ledger: Ledger, window: Window) -> Count:
    """Known answers that people missed, of those they gave."""
    since, until = window
    missed, answered = ledger.connection.execute(
        select(
            func.count(case((checks.c.label != checks.c.known_label, 1))),
            func.count(checks.c.id),
        ).where(
            checks.c.use_case == ledger.use_case,
            IS_KNOWN_ANSWER,
            checks.c.answered_at >= since,
            checks.c.answered_at < until,
        )
    ).one()
    return Count(missed, answered)


def team(sampled: Sampled, doubled: Doubled, known: Count) -> Accuracy | NotYet:
    """How often people are right, from every decision whose answer is known by other means."""
    right = sampled.right_answers + doubled.right_answers + known.total - known.hits
    return team_accuracy(right, sampled.answers + doubled.answers + known.total)
