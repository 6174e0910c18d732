"""Whether two people who see the same case say the same."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from hitl.statistics.answers import NotYet, Share, share_of
from hitl.statistics.minimums import ALPHA, DOUBLE_REVIEWS


@dataclass(frozen=True, slots=True)
class Agreement:
    """Raw disagreement is the headline; alpha discounts what chance would agree on."""

    disagreed: Share | NotYet
    """Cases whose votes were not all for one label, of those seen by two or more."""
    alpha: float | NotYet | None
    """1 is perfect, 0 is chance; None where nobody ever chose a second label."""


Votes = Iterable[tuple[Sequence[Hashable], int]]
"""Labels that different people chose for one case, and for how many cases they chose just these."""


def agreement(votes: Votes) -> Agreement:
    """Cases with one vote do not count."""
    doubles = [(each, cases) for each, cases in votes if len(each) > 1]
    differing = sum(cases for each, cases in doubles if len(set(each)) > 1)
    count = sum(cases for _, cases in doubles)
    return Agreement(
        disagreed=share_of(differing, count, needed=DOUBLE_REVIEWS, of="double reviews"),
        alpha=(
            NotYet(count, ALPHA, "double reviews") if count < ALPHA else krippendorff_alpha(doubles)
        ),
    )


def krippendorff_alpha(votes: Votes) -> float | None:
    """Alpha for nominal labels: 1 - observed / expected disagreement; None where that is 0 / 0.

    K. Krippendorff, "Content Analysis", 3rd ed. (2013), chapter 12, by the coincidence matrix: a
    case with m votes gives each ordered pair of them 1 / (m - 1).
    """
    doubles = [(each, cases) for each, cases in votes if len(each) > 1]
    chosen: Counter[Hashable] = Counter()
    for each, cases in doubles:
        for label in each:
            chosen[label] += cases
    total = chosen.total()
    expected = total * total - sum(count * count for count in chosen.values())
    if not expected:
        return None
    observed = sum(
        cases * sum(one != other for one, other in permutations(each, 2)) / (len(each) - 1)
        for each, cases in doubles
    )
    return 1 - (total - 1) * observed / expected
