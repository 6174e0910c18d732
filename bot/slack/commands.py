"""What was typed after ``/hitl``, understood or answered with what would have been."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

from hitl.errors import HitlError
from hitl.reports.windows import WEEK, looks_like_window, parse_window

STATS, REVIEW, QUEUE, CASE, HELP = "stats", "review", "queue", "case", "help"
POLICY, DASHBOARD, REVIEWERS = "policy", "dashboard", "reviewers"
DIGEST, PRACTICE = "digest", "practice"
WORDS = (STATS, REVIEW, QUEUE, CASE, POLICY, DASHBOARD, DIGEST, REVIEWERS, PRACTICE, HELP)
POST = "post"
FLAGGED = "flagged"
_CASE_ID = re.compile(r"#?([1-9]\d{0,17})")


class NotUnderstood(HitlError):
    """The command can't be read; the message says what can be written instead."""


@dataclass(frozen=True, slots=True)
class StatsAsked:
    """Of one use case, or of each."""

    use_case: str | None
    window: timedelta


def command_word(text: str) -> tuple[str, list[str]]:
    """The first word and the rest; nothing asks for help. Raises ``NotUnderstood``."""
    word, *rest = text.split() or [HELP]
    if word.lower() in WORDS:
        return word.lower(), rest
    near = get_close_matches(word.lower(), WORDS, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    raise NotUnderstood(f'There is no command "{word}".{hint}')


def stats_asked(words: list[str], *, known: Collection[str]) -> StatsAsked:
    """A use case and a window in either order, both optional. Raises ``NotUnderstood``."""
    use_case, window = None, None
    for word in words:
        if window is None and looks_like_window(word):
            window = parse_window(word)
        elif use_case is None and word in known:
            use_case = word
        elif word in known or looks_like_window(word):
            raise NotUnderstood(
                "Write at most one use case and one window, as in:"
                f" /hitl stats {use_case or word} 7d"
            )
        else:
            raise NotUnderstood(_stats_hint(word, known))
    return StatsAsked(use_case, window or WEEK)


def use_case_asked(words: list[str], *, known: Collection[str]) -> str | None:
    """One use case, or None where none is named. Raises ``NotUnderstood``."""
    if not words:
        return None
    if len(words) == 1 and words[0] in known:
        return words[0]
    near = get_close_matches(words[0], known, n=1)
    guess = f' Did you mean "{near[0]}"?' if near else ""
    raise NotUnderstood(
        f'"{" ".join(words)}" is no use case.{guess} Use cases: {", ".join(known)}.'
    )


@dataclass(frozen=True, slots=True)
class DigestAsked:
    """Of one use case; posted for everybody, or shown to whoever asks."""

    use_case: str
    post: bool


def digest_asked(words: list[str], *, known: Collection[str]) -> DigestAsked:
    """A use case, which may be left out where there is one, and ``post``. Raises
    ``NotUnderstood``.
    """
    post = bool(words) and words[-1].lower() == POST and words[-1] not in known
    named = use_case_asked(words[:-1] if post else words, known=known)
    if named is None and len(known) > 1:
        raise NotUnderstood(
            f"Write which use case, as in: /hitl digest {next(iter(known))}. Use cases:"
            f" {', '.join(known)}."
        )
    return DigestAsked(named or next(iter(known)), post)


def flagged_asked(words: list[str]) -> bool:
    """Whether flagged cases are asked for rather than waiting ones. Raises ``NotUnderstood``."""
    if [word.lower() for word in words] not in ([], [FLAGGED]):
        raise NotUnderstood("Write /hitl queue, or /hitl queue flagged")
    return bool(words)


def case_asked(words: list[str]) -> int:
    """The case's number. Raises ``NotUnderstood``."""
    found = _CASE_ID.fullmatch(words[0]) if len(words) == 1 else None
    if found is None:
        raise NotUnderstood("Write the number of one case, as in: /hitl case 41")
    return int(found[1])


def _stats_hint(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, known, n=1)
    guess = f' Did you mean "{near[0]}"?' if near else ""
    return (
        f'"{word}" is neither a use case nor a window.{guess}'
        f" Use cases: {', '.join(known)}. Windows: hours, days or weeks, as in 24h, 7d, 4w."
    )
