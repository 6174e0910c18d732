"""Figures under each other can be compared at a glance."""

import pytest

from bot.slack.cards.tried import in_a_column

POINT, DIGIT = "\N{PUNCTUATION SPACE}", "\N{FIGURE SPACE}"


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        ([], []),
        (["60 %", "5 %"], ["60 %", f"{DIGIT}5 %"]),
        (["89.7 %", "10 %", "0.3 %"], ["89.7 %", f"{POINT}{DIGIT}10 %", f"{DIGIT}0.3 %"]),
        (["100 %", "0.5 %"], [f"{POINT}100 %", f"{DIGIT}0.5 %"]),
    ],
)
def test_figures_end_in_line_whether_they_have_a_point_or_not(
    figures: list[str], shown: list[str]
) -> None:
    assert in_a_column(figures) == shown
