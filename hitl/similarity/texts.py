"""Texts by their likeness: TF-IDF over sequences of three characters, by cosine.

Sequences of characters need no list of words, so that any language will do, and endings and
typing errors cost little. Measured on the 77 intents of banking77 and on SMS spam, three
characters found more than four did and more of it was right; how often a text has one told
nothing. What is kept of a text is two bytes for each sequence in it.

An index never changes: with more texts, or fewer, it is another one that shares most of the first.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hitl.similarity.ids import Ids, are_among, no_ids

ALIKE = 0.5
"""Texts less alike than this are not shown.

Of new banking questions 91 % find a past one so alike, and 81 % of what they find has the same one
of 77 intents; of new SMS messages 27 % do, and all of it is of the same kind. Of texts from the
other collection, which have nothing to do with the past ones, 0.8 % and 2 % find something.
"""
MOST_CHARACTERS = 1_000
"""Of a text; what comes after counts for nothing."""
_LENGTH = 3
_SPACE = ord(" ")
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], np.uint64)
"""A hash is the upper half of the sum of the characters' products with these."""
_HALF = np.uint64(32)
_ROW_BITS = np.uint64(16)
_MOST_ROWS = 2**16
_MOST_ENTRIES = 2**18
"""Of a part: putting two together takes some milliseconds."""
_GROWN = 1.5

Grams = NDArray[np.uint32]
"""Sequences of characters, as hashes, each once and sorted."""
_Pairs = NDArray[np.uint64]
"""A sequence in the upper bits, in the lower the row of a text that has it; sorted."""


@dataclass(frozen=True, slots=True)
class _Weights:
    """How much each sequence tells: what is in few texts counts most."""

    texts: int = 0
    """There were so many when this was learned."""
    grams: Grams = field(default_factory=lambda: np.zeros(1, np.uint32))
    known: NDArray[np.float32] = field(default_factory=lambda: np.ones(1, np.float32))
    unknown: np.float32 = field(default_factory=lambda: np.float32(1))

    def squared(self, grams: Grams) -> NDArray[np.float32]:
        at = _places(self.grams, grams)
        found: NDArray[np.float32] = np.where(self.grams[at] == grams, self.known[at], self.unknown)
        return found**2


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the texts, by what is in them."""

    ids: Ids
    grams: Grams
    starts: NDArray[np.int32]
    """Where the rows of each sequence begin; one more for the end of the last."""
    rows: NDArray[np.uint16]
    lengths: NDArray[np.float32]
    """Of the texts as vectors."""

    @property
    def size(self) -> int:
        """In bytes."""
        kept = (self.ids, self.grams, self.starts, self.rows, self.lengths)
        return sum(each.nbytes for each in kept)

    @property
    def pairs(self) -> _Pairs:
        grams = np.repeat(self.grams.astype(np.uint64), np.diff(self.starts))
        return (grams << _ROW_BITS) | self.rows

    def weighed(self, weights: _Weights) -> "_Part":
        counts = np.diff(self.starts)
        squared = np.repeat(weights.squared(self.grams), counts)
        summed = np.bincount(self.rows, weights=squared, minlength=len(self.ids))
        # A text without anything in it is like no other.
        lengths = np.sqrt(np.maximum(summed, 1)).astype(np.float32)
        return replace(self, lengths=lengths)

    def likeness(self, grams: Grams, squared: NDArray[np.float32]) -> NDArray[np.float64]:
        """Products with each text, of length one; only the query's sequences are read."""
        at = _places(self.grams, grams)
        shared = self.grams[at] == grams
        starts, ends = self.starts[at[shared]], self.starts[at[shared] + 1]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        rows = np.concatenate([self.rows[:0], *(self.rows[start:end] for start, end in spans)])
        products = np.repeat(squared[shared], ends - starts)
        summed = np.bincount(rows, weights=products, minlength=len(self.ids))
        cosines: NDArray[np.float64] = summed / self.lengths
        return cosines


