"""Named instants at which a test may kill, stop or fail the process; nothing happens otherwise.

Only code inside the process can arm them: no setting, request or environment variable does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Instant(StrEnum):
    """Both sides of everything that a crash could tear apart."""

    COMMIT_BEFORE = "commit.before"
    COMMIT_AFTER = "commit.after"
    """Stored, and nobody knows it yet."""
    SEND_BEFORE = "send.before"
    SEND_AFTER = "send.after"
    """The other side has it, and the outbox does not say so; then the settling commit."""
    SETTLED = "settled"


Hook = Callable[[str, str], None]


@dataclass(slots=True)
class _Switch:
    hook: Hook | None = None


_switch = _Switch()


def reach(instant: Instant, about: str = "") -> None:
    """Say that the process is at this instant; ``about`` tells kinds of sendings apart."""
    if _switch.hook is not None:
        _switch.hook(instant, about)


def arm(hook: Hook | None) -> None:
    """Call ``hook`` at each instant from now on, in whichever thread is there; None disarms."""
    _switch.hook = hook
