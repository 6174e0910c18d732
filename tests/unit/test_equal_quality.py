"""A better model escalates less at the same quality; one that only claims to be surer does not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.statistics.answers import NotYet
from hitl.statistics.equal_quality import EqualQuality, equal_quality

CHECKS = st.lists(
    st.tuples(st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9, 0.99]), st.booleans()),
    min_size=100,
    max_size=140,
)


def found(pairs: list[tuple[float, bool]], max_error: float) -> EqualQuality:
    answer = equal_quality(*zip(*pairs, strict=True), max_error=max_error)
    assert isinstance(answer, EqualQuality)
    return answer


def by_hand(pairs: list[tuple[float, bool]], max_error: float) -> float:
    """Every threshold is tried."""
    best = 1.0
    for threshold in {sure for sure, _ in pairs}:
        stood = [right for sure, right in pairs if sure >= threshold]
        if stood.count(False) <= max_error * len(stood):
            best = min(best, 1 - len(stood) / len(pairs))
    return best


@given(CHECKS, st.sampled_from([0.0, 0.02, 0.1, 0.3]))
def test_no_threshold_escalates_less_at_that_quality(
    pairs: list[tuple[float, bool]], max_error: float
) -> None:
    answer = found(pairs, max_error)
    assert answer.escalation.estimate == pytest.approx(by_hand(pairs, max_error))
    assert answer.escalation.low <= answer.escalation.estimate <= answer.escalation.high
    if answer.threshold is not None:
        stood = [right for sure, right in pairs if sure >= answer.threshold]
        assert stood.count(False) <= max_error * len(stood)


def test_claiming_to_be_surer_gains_nothing() -> None:
    honest = [(0.5 + n / 400, n % 5 > 0 or n > 150) for n in range(200)]
    boasting = [(0.9 + sure / 20, right) for sure, right in honest]
    one, other = found(honest, 0.02), found(boasting, 0.02)
    assert one.escalation == other.escalation
    assert one.threshold != other.threshold


def test_a_looser_quality_escalates_no_more() -> None:
    pairs = [(n / 200, n % 7 > 0 or n > 170) for n in range(200)]
    shares = [found(pairs, q).escalation.estimate for q in (0.0, 0.01, 0.05, 0.2)]
    assert all(strict >= loose for strict, loose in pairwise(shares))


def test_under_a_hundred_checks_it_is_too_early() -> None:
    answer = equal_quality([0.9] * 99, [True] * 99, max_error=0.02)
    assert str(answer) == "not enough yet (99 of 100 checks)"
    assert isinstance(answer, NotYet)