@dataclass(frozen=True, slots=True)
class TextIndex:
    """Texts by id; each is put in once."""

    _parts: tuple[_Part, ...] = ()
    _weights: _Weights = field(default_factory=_Weights)

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self._parts)

    @property
    def size(self) -> int:
        """How much memory it takes, in bytes."""
        return sum(part.size for part in self._parts)

    def ids(self) -> Ids:
        """Of all texts."""
        return np.concatenate([no_ids(), *(part.ids for part in self._parts)])

    def plus(self, ids: Sequence[int], texts: Sequence[str]) -> "TextIndex":
        """One with these texts, too: at most 65,536 at once."""
        pairs = _pairs(texts)
        if not len(pairs):
            return self
        parts = [*self._parts, _part(np.array(ids, np.int64), pairs).weighed(self._weights)]
        while len(parts) > 1 and _belong_together(*parts[-2:]):
            last = parts.pop()
            parts[-1] = _joined(parts[-1], last)
        return _settled(tuple(parts), self._weights)

    def without(self, ids: Ids) -> "TextIndex":
        """One without these texts; the ids are sorted."""
        parts = [_kept(part, ~are_among(part.ids, ids)) for part in self._parts]
        return _settled(tuple(part for part in parts if len(part.rows)), _Weights())

    def nearest(self, text: str, *, most: int) -> list[tuple[int, float]]:
        """The ids of the most alike texts with their likeness, from ``ALIKE`` to 1."""
        grams = (_pairs([text]) >> _ROW_BITS).astype(np.uint32)
        if not len(grams) or not self._parts:
            return []
        squared = self._weights.squared(grams)
        scores = np.concatenate([part.likeness(grams, squared) for part in self._parts])
        scores /= np.sqrt(squared.sum())
        found = np.flatnonzero(scores >= ALIKE)
        best = found[np.argsort(-scores[found], kind="stable")][:most]
        ids = self.ids()
        return [(int(ids[row]), min(float(scores[row]), 1.0)) for row in best]


def _settled(parts: tuple[_Part, ...], weights: _Weights) -> TextIndex:
    """With weights that are learned anew where the number of texts has grown by half."""
    texts = sum(len(part.ids) for part in parts)
    if texts <= weights.texts * _GROWN:
        return TextIndex(parts, weights)
    learned = _learned(parts, texts)
    return TextIndex(tuple(part.weighed(learned) for part in parts), learned)


def _learned(parts: Sequence[_Part], texts: int) -> _Weights:
    each = np.concatenate([part.grams for part in parts])
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    order = np.argsort(each)
    firsts = _firsts(each[order])
    having = np.add.reduceat(counts[order], firsts)
    known = (np.log((1 + texts) / (1 + having)) + 1).astype(np.float32)
    return _Weights(texts, each[order][firsts], known, np.float32(np.log(1 + texts) + 1))


def _places(grams: Grams, wanted: Grams) -> NDArray[np.intp]:
    """Where each of the wanted is, if it is there at all."""
    return np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)


def _belong_together(one: _Part, other: _Part) -> bool:
    """Parts are put together with others of their size, so that each text is moved a few times."""
    fit = (
        len(one.rows) + len(other.rows) <= _MOST_ENTRIES
        and len(one.ids) + len(other.ids) <= _MOST_ROWS
    )
    return fit and len(one.rows) <= 2 * len(other.rows)


def _joined(one: _Part, other: _Part) -> _Part:
    later = other.pairs + np.uint64(len(one.ids))
    pairs = np.sort(np.concatenate([one.pairs, later]))
    joined = _part(np.concatenate([one.ids, other.ids]), pairs)
    return replace(joined, lengths=np.concatenate([one.lengths, other.lengths]))


def _kept(part: _Part, stays: NDArray[np.bool_]) -> _Part:
    if stays.all():
        return part
    rows = (np.cumsum(stays) - 1).astype(np.uint64)
    pairs = part.pairs[stays[part.rows]]
    gone = pairs & np.uint64(_MOST_ROWS - 1)
    return _part(part.ids[stays], pairs - gone + rows[gone])


def _part(ids: Ids, pairs: _Pairs) -> _Part:
    grams = (pairs >> _ROW_BITS).astype(np.uint32)
    firsts = _firsts(grams)
    starts = np.append(firsts, len(grams)).astype(np.int32)
    lengths = np.ones(len(ids), np.float32)
    return _Part(ids, grams[firsts], starts, pairs.astype(np.uint16), lengths)


def _pairs(texts: Sequence[str]) -> _Pairs:
    """Which sequences are in which of the texts."""
    words = [f" {' '.join(_plain(text[:MOST_CHARACTERS]).split())}" for text in texts]
    written = f"{''.join(words)} ".encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(written, np.uint32).astype(np.uint64)
    until = max(len(characters) - _LENGTH + 1, 0)
    windows = [characters[at : at + until] for at in range(_LENGTH)]
    is_inside = windows[1] != _SPACE  # of a word, with what begins or ends it
    hashes = sum(
        (window[is_inside] * factor for window, factor in zip(windows, _FACTORS, strict=True)),
        np.zeros(1, np.uint64),
    )
    rows = np.repeat(np.arange(len(words), dtype=np.uint64), [len(each) for each in words])
    pairs = np.sort((hashes >> _HALF << _ROW_BITS) | rows[:until][is_inside])
    return pairs[_firsts(pairs)]


def _firsts(ordered: NDArray[Any]) -> NDArray[np.intp]:
    """Where each value begins; ``np.unique`` would load the 8 MB of ``numpy.ma``."""
    begins = np.ones(len(ordered), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    return np.flatnonzero(begins)


def _plain(text: str) -> str:
    """Without capitals and accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    apart = unicodedata.normalize("NFKD", lower)
    return "".join(each for each in apart if not unicodedata.combining(each))
