"""Slack's rate limits: a number of calls a minute by tier, and posts per channel a second."""

import math
from collections.abc import Callable

TIERS = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
"""Calls a minute per method."""
POST_EVERY_SECONDS = 1.0
POST_BURST = 5


class Rates:
    """Leaky buckets; each call says whether it may pass or how many seconds to wait."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}

    def wait_for_method(self, method: str, *, tier: int) -> int:
        """0 when the call may pass, else the Retry-After."""
        per_minute = TIERS[tier]
        return self._take(method, every=60 / per_minute, burst=per_minute)

    def wait_for_channel(self, channel: str) -> int:
        """0 when another message may be posted there, else the Retry-After."""
        return self._take(f"#{channel}", every=POST_EVERY_SECONDS, burst=POST_BURST)

    def _take(self, key: str, *, every: float, burst: float) -> int:
        """Generic cell rate: ``due`` is when the bucket would be empty again."""
        now = self._clock()
        due = max(self._due.get(key, now), now)
        late = due - now - every * (burst - 1)
        if late > 1e-9:  # noqa: PLR2004 - float dust
            return math.ceil(late)
        self._due[key] = due + every
        return 0
