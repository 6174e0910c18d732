"""What counts as similar: texts by what they say, embeddings by where they point."""

import math

import numpy as np
import pytest

from hitl.precedents import packed_embedding
from hitl.similarity.texts import ALIKE, TextIndex
from hitl.similarity.vectors import VectorIndex

QUESTIONS = [
    "My card has not arrived yet, when will it come?",
    "When will my new card arrive? It has not come yet.",
    "Why was I charged a fee for the cash withdrawal?",
    "The exchange rate of my payment abroad was wrong",
    "Can I change the address on my account?",
]


def index(texts: list[str], *, at_once: int = 1_000) -> TextIndex:
    made = TextIndex()
    for start in range(0, len(texts), at_once):
        part = texts[start : start + at_once]
        made = made.plus(range(start, start + len(part)), part)
    return made


def test_what_says_the_same_in_other_words_is_found_first() -> None:
    found = index(QUESTIONS).nearest("when will my card arrive, it has not come", most=5)
    assert [each for each, _ in found] == [1, 0]
    assert all(ALIKE <= likeness <= 1 for _, likeness in found)


@pytest.mark.parametrize("text", ["A poem about autumn leaves", "", "   ", "€", "日本語の文章です"])
def test_nothing_is_found_where_nothing_is_similar(text: str) -> None:
    assert index(QUESTIONS).nearest(text, most=5) == []
    assert TextIndex().nearest(text, most=5) == []


@pytest.mark.parametrize(
    "text", ["日本語の文章を直してください", "Où est ma carte bancaire ?", "Где моя карта?"]
)
def test_any_script_finds_itself(text: str) -> None:
    [(found, likeness)] = index([*QUESTIONS, text]).nearest(text, most=1)
    assert found == len(QUESTIONS)
    assert likeness == pytest.approx(1, abs=1e-5)


def test_accents_and_capitals_make_no_difference() -> None:
    [(found, likeness)] = index(QUESTIONS).nearest(QUESTIONS[2].upper().replace("A", "Á"), most=1)
    assert found == 2
    assert likeness == pytest.approx(1, abs=1e-5)


def test_texts_added_bit_by_bit_are_found_as_those_added_at_once() -> None:
    texts = [
        f"Message {n} of {n % 7} about {['rent', 'travel', 'food'][n % 3]}" for n in range(2_500)
    ]
    slowly, at_once = index(texts, at_once=250), index(texts, at_once=2_500)
    for text in (texts[3], texts[2_400]):
        first, other = (
            {each for each, _ in made.nearest(text, most=20)} for made in (slowly, at_once)
        )
        assert len(first & other) >= 0.8 * len(other) > 0
        assert slowly.nearest(text, most=1)[0][1] == pytest.approx(1, abs=1e-4)


def test_what_lies_far_into_a_text_costs_no_memory() -> None:
    short, long = index(["x y z " * 50]), index(["".join(map(chr, range(0x4E00, 0x9000)))])
    assert long.size < 20 * 1_000
    assert short.size < long.size


def test_a_text_taken_out_leaves_nothing_of_itself() -> None:
    texts = [*QUESTIONS * 50, "Zyxomma petiolatum"]
    made = index(texts, at_once=30)
    left = made.without(np.array([0, len(texts) - 1]))
    assert left.nearest(texts[-1], most=5) == []
    assert left.nearest(QUESTIONS[0], most=1)[0][0] == len(QUESTIONS)
    assert left.size < made.size
    assert made.nearest(texts[-1], most=5) != []
    assert left.without(left.ids()).size < 200


def packed(*values: float) -> bytes:
    found = packed_embedding(values)
    assert found is not None
    return found


def nearest(stored: dict[int, bytes], vector: bytes) -> list[tuple[int, float]]:
    """Up to eight, as they are found in an index of all."""
    index = VectorIndex.of(len(vector) // 4).plus(list(stored), list(stored.values()))
    candidates = {each: stored[each] for each in index.candidates(vector)}
    return index.nearest(vector, candidates, most=8)


@pytest.mark.parametrize("values", [(3.0, 4.0), (3e5, 4e5), (3e-6, 4e-6)])
def test_only_the_direction_of_an_embedding_counts(values: tuple[float, ...]) -> None:
    assert np.frombuffer(packed(*values), "<f4") == pytest.approx([0.6, 0.8])


def test_an_embedding_that_points_nowhere_is_none() -> None:
    assert packed_embedding([0.0, 0.0, 1e-300]) is None


def test_among_few_cases_only_very_near_ones_are_similar() -> None:
    angles = [0.0, 0.2, 0.6, 1.5]
    stored = {at: packed(math.cos(each), math.sin(each)) for at, each in enumerate(angles)}
    assert [each for each, _ in nearest(stored, packed(1, 0))] == [0, 1]
    assert nearest(stored, packed(-1, 0)) == []


def test_a_vector_taken_out_is_found_no_more() -> None:
    vector = packed(1, 0)
    index = VectorIndex.of(2).plus([1, 2], [vector, vector])
    assert sorted(index.candidates(vector)) == [1, 2]
    assert index.without(np.array([1])).candidates(vector) == [2]


@pytest.mark.parametrize("dimensions", [64, 700])
def test_cases_of_a_group_are_similar_and_strangers_are_not(dimensions: int) -> None:
    chance = np.random.default_rng(1)
    centres = chance.standard_normal((40, dimensions))
    points = np.repeat(centres, 10, axis=0) + 0.3 * chance.standard_normal((400, dimensions))
    stored = {at: packed(*point) for at, point in enumerate(points)}
    found = nearest(stored, packed(*centres[7]))
    assert len(found) == 8
    assert {each // 10 for each, _ in found} == {7}
    assert nearest(stored, packed(*chance.standard_normal(dimensions))) == []
