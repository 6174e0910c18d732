"""Percentages are short, and never say what the number does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.percent import exact_percent, percent

shares = st.floats(min_value=0, max_value=1)


def figure(text: str) -> float:
    number = float(text.removesuffix(" %").split()[-1])
    return number + {"under": -0.0005, "over": 0.0005}.get(text.split(maxsplit=1)[0], 0)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.7, "70 %"),
        (0.704, "70 %"),
        (1 / 3, "33 %"),
        (1, "100 %"),
        (0, "0 %"),
        (-0.0, "0 %"),
        (0.9997, "99.97 %"),
        (0.00004, "0.004 %"),
        (0.00000123, "under 0.001 %"),
        (3.2e-19, "under 0.001 %"),
        (0.99999, "99.999 %"),
        (0.9999999999, "over 99.999 %"),
        (-0.104, "-10 %"),
        (1.5, "150 %"),
    ],
)
def test_a_share_has_as_few_decimals_as_stay_true(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "other", "text"),
    [
        (0.7, 0.87, "70 %"),
        (0.87, 0.87, "87 %"),
        (0.868, 0.87, "86.8 %"),
        (0.8696, 0.87, "86.96 %"),
        (0.8704, 0.87, "87.04 %"),
        (0.985, 0.985, "98.5 %"),
        (0.986, 0.985, "99 %"),
        (0.8699999999999999, 0.87, "86.99999999999999 %"),
        (3.2e-19, 0.00001, "under 0.001 %"),
        (0.000002, 0.000003, "0.0002 %"),
        (0.9999999, 1, "over 99.999 %"),
        (0.9999999, 0.99999, "over 99.999 %"),
        (0.9999999, 0.999999, "99.99999 %"),
    ],
)
def test_two_shares_that_differ_are_told_apart(share: float, other: float, text: str) -> None:
    assert percent(share, apart_from=other) == text


def test_more_decimals_can_be_asked_for_and_trailing_zeros_are_not_printed() -> None:
    assert percent(0.0812, decimals=1) == "8.1 %"
    assert percent(0.0799, decimals=1) == "8 %"


@pytest.mark.parametrize(
    ("share", "text"), [(0.87, "87 %"), (0.985, "98.5 %"), (0.99999, "99.999 %"), (1, "100 %")]
)
def test_a_threshold_is_printed_as_it_was_written(share: float, text: str) -> None:
    assert exact_percent(share) == text


@given(shares, shares)
def test_the_printed_figure_compares_as_the_share_does(share: float, other: float) -> None:
    printed, limit = percent(share, apart_from=other), exact_percent(other)
    assert (printed == limit) == (share == other)
    if abs(share - other) > 1e-12:  # nearer than that, parsing the text back rounds
        assert (figure(printed) > figure(limit)) == (share > other)


@given(shares)
def test_only_all_is_a_hundred_percent_and_only_nothing_is_zero(share: float) -> None:
    assert (percent(share) == "100 %") == (share == 1)
    assert (percent(share) == "0 %") == (share == 0)
