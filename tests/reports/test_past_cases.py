"""What is kept in memory of past cases: each once, the latest, and nothing of what is erased."""

from datetime import UTC, datetime

import pytest

from hitl.precedents import packed_embedding
from hitl.reports import past_cases
from hitl.reports.past_cases import PastCases
from hitl.storage.precedents import PastCase

NOW = datetime(2026, 3, 2, tzinfo=UTC)
NEAR = packed_embedding([1.0, 0.1])
assert NEAR is not None
VECTOR = NEAR


def past(number: int, text: str = "When does my card come?", *, vector: bool = False) -> PastCase:
    return PastCase(number, NOW, text, VECTOR if vector else None)


def found(cases: PastCases, *, vector: bool = False) -> list[int]:
    nearest = cases.nearest(
        past(0).text,
        VECTOR if vector else None,
        stored=lambda ids: dict.fromkeys(ids, VECTOR),
        most=100,
    )
    return sorted(case_id for case_id, _ in nearest)


def test_a_case_that_is_read_twice_is_found_once() -> None:
    cases = PastCases().plus([past(2), past(1)]).plus([past(1), past(3), past(2)])
    assert found(cases) == [1, 2, 3]


def test_nothing_of_an_erased_case_is_left() -> None:
    cases = PastCases().plus([past(1, vector=True), past(2, vector=True), past(3, "")])
    left = cases.without([1, 3, 99])
    assert (found(left), found(left, vector=True), left.ids.tolist()) == ([2], [2], [2])
    assert not left.without([2]).has_embeddings
    assert found(cases) == [1, 2]


def test_the_oldest_make_room_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_cases, "MOST_CASES", 20)
    cases = PastCases()
    for number in range(1, 23):
        cases = cases.plus([past(number)])
    assert len(cases.ids) == 22
    assert cases.fullness > 1
    assert found(cases.plus([past(23)])) == list(range(4, 24))
