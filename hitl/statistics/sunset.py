"""Whether people are still needed here: each sign with its numbers, and a way out in stages.

The signs contradict each other where reviews are cheap, and none of them is a verdict: what is
recommended is one step that can be taken back, never the switch to no checks at all.
"""

from dataclasses import dataclass
from enum import StrEnum

from hitl.percent import exact_percent, percent
from hitl.statistics.answers import NotYet
from hitl.statistics.findings.facts import Count
from hitl.statistics.intervals import checks_needed, highest_share, wilson
from hitl.statistics.minimums import HEADLINE

_RARE = 0.02
_AGREED = 0.995
_ALL_HUMAN = 0.90


class Standing(StrEnum):
    """How a sign stands."""

    CERTAIN = "there, and certain"
    SEEN = "there, not certain yet"
    ABSENT = "not there"
    UNKNOWN = "not known yet"


@dataclass(frozen=True, slots=True)
class Sign:
    """``evidence`` has its numbers; ``missing`` is what keeps it from being certain."""

    name: str
    standing: Standing
    evidence: str
    missing: str | None


@dataclass(frozen=True, slots=True)
class Sunset:
    """Signs, and the stage that they allow; the steps after it are not to be taken yet."""

    signs: tuple[Sign, ...]
    step: str
    then: tuple[str, ...]


_STAGES = (
    "Certify a lower threshold (hitl policy certify), and let the part that it covers stand.",
    "Send only the least certain tenth of what is escalated now to people.",
    "Keep people for edge cases and blind checks; ask again after two quiet months.",
)
_ALWAYS = (
    "Keep the blind checks at every stage: they alone tell when quality falls.",
    "Go back a stage in the week in which automatic decisions get worse.",
)
_STAY = "Change nothing yet."


def sunset(
    *,
    escalated: Count,
    agreed: Count,
    of_review: float | None,
    wrong: Count,
    max_error: float,
) -> Sunset:
    """``agreed`` counts decisions for the AI's label, of those people made; ``of_review`` is the
    part of the spending that goes to people, None while unpriced; ``wrong`` counts automatic
    decisions found wrong among those checked blind.
    """
    signs = (
        _rare(escalated),
        _agreeing(agreed),
        _all_human(of_review),
        _safe(wrong, max_error=max_error),
    )
    rare, agreeing, costly, safe = (sign.standing for sign in signs)
    wanted = [rare, agreeing, costly].count(Standing.CERTAIN)
    if safe is not Standing.CERTAIN or not wanted:
        return Sunset(signs, step=_STAY, then=_ALWAYS)
    stage = _STAGES[wanted - 1 :]
    return Sunset(signs, step=stage[0], then=(*stage[1:], *_ALWAYS))


def _rare(count: Count) -> Sign:
    name = "escalation under 2 %"
    if count.total < HEADLINE:
        missing = NotYet(count.total, HEADLINE, "predictions")
        return Sign(name, Standing.UNKNOWN, "Escalation unknown", str(missing))
    found = wilson(count.hits, count.total)
    evidence = (
        f"{percent(found.estimate, decimals=1)} of {count.total:,} predictions are escalated"
        f" ({percent(found.low, decimals=1)} to {percent(found.high, decimals=1)})"
    )
    if found.estimate >= _RARE:
        return Sign(name, Standing.ABSENT, evidence, None)
    if found.high >= _RARE:
        return Sign(name, Standing.SEEN, evidence, "the interval still reaches 2 % or more")
    return Sign(name, Standing.CERTAIN, evidence, None)


def _agreeing(count: Count) -> Sign:
    name = "people agree with 99.5 % or more"
    wrong, most = count.total - count.hits, 1 - _AGREED
    needed = checks_needed(most, errors=wrong)
    if not count.total:
        missing = NotYet(0, checks_needed(most), "decisions")
        return Sign(name, Standing.UNKNOWN, "Nobody has decided anything", str(missing))
    evidence = f"People chose the AI's label in {count.hits:,} of {count.total:,} decisions"
    if count.share < _AGREED:
        return Sign(name, Standing.ABSENT, evidence, None)
    if highest_share(wrong, count.total) > most:
        missing = NotYet(count.total, needed, "decisions")
        return Sign(name, Standing.SEEN, evidence, str(missing))
    return Sign(name, Standing.CERTAIN, evidence, None)


def _all_human(of_review: float | None) -> Sign:
    name = "the cost is nearly all human"
    if of_review is None:
        missing = "set costs.ai and costs.review in the policy"
        return Sign(name, Standing.UNKNOWN, "Cost unpriced", missing)
    evidence = f"{percent(of_review)} of what is spent goes to reviews"
    standing = Standing.CERTAIN if of_review >= _ALL_HUMAN else Standing.ABSENT
    return Sign(name, standing, evidence, None)


def _safe(count: Count, *, max_error: float) -> Sign:
    """No sign of the article's, and yet the one without which none of the others means anything."""
    name = f"at most {exact_percent(max_error)} of automatic decisions wrong"
    needed = checks_needed(max_error, errors=count.hits)
    evidence = f"{count.hits:,} wrong in {count.total:,} random checks"
    if count.total and highest_share(count.hits, count.total) <= max_error:
        return Sign(name, Standing.CERTAIN, evidence, None)
    checks = "checks, if no more are wrong" if count.hits else "checks"
    missing = str(NotYet(count.total, needed, checks))
    if count.total and count.share > max_error:
        return Sign(name, Standing.ABSENT, evidence, missing)
    return Sign(name, Standing.UNKNOWN if not count.total else Standing.SEEN, evidence, missing)
