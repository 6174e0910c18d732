"""Findings come when there is trouble, name it, and stay away while there is none."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact

from hitl.statistics.changes import false_alarm_chance, first_change, watch
from hitl.statistics.findings.chance import so_many, so_much_more, so_slow
from hitl.statistics.findings.facts import Count, Decision, Facts
from hitl.statistics.findings.rules import RULES
from hitl.statistics.findings.search import find
from hitl.statistics.trend import Week
from tests.statistics.year import (
    FIRST,
    PLANTED,
    SIDE_EFFECTS,
    SLACK,
    TROUBLES,
    Habits,
    first_found,
    year,
)

COUNTS = st.integers(0, 300).flatmap(
    lambda total: st.builds(Count, st.integers(0, total), st.just(total))
)
SEED = 5


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_found_by_its_name_within_weeks_and_nothing_before(trouble: str) -> None:
    plant, expected = TROUBLES[trouble]
    found = first_found(random.Random(SEED), plant)
    assert expected <= found.keys() <= expected | SIDE_EFFECTS
    # ``end`` weeks were seen, of which the planted one is the first with trouble.
    assert all(end > PLANTED for end in found.values()), found
    assert all(found[rule] <= PLANTED + SLACK for rule in expected), found


def test_a_sudden_change_is_dated_to_the_week_it_came() -> None:
    plant, _ = TROUBLES["a guideline change"]
    facts = year(random.Random(SEED), plant)[PLANTED + 2 - FIRST]
    [found] = [each for each in find([facts]) if each.rule == "a sudden change"]
    assert "went up on" in found.evidence
    planted = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=PLANTED)
    near = [f"{planted + timedelta(days=away):%-d %B}" for away in range(-2, 3)]
    assert any(day in found.evidence for day in near)


def test_half_a_year_at_forty_five_percent_is_a_rate_that_will_not_drop() -> None:
    habits, name = Habits(escalated=0.47, odd_label=0.5), "escalation won't drop"
    weeks = year(random.Random(12), lambda _, __: habits)
    rules = [{each.rule for each in find([facts])} for facts in weeks]
    ends = [end for end, names in enumerate(rules, start=FIRST) if name in names]
    assert ends == list(range(26, 53))


def test_a_rate_that_falls_is_dropping_however_high() -> None:
    falling = [Week(700 - 10 * place, 1_000) for place in range(30)]
    assert falling[-1].hits / 1_000 > 0.40
    assert find([Facts(use_case="m", weeks=falling)]) == []
    level = [Week(420, 1_000)] * 30
    assert [each.rule for each in find([Facts(use_case="m", weeks=level)])] == [
        "escalation won't drop"
    ]


def test_quiet_years_raise_few_findings() -> None:
    weeks = [facts for seed in range(6) for facts in year(random.Random(seed))]
    false = sum(bool(find([facts])) for facts in weeks)
    assert false / len(weeks) < 0.06


def test_twenty_quiet_use_cases_are_looked_at_together() -> None:
    years = [year(random.Random(100 + seed)) for seed in range(20)]
    weeks = list(zip(*years, strict=True))[::6]
    assert sum(bool(find(week)) for week in weeks) <= 3


def test_overturns_are_told_with_the_share_that_was_upheld() -> None:
    facts = Facts(use_case="m", overturned=Count(80, 100), upheld=Count(12, 30))
    [found] = find([facts])
    assert found.evidence == (
        "People overturned the AI in 80 % of 100 escalated cases;"
        " of 30 that were adjudicated 40 % were upheld."
    )
    [unjudged] = find([replace(facts, upheld=Count())])
    assert "nobody knows who is right" in unjudged.evidence


def test_nothing_seen_is_nothing_found() -> None:
    assert find([]) == []
    assert find([Facts(use_case="m")]) == []


def test_a_single_case_and_all_flagged_weeks_are_nothing_to_speak_of() -> None:
    single = Facts(
        use_case="m",
        weeks=[Week(1, 1)],
        seconds=[400.0],
        double_reviews=Count(1, 1),
        overturned=Count(1, 1),
        decisions=[Decision(datetime(2026, 1, 5, tzinfo=UTC), overturned=True)],
        overturned_before=Count(0, 1),
        wrong=Count(1, 1),
        wrong_before=Count(0, 1),
        known_missed=Count(1, 1),
        hasty=Count(1, 1),
        parts={"label a": Count(1, 1)},
        skipped=Count(1, 1),
        reviewers=1,
        loads=[1],
    )
    assert find([single]) == []


def test_every_rule_says_why_and_what_to_do() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.cause.endswith(".")
        assert rule.fix.endswith((".", "?"))
        assert rule.next_step.endswith(".")


@given(COUNTS, st.floats(0.05, 0.9))
def test_so_many_is_the_binomial_test_of_scipy(count: Count, healthy: float) -> None:
    if count.total:
        oracle = binomtest(count.hits, count.total, healthy, alternative="greater").pvalue
        assert so_many(count, healthy=healthy) == pytest.approx(oracle, abs=1e-9)


@given(COUNTS, COUNTS)
def test_so_much_more_is_the_exact_test_of_scipy(now: Count, before: Count) -> None:
    table = [[each.hits, each.total - each.hits] for each in (now, before)]
    oracle = fisher_exact(table, alternative="greater").pvalue
    assert so_much_more(now, before) == pytest.approx(oracle, abs=1e-9)


def test_so_slow_is_a_sign_test() -> None:
    oracle = binomtest(15, 20, 0.5, alternative="greater").pvalue
    assert so_slow([5.0] * 5 + [50.0] * 15, healthy=15) == pytest.approx(oracle)


@pytest.mark.parametrize(("rate", "cases"), [(0.05, 800), (0.2, 1_500), (0.3, 400)])
def test_the_chance_of_a_false_alarm_is_that_of_simulations(rate: float, cases: int) -> None:
    chance = random.Random(13)
    look_for = watch(round(rate * 5_000), 5_000)
    runs = 400
    alarms = sum(
        first_change((chance.random() < rate for _ in range(cases)), look_for) is not None
        for _ in range(runs)
    )
    expected = false_alarm_chance(look_for, cases=cases)
    assert alarms / runs == pytest.approx(expected, abs=0.02 + 0.4 * expected)
