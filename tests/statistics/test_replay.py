"""Replays count what routing would have done, rise with thresholds and add up."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.policy import UseCase
from hitl.routing import Prediction, route
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.economics import Prices
from hitl.statistics.replay import Band, Check, Replayed, Terms, Traffic, replay, trade_off
from hitl.vocabulary import RouteTo

SURE = st.floats(0, 1)
TRAFFIC = st.builds(
    Traffic,
    days=st.floats(0.1, 400),
    confidences=st.fixed_dictionaries(
        {label: st.lists(SURE, max_size=40).map(sorted) for label in ("clean", "violation")}
    ),
    to_people=st.integers(1, 20),
    bands=st.lists(st.builds(Band, st.just("clean"), SURE, st.integers(0, 9)), max_size=3).map(
        tuple
    ),
    checks=st.lists(
        st.builds(Check, st.sampled_from(["clean", "violation"]), SURE, st.booleans()), max_size=20
    ).map(tuple),
)
PRICES = Prices(ai=0.001, review=2.0, error={"clean": 50.0, "violation": 5.0})
TERMS = Terms(prices=PRICES, audit_rate=0.02, seconds=9)


def replayed(traffic: Traffic, terms: Terms = TERMS, **thresholds: float | None) -> Replayed:
    found = replay(traffic, thresholds, terms)
    assert isinstance(found, Replayed)
    return found


def use_case(clean: float, violation: float) -> UseCase:
    labels = {
        "clean": {"verdict": "approve", "auto_at": clean},
        "violation": {"verdict": "reject", "auto_at": violation},
    }
    return UseCase.model_validate(
        {"name": "m", "channel": "#m", "question": "?", "labels": labels, "flag_label": "clean"}
    )


@given(st.lists(st.tuples(SURE, SURE), min_size=1, max_size=40), *[st.floats(0.01, 1)] * 2)
def test_a_replay_decides_as_routing_does(
    scores: list[tuple[float, float]], clean: float, violation: float
) -> None:
    policy = use_case(clean, violation)
    sure: dict[str, list[float]] = {"clean": [], "violation": []}
    to_people = escalated = 0
    for one, other in scores:
        way = route(Prediction({"clean": one, "violation": other}), use_case=policy, draw=0.5)
        escalated += way.to is RouteTo.REVIEW
        if one == other or way.confidence is None:
            to_people += 1
        else:
            sure[way.label].append(way.confidence)
    traffic = Traffic(1, {label: sorted(each) for label, each in sure.items()}, to_people)
    assert replayed(traffic, clean=clean, violation=violation).escalated.hits == escalated


@given(TRAFFIC, st.lists(SURE, min_size=2, max_size=6).map(sorted))
def test_a_higher_threshold_never_escalates_less(traffic: Traffic, steps: list[float]) -> None:
    found = trade_off(traffic, steps, TERMS)
    for looser, stricter in pairwise(found):
        assert looser.escalated.hits <= stricter.escalated.hits
        assert looser.checks >= stricter.checks
        assert looser.errors >= stricter.errors


@given(TRAFFIC, SURE, SURE)
def test_everything_adds_up_and_lies_between_none_and_all(
    traffic: Traffic, clean: float, violation: float
) -> None:
    found = replayed(traffic, clean=clean, violation=violation)
    stood = found.predictions - found.escalated.hits
    assert found.escalated.total == found.predictions
    assert 0 <= found.escalated.interval.low <= found.escalated.estimate
    assert found.escalated.estimate <= found.escalated.interval.high <= 1
    assert found.reviews * traffic.days == pytest.approx(found.escalated.hits)
    assert found.audits * traffic.days == pytest.approx(stood * 0.02)
    assert found.hours == pytest.approx((found.reviews + found.audits) * 9 / 3_600)
    assert found.cost.spent == pytest.approx(
        found.predictions / traffic.days * 0.001 + (found.reviews + found.audits) * 2.0
    )
    if isinstance(found.automatic_error, Share):
        assert found.error_at_most is not None
        assert 0 <= found.automatic_error.estimate <= found.error_at_most <= 1
    else:
        assert found.error_at_most is None


def moderation(seed: int = 1) -> Traffic:
    chance = random.Random(seed)
    sure = {
        label: sorted(chance.betavariate(5, 1) for _ in range(5_000))
        for label in ("clean", "violation")
    }
    checks = [
        Check(label, each, chance.random() < each)
        for label, every in sure.items()
        for each in every[::50]
    ]
    return Traffic(7, sure, to_people=100, checks=tuple(checks))


def test_a_better_model_is_an_assumption_that_carries_its_name() -> None:
    as_it_is = replayed(moderation(), clean=0.92, violation=0.87)
    better = replayed(moderation(), Terms(better_by=0.5), clean=0.92, violation=0.87)
    assert as_it_is.better_by == 0
    assert better.better_by == 0.5
    assert better.escalated.hits < as_it_is.escalated.hits
    assert better.error_at_most is None  # nothing was measured of a model that does not exist


def test_without_prices_the_load_is_known_and_the_cost_is_not() -> None:
    found = replayed(moderation(), Terms(audit_rate=0.02), clean=0.92, violation=0.87)
    assert found.reviews > 0
    assert found.hours is None
    assert (found.cost.ai, found.cost.review, found.cost.spent) == (None, None, None)
    assert found.cost.error is None


def test_two_pairs_of_eyes_are_twice_the_reviews() -> None:
    one = replayed(moderation(), clean=0.92)
    two = replayed(moderation(), Terms(reviews_each=2), clean=0.92)
    assert two.reviews == pytest.approx(2 * one.reviews)


def test_a_label_without_threshold_never_stands() -> None:
    found = replayed(moderation(), clean=None)
    assert found.escalated.hits == found.predictions
    assert found.automatic_error == NotYet(0, 1, "checks")


def test_a_band_counts_as_its_lower_end() -> None:
    traffic = Traffic(1, {}, bands=(Band("clean", 0.9, 10),))
    assert replayed(traffic, clean=0.9).escalated.hits == 0
    assert replayed(traffic, clean=0.91).escalated.hits == 10


def test_no_traffic_is_no_replay() -> None:
    assert replay(Traffic(7, {}), {}) == NotYet(0, 1, "predictions")
    assert trade_off(Traffic(7, {"clean": []}), [0.5, 0.9]) == []


def test_a_single_case_is_replayed() -> None:
    traffic = Traffic(1, {"clean": [0.9]})
    assert replayed(traffic, clean=0.8).escalated == Share.of(0, 1)
