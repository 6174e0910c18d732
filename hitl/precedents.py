"""How similar past cases were decided: plain data, and embeddings in the form they are kept in."""

import math
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hitl.vocabulary import Verdict

MOST_SHOWN = 5
SHORTEST_EMBEDDING, LONGEST_EMBEDDING = 2, 4_096
BYTES_A_NUMBER = 4
_NOWHERE = 1e-9


@dataclass(frozen=True, slots=True)
class Precedent:
    """A similar case that people decided, as its outcome stands now."""

    case_id: int
    title: str | None
    text: str | None
    key: str
    verdict: Verdict
    label: str
    reviewer: str | None
    note: str | None
    decided_at: datetime


def packed_embedding(values: Sequence[float]) -> bytes | None:
    """A vector as it is kept: of length one, floats of four bytes; None if it points nowhere."""
    largest = max(map(abs, values))
    if largest < _NOWHERE:
        return None
    # Scaled first, so that no square is too large or too small to be told from others.
    scaled = [value / largest for value in values]
    length = math.hypot(*scaled)
    packed = array("f", (value / length for value in scaled))
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()
