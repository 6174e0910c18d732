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


def agreement(votes: Iterable[Sequence[Hashable]]) -> Agreement:
    """Of the labels that different people chose for each case; cases with one vote do not count."""
    doubles = [each for each in votes if len(each) > 1]
    differing = sum(len(set(each)) > 1 for each in doubles)
    count = len(doubles)
    return Agreement(
        disagreed=share_of(differing, count, needed=DOUBLE_REVIEWS, of="double reviews"),
        alpha=(
            NotYet(count, ALPHA, "double reviews") if count < ALPHA else krippendorff_alpha(doubles)
        ),
    )


def krippendorff_alpha(votes: Iterable[Sequence[Hashable]]) -> float | None:
    """Alpha for nominal labels: 1 - observed / expected disagreement; None where that is 0 / 0.

    K. Krippendorff, "Content Analysis", 3rd ed. (2013), chapter 12, by the coincidence matrix: a
    case with m votes gives each ordered pair of them 1 / (m - 1).
    """
    doubles = [each for each in votes if len(each) > 1]
    chosen = Counter(label for each in doubles for label in each)
    total = chosen.total()
    expected = total * total - sum(count * count for count in chosen.values())
    if not expected:
        return None
    observed = sum(
        sum(one != other for one, other in permutations(each, 2)) / (len(each) - 1)
        for each in doubles
    )
    return 1 - (total - 1) * observed / expected
