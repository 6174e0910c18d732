"""Callers' embeddings by their likeness: cosine, in at most 256 dimensions.

Longer ones are projected at random. What that changes of a cosine c has a standard deviation of
(1 - c²) / 16: 0.01 where cases are alike.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DIMENSIONS = 256
_PAIRS = 4_000
_UNUSUAL = 0.99
"""Cases are alike when fewer than one in a hundred pairs of past cases are as near: which cosine
that is differs from one model to the next."""
_NEAR_AT_LEAST, _NEAR_AT_MOST = 0.7, 0.99
_FEW = 50
_NEAR_AMONG_FEW = 0.9


class VectorIndex:
    """Vectors of one length by id; each is added once. One thread at a time."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.ids: list[int] = []
        self._projection = _projection(dimensions)
        kept = min(dimensions, _DIMENSIONS)
        self._vectors = np.zeros((64, kept), np.float32)
        self._near: tuple[int, float] = (0, _NEAR_AMONG_FEW)

    @property
    def entries(self) -> int:
        """How much it holds, in eights of bytes."""
        return self._vectors.size // 2

    def add(self, ids: Sequence[int], packed: Sequence[bytes]) -> None:
        """Put vectors in, as they are stored."""
        if not ids:
            return
        until = len(self.ids) + len(ids)
        while until > len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[len(self.ids) : until] = self._projected(b"".join(packed), len(ids))
        self.ids += ids

    def nearest(self, packed: bytes, *, most: int) -> list[tuple[int, float]]:
        """The ids of the nearest with their cosine, if they are unusually near."""
        if not self.ids:
            return []
        scores = self._vectors[: len(self.ids)] @ self._projected(packed, 1)[0]
        found = np.flatnonzero(scores >= self._near_at())
        best = found[np.argsort(-scores[found], kind="stable")][:most]
        return [(self.ids[row], min(float(scores[row]), 1.0)) for row in best]

    def _projected(self, packed: bytes, count: int) -> NDArray[np.float32]:
        vectors = np.frombuffer(packed, "<f4").reshape(count, self.dimensions)
        if self._projection is None:
            return vectors
        projected = vectors @ self._projection
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        shortened: NDArray[np.float32] = projected / np.maximum(lengths, np.float32(1e-12))
        return shortened

    def _near_at(self) -> float:
        """From which cosine on cases are alike; learned anew when the number has grown by half."""
        learned_from, near = self._near
        if len(self.ids) < _FEW:
            return _NEAR_AMONG_FEW
        if len(self.ids) > learned_from * 1.5:
            chance = np.random.default_rng(len(self.ids))
            one, other = chance.integers(len(self.ids), size=(2, _PAIRS))
            apart = one != other
            cosines = np.einsum("ij,ij->i", self._vectors[one[apart]], self._vectors[other[apart]])
            unusual = float(np.quantile(cosines, _UNUSUAL))
            near = min(max(unusual, _NEAR_AT_LEAST), _NEAR_AT_MOST)
            self._near = (len(self.ids), near)
        return near


def _projection(dimensions: int) -> NDArray[np.float32] | None:
    """The same in every process."""
    if dimensions <= _DIMENSIONS:
        return None
    chance = np.random.default_rng(dimensions)
    return chance.standard_normal((dimensions, _DIMENSIONS), np.float32)
