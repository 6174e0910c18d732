"""The log of what the app sent: bounded, for assertions and for the page's drawer."""

from collections import deque
from dataclasses import dataclass

MOST_REMEMBERED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One Web API call or response_url use; ``error`` is Slack's code, ``at`` seconds (epoch)."""

    method: str
    ok: bool
    at: float
    error: str | None = None
    channel: str | None = None
    ts: str | None = None


class Calls:
    """The latest calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[ApiCall] = deque(maxlen=MOST_REMEMBERED)

    def note(self, call: ApiCall) -> None:
        """Remember a call, forgetting the oldest when there are too many."""
        self._calls.append(call)

    def all(self, method: str | None = None) -> list[ApiCall]:
        """The calls remembered, of one method if named."""
        return [call for call in self._calls if method in (None, call.method)]
