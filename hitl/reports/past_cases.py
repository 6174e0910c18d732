"""The past cases of a use case as they are found: by their text, or by what callers say of them.

What is here never changes, so that whoever looks something up waits for nobody who makes the next.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hitl.precedents import BYTES_A_NUMBER
from hitl.similarity.ids import Ids, are_among, no_ids
from hitl.similarity.texts import TextIndex
from hitl.similarity.vectors import VectorIndex
from hitl.storage.precedents import PastCase

MOST_CASES = 100_000
"""The latest."""
_MOST_BYTES = 32 * 2**20
"""Cases with long texts are fewer than ``MOST_CASES``."""
_TOO_MANY = 1.1
"""Times as many: then the oldest make room, all at once."""

Stored = Callable[[Sequence[int]], Mapping[int, bytes]]
"""Reads the embeddings of cases, by id."""


@dataclass(frozen=True, slots=True)
class PastCases:
    """Each case is put in once, whatever becomes of it."""

    ids: Ids = field(default_factory=no_ids)
    """Sorted."""
    _texts: TextIndex = field(default_factory=TextIndex)
    _vectors: Mapping[int, VectorIndex] = field(default_factory=dict)
    """By the number of bytes of a vector."""

    @property
    def size(self) -> int:
        """How much memory they take, in bytes."""
        vectors = sum(index.size for index in self._vectors.values())
        return self.ids.nbytes + self._texts.size + vectors

    @property
    def fullness(self) -> float:
        """How much of what may be here is here; more than one where it is too much."""
        return max(len(self.ids) / MOST_CASES, self.size / _MOST_BYTES)

    @property
    def has_embeddings(self) -> bool:
        """Whether any can be found by one."""
        return bool(self._vectors)

    def plus(self, cases: Sequence[PastCase]) -> "PastCases":
        """With those that are not here yet; the oldest go when they have become too many."""
        is_here = are_among(np.array([case.id for case in cases], np.int64), self.ids)
        new = [case for case, is_one in zip(cases, is_here, strict=True) if not is_one]
        if not new:
            return self
        worded = [case for case in new if case.text]
        texts = self._texts.plus([case.id for case in worded], [case.text for case in worded])
        ids = np.sort(np.concatenate([self.ids, np.array([case.id for case in new], np.int64)]))
        made = PastCases(ids, texts, _with_embeddings(self._vectors, new))
        if made.fullness <= _TOO_MANY:
            return made
        return made.without(ids[: len(ids) - int(len(ids) / made.fullness)].tolist())

    def without(self, ids: Collection[int]) -> "PastCases":
        """With nothing of these cases."""
        goes = are_among(self.ids, np.array(sorted(ids), np.int64))
        if not goes.any():
            return self
        gone = self.ids[goes]
        vectors = {size: index.without(gone) for size, index in self._vectors.items()}
        left = {size: index for size, index in vectors.items() if len(index)}
        return PastCases(self.ids[~goes], self._texts.without(gone), left)

    def nearest(
        self, text: str, packed: bytes | None, *, stored: Stored, most: int
    ) -> list[tuple[int, float]]:
        """By what the caller says is alike where it says so of past cases too, else by the text."""
        index = None if packed is None else self._vectors.get(len(packed))
        if index is None or packed is None:
            return self._texts.nearest(text, most=most)
        return index.nearest(packed, stored(index.candidates(packed)), most=most)


def _with_embeddings(
    known: Mapping[int, VectorIndex], cases: Sequence[PastCase]
) -> Mapping[int, VectorIndex]:
    embedded = [(case.id, case.embedding) for case in cases if case.embedding is not None]
    found = dict(known)
    for size in {len(packed) for _, packed in embedded}:
        index = found.get(size) or VectorIndex.of(size // BYTES_A_NUMBER)
        alike = [(case_id, packed) for case_id, packed in embedded if len(packed) == size]
        found[size] = index.plus([each for each, _ in alike], [packed for _, packed in alike])
    return found
