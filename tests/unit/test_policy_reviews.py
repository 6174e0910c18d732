"""How many people must agree, and who settles it when they do not."""

import pytest

from hitl.policy import PolicyError, UseCase, parse_policy


def use_case(*lines: str) -> UseCase:
    base = ["[use_cases.scan]", 'preset = "content-moderation"', 'channel = "#scans"', *lines]
    return parse_policy("\n".join(base)).use_case("scan")


def test_one_review_is_enough_unless_said_otherwise() -> None:
    assert use_case().reviews_needed == 1


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        (['adjudicators = ["@seniors"]', 'leads = ["@leads"]'], ("@seniors",)),
        (['leads = ["@leads"]'], ("@leads",)),
    ],
)
def test_disputes_go_to_adjudicators_or_else_to_leads(
    lines: list[str], who: tuple[str, ...]
) -> None:
    assert use_case("reviews_needed = 2", *lines).who_adjudicates == who


def test_where_nobody_is_named_a_reviewer_settles_disputes() -> None:
    assert use_case("reviews_needed = 2").who_adjudicates == ("channel",)


def test_where_people_may_disagree_somebody_must_be_left_to_settle_it() -> None:
    with pytest.raises(PolicyError, match=r"adjudicators: is missing; .* 2 reviewers nobody"):
        use_case("reviews_needed = 2", 'reviewers = ["U01", "U02"]')
    assert use_case("reviews_needed = 2", 'reviewers = ["U01", "U02", "U03"]')


@pytest.mark.parametrize(("written", "share"), [("true", 0.2), ("false", 0), ("0.5", 0.5)])
def test_a_share_of_double_reviews_is_a_fifth_unless_said(written: str, share: float) -> None:
    assert use_case(f"double_review = {written}").double_review == share


@pytest.mark.parametrize(("written", "rate"), [("true", 0.05), ("false", 0), ("1", 1)])
def test_known_answers_are_a_twentieth_unless_said(written: str, rate: float) -> None:
    assert use_case(f"known_answer_rate = {written}").known_answer_rate == rate


@pytest.mark.parametrize("wrong", ["-0.1", "1.5", '"some"'])
def test_a_share_that_is_none_is_told(wrong: str) -> None:
    with pytest.raises(PolicyError, match=r"at most 1, or true for 0\.2"):
        use_case(f"double_review = {wrong}")


@pytest.mark.parametrize("needed", ["0", "4", "1.5", '"2"'])
def test_at_most_three_are_asked(needed: str) -> None:
    with pytest.raises(PolicyError, match="must be 1, 2 or 3"):
        use_case(f"reviews_needed = {needed}", 'leads = ["@leads"]')


@pytest.mark.parametrize("length", ["0s", "30s", "5m"])
def test_the_time_to_undo_may_be_none(length: str) -> None:
    assert use_case(f'undo_within = "{length}"').undo_within == length


@pytest.mark.parametrize("length", ["0m", "5", "-1m", "soon"])
def test_the_time_to_undo_is_a_length(length: str) -> None:
    with pytest.raises(PolicyError, match='or "0s" for none'):
        use_case(f'undo_within = "{length}"')
