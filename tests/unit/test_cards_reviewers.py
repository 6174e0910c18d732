"""The reviewers' card stays within Slack's limits, whoever and however many they are."""

import pytest

from bot.slack import blocks
from bot.slack.cards.reviewers import Reviewing, reviewers_message
from hitl.reports.reviewers import Reviewer, Team
from hitl.statistics.findings.facts import Count
from hitl.statistics.reviewers import person_accuracy, team_accuracy
from hitl.statistics.speed import speed


def team_of(count: int, *, use_case: str = "spam", name: str = "U0P") -> Team:
    people = tuple(
        Reviewer(
            id=f"{name}{number}",
            accuracy=person_accuracy(90, 100),
            speed=speed([6.0] * 40),
            upheld=Count(3, 4),
            decisions=100,
            days=10,
            a_day=10,
        )
        for number in range(count)
    )
    return Team(use_case, team_accuracy(90, 100), speed([6.0] * 40), people)


@pytest.mark.parametrize(
    ("use_cases", "people", "name"),
    [(1, 0, "U0P"), (1, 40, "U0P"), (1, 500, "<&>" * 60), (30, 100, "x" * 200), (200, 3, "U0P")],
)
def test_any_number_of_people_and_use_cases_fits(use_cases: int, people: int, name: str) -> None:
    seen = [Reviewing(team_of(people, name=name), None) for _ in range(use_cases)]
    message = reviewers_message("U0P1", seen, signs=None)
    assert blocks.fits(message.blocks)
    is_cut = "Not everything fits" in str(message.blocks)
    assert is_cut is (use_cases > 8)


def test_whose_figures_are_whose_is_not_shown_to_others() -> None:
    seen = [Reviewing(team_of(3), "Only leads see how others review. Ask <@U0LEAD>.")]
    words = str(reviewers_message("U0P1", seen, signs=None).blocks)
    assert "U0P0" not in words
    assert "U0P2" not in words
    assert "3 of 4 adjudicated overturns of the AI upheld" in words


def test_where_several_are_shown_a_refusal_names_its_use_case() -> None:
    own = Reviewing(team_of(3, use_case="tickets"), None)
    other = Reviewing(team_of(3), "Only leads see this.")
    assert "spam: Only leads see this." in str(reviewers_message("U0P1", [own, other], signs=None))
    alone = str(reviewers_message("U0P1", [other], signs=None))
    assert "spam: Only leads see this." not in alone
    assert "Only leads see this." in alone
