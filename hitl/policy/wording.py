"""How names are listed and unknown ones are answered, in every message."""

from collections.abc import Iterable
from difflib import get_close_matches


def listed(words: Iterable[str], *, last: str = "and", most: int = 10) -> str:
    """Join as a sentence does: "a, b and c"; beyond ``most``, the rest is counted."""
    words = list(words)
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} others"]
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def quoted(names: Iterable[str], *, last: str = "and", most: int = 10) -> str:
    """List names in quotation marks."""
    return listed([f'"{name}"' for name in names], last=last, most=most)


def unknown(kind: str, name: str, *, known: Iterable[str]) -> str:
    """Say that there is no such thing, which one may have been meant, and which there are."""
    known = list(known)
    near = get_close_matches(name, known, n=1)
    hint = f'did you mean "{near[0]}"? Known' if near else "known"
    return f'unknown {kind} "{name}"; {hint}: {quoted(known, most=60)}'
