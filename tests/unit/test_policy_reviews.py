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


def test_where_people_may_disagree_somebody_must_settle_it() -> None:
    with pytest.raises(PolicyError, match="with reviews_needed = 2 say who settles"):
        use_case("reviews_needed = 2")


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
