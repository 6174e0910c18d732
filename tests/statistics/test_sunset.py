"""Signs that people are hardly needed: each with its numbers, and never a cliff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.statistics.findings.facts import Count
from hitl.statistics.sunset import Standing, Sunset, sunset

QUIET = {
    "escalated": Count(100, 10_000),
    "agreed": Count(3_000, 3_000),
    "of_review": 0.95,
    "wrong": Count(0, 400),
    "max_error": 0.02,
}
COUNTS = st.integers(0, 5_000).flatmap(
    lambda total: st.builds(Count, st.integers(0, total), st.just(total))
)


def judged(**changed: object) -> Sunset:
    return sunset(**(QUIET | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "sign", "standing", "missing"),
    [
        ({}, 0, Standing.CERTAIN, None),
        ({"escalated": Count(1, 60)}, 0, Standing.UNKNOWN, "60 of 100 predictions"),
        ({"escalated": Count(18, 1_000)}, 0, Standing.SEEN, "still reaches 2 %"),
        ({"escalated": Count(200, 1_000)}, 0, Standing.ABSENT, None),
        ({"agreed": Count(0, 0)}, 1, Standing.UNKNOWN, "0 of 598 decisions"),
        ({"agreed": Count(300, 300)}, 1, Standing.SEEN, "300 of 598 decisions"),
        ({"agreed": Count(300, 320)}, 1, Standing.ABSENT, None),
        ({"of_review": None}, 2, Standing.UNKNOWN, "set costs.ai and costs.review"),
        ({"of_review": 0.2}, 2, Standing.ABSENT, None),
        ({"wrong": Count(0, 61)}, 3, Standing.SEEN, "61 of 149 checks"),
        ({"wrong": Count(20, 400)}, 3, Standing.ABSENT, "checks"),
        ({"wrong": Count(3, 72)}, 3, Standing.ABSENT, "72 of 386 checks, if no more are wrong"),
        ({"max_error": 0.005}, 3, Standing.SEEN, "400 of 598 checks"),
        ({"wrong": Count(0, 0)}, 3, Standing.UNKNOWN, "0 of 149 checks"),
    ],
)
def test_each_sign_says_how_it_stands_and_what_is_missing(
    changed: dict[str, object], sign: int, standing: Standing, missing: str | None
) -> None:
    found = judged(**changed).signs[sign]
    assert found.standing is standing
    assert (found.missing is None) is (missing is None)
    assert missing is None or missing in (found.missing or "")


def test_the_more_signs_the_further_the_step() -> None:
    steps = [
        judged(agreed=Count(3, 3), of_review=0.1).step,
        judged(of_review=0.1).step,
        judged().step,
    ]
    assert len(set(steps)) == 3
    assert steps[0].startswith("Certify a lower threshold")


@pytest.mark.parametrize("wrong", [Count(0, 0), Count(0, 148), Count(30, 400)])
def test_without_checks_that_show_few_errors_nothing_is_changed(wrong: Count) -> None:
    assert judged(wrong=wrong).step == "Change nothing yet."


@given(COUNTS, COUNTS, st.none() | st.floats(0, 1), COUNTS)
def test_no_step_ends_the_blind_checks(
    escalated: Count, agreed: Count, of_review: float | None, wrong: Count
) -> None:
    found = judged(escalated=escalated, agreed=agreed, of_review=of_review, wrong=wrong)
    assert any("Keep the blind checks" in each for each in found.then)
    assert "pure automation" not in found.step
    assert len(found.signs) == 4
