"""Ids in arrays: numpy's own tests of membership take milliseconds for a hundred thousand."""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def no_ids() -> Ids:
    """None at all."""
    return np.zeros(0, np.int64)


def are_among(ids: Ids, among: Ids) -> NDArray[np.bool_]:
    """Which of the ids are; ``among`` is sorted."""
    if not len(among):
        return np.zeros(len(ids), np.bool_)
    at = np.minimum(np.searchsorted(among, ids), len(among) - 1)
    found: NDArray[np.bool_] = among[at] == ids
    return found
