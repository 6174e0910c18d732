"""The article's worked examples, to the cent, and where its numbers part."""

from decimal import Decimal

import pytest

from hitl.statistics.scenarios import SCENARIOS


@pytest.mark.parametrize(
    ("scenario", "plan", "reviews", "cost"),
    [
        ("moderation", 1, 1_000_000, "2000000.00"),
        ("moderation", 2, 200_000, "400000.00"),
        ("email", 1, 15_000, "1500.00"),
        ("medical", 1, 990, "19800.00"),
        ("linkedin", 1, 40_000, "15.00"),
    ],
)
def test_each_quoted_cost_is_reproduced_to_the_cent(
    scenario: str, plan: int, reviews: int, cost: str
) -> None:
    found = SCENARIOS[scenario].plans[plan]
    assert found.reviews == reviews
    assert found.cost == found.quoted == Decimal(cost)


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("moderation", "never less"),
        ("moderation", "$392,000.00 a day"),
        ("email", "price on misrouting"),
        ("medical", "299 checks"),
        ("linkedin", "0.07 s of somebody paid $20 an hour, 0.27 s at $5"),
        ("linkedin", "267 times as much"),
    ],
)
def test_what_does_not_follow_is_said_with_numbers(scenario: str, words: str) -> None:
    assert any(words in doubt.found for doubt in SCENARIOS[scenario].doubts)


def test_every_plan_decides_everything_once() -> None:
    for scenario in SCENARIOS.values():
        for plan in scenario.plans:
            assert plan.reviews + plan.automatic == plan.volume
            assert 0 <= plan.audit_cost() <= plan.volume * plan.review


def test_no_sum_is_called_quoted_that_is_not() -> None:
    sums = [line for scenario in SCENARIOS.values() for line in scenario.follows]
    assert sum(line.endswith("a day: as quoted.") for line in sums) == 4
    assert not any("not as quoted" in line for line in sums)
