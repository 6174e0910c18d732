"""What the order of serving brings, by hand, and where nothing can be said of it."""

from math import sqrt

import pytest

from hitl.statistics.answers import NotYet
from hitl.statistics.served_first import Band, ServedFirst, served_first


def told(*bands: Band) -> ServedFirst:
    found = served_first(bands)
    assert isinstance(found, ServedFirst)
    return found


def test_shares_are_weighted_once_by_what_was_decided_and_once_by_what_came() -> None:
    found = told(Band(came=100, served=80, overturned=40), Band(came=100, served=20, overturned=2))
    assert (found.came, found.left) == (200, 100)
    assert (found.overturned.hits, found.overturned.total) == (42, 100)
    # Of a hundred in order of arrival, fifty are of each band: 50 x 40/80 + 50 x 2/20 = 30.
    assert found.as_they_came == pytest.approx(0.30)
    assert found.gain.estimate == pytest.approx(0.12)
    reach = 1.96 * 0.3 * sqrt((41 / 82) * (41 / 82) / 80 + (3 / 22) * (19 / 22) / 20)
    assert (found.gain.low, found.gain.high) == pytest.approx(
        (0.12 - reach, 0.12 + reach), abs=1e-5
    )


def test_a_band_that_people_hardly_got_to_counts_as_the_less_certain_one_beside_it() -> None:
    found = told(Band(100, 60, 30), Band(60, 40, 8), Band(20, 0, 0), Band(20, 3, 0))
    # 8 of 43 of a hundred that came, rather than nothing of the surest twenty.
    assert found.as_they_came == pytest.approx(0.5 * 30 / 60 + 0.5 * 8 / 43)


def test_the_least_certain_few_are_put_to_those_after_them() -> None:
    found = told(Band(10, 5, 5), Band(190, 95, 5))
    assert found.as_they_came == pytest.approx(0.1)
    assert found.gain.estimate == pytest.approx(0)


def test_where_each_band_was_decided_alike_the_order_brought_nothing() -> None:
    found = told(Band(100, 50, 25), Band(300, 150, 15))
    assert found.gain.low == found.gain.estimate == found.gain.high == 0
    assert found.as_they_came == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("bands", "missing"),
    [
        ([], NotYet(0, 30, "cases that people did not get to")),
        ([Band(500, 471, 9)], NotYet(29, 30, "cases that people did not get to")),
        ([Band(100, 60, 9), Band(100, 39, 9)], NotYet(99, 100, "decisions by people")),
    ],
)
def test_too_little_to_judge_says_how_much_is_missing(bands: list[Band], missing: NotYet) -> None:
    assert served_first(bands) == missing
