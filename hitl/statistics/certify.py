"""Thresholds with a guarantee: of what stands at or above one, at most so much is wrong.

Choosing the lowest threshold that looks good enough is wrong far more often than it says, because
it picks the luckiest of many looks. Here thresholds are tested from strict to loose in an order
fixed beforehand, and the first failure ends it, so that no look costs confidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, pi

from hitl.statistics.answers import NotYet
from hitl.statistics.intervals import checks_needed

_GRAIN = 1_000
"""Thresholds have three decimals, and each of them is a step."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The shadow sample of one side and one model version, in any order."""

    confidences: Sequence[float]
    right: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Certificate:
    """With ``confidence``, at most ``max_error`` of what this side lets stand is wrong.

    It speaks of one model version and of traffic like the sample's, and ends with either.
    """

    side: str
    threshold: float
    max_error: float
    confidence: float
    """Of all sides and all tests so far together."""
    checks: int
    """At or above the threshold, with so many ``errors`` among them."""
    errors: int
    sample: int
    """All checks of the side."""


@dataclass(frozen=True, slots=True)
class NotCertified:
    """What is missing: ``needed`` checks with no more than ``errors`` errors, of ``checks``."""

    side: str
    max_error: float
    confidence: float
    checks: int
    errors: int
    needed: int
    sample: int

    def __str__(self) -> str:
        if not self.errors:
            return str(NotYet(self.checks, self.needed, "checks"))
        many = f"{self.errors:,} error{'' if self.errors == 1 else 's'}"
        return (
            f"{many} in the {self.checks:,} most confident checks;"
            f" with so many, {self.needed:,} checks are needed"
        )


def weekly_risk(delta: float, *, week: int) -> float:
    """What the test of a week, counted from 1, may risk, so that all tests together risk ``delta``.

    6 delta / (pi² week²), as the sum of 1 / week² is pi² / 6.
    """
    if week < 1:
        raise ValueError(f"found week {week}; weeks count from 1")
    return 6 * delta / (pi * week) ** 2


def certify(
    sides: Mapping[str, Sample],
    *,
    max_error: float,
    confidence: float = 0.95,
    week: int | None = None,
) -> dict[str, Certificate | NotCertified]:
    """For each side (a label with a threshold of its own) the loosest threshold that holds.

    ``week`` counts weekly tests of growing samples from 1; None for the one look that is ever
    taken. Sides share the risk of a test in equal parts. Each is a fixed sequence of exact
    binomial tests, from the strictest threshold at which one error would still pass: A. N.
    Angelopoulos et al., "Learn then test", Annals of Applied Statistics 19 (2025), section 2;
    B. L. Wiens, Pharmaceutical Statistics 2 (2003), 211-215. The steps depend on confidences alone.
    """
    delta = 1 - confidence if week is None else weekly_risk(1 - confidence, week=week)
    risk = delta / max(len(sides), 1)
    return {
        side: _certified(side, sample, max_error=max_error, confidence=confidence, risk=risk)
        for side, sample in sides.items()
    }


def _certified(
    side: str, sample: Sample, *, max_error: float, confidence: float, risk: float
) -> Certificate | NotCertified:
    from scipy.special import bdtr  # noqa: PLC0415 - heavy, and few commands need it

    ordered = sorted(zip(sample.confidences, sample.right, strict=True), key=lambda each: -each[0])
    wrong = _running_errors([right for _, right in ordered])
    first = checks_needed(max_error, errors=1, confidence=1 - risk)
    passed, failed = None, None
    for threshold, checks in _steps([sure for sure, _ in ordered], first=first):
        if float(bdtr(wrong[checks], checks, max_error)) > risk:
            failed = checks
            break
        passed = threshold, checks
    if passed is not None:
        threshold, checks = passed
        return Certificate(
            side, threshold, max_error, confidence, checks, wrong[checks], len(ordered)
        )
    # Short of the first step nobody looks at errors: which would be a look more.
    errors = 0 if failed is None else wrong[failed]
    return NotCertified(
        side=side,
        max_error=max_error,
        confidence=confidence,
        checks=len(ordered) if failed is None else failed,
        errors=errors,
        needed=checks_needed(max_error, errors=max(errors, 1), confidence=1 - risk),
        sample=len(ordered),
    )


def _running_errors(right: Sequence[bool]) -> list[int]:
    """Errors among the first n, for n from 0."""
    found = [0]
    for good in right:
        found.append(found[-1] + (not good))
    return found


def _steps(confidences: Sequence[float], *, first: int) -> list[tuple[float, int]]:
    """Thresholds and how many reach each, from strict to loose; confidences fall."""
    steps: list[tuple[float, int]] = []
    count = first
    while count <= len(confidences):
        threshold = floor(confidences[count - 1] * _GRAIN) / _GRAIN
        reached = _at_least(confidences, threshold, start=count)
        steps.append((threshold, reached))
        count = reached + 1
    return steps


def _at_least(confidences: Sequence[float], threshold: float, *, start: int) -> int:
    count = start
    while count < len(confidences) and confidences[count] >= threshold:
        count += 1
    return count
