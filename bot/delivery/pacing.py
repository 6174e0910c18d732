"""How fast Slack may be asked, and how long to wait before asking again."""

from collections.abc import Mapping
from datetime import timedelta

from hitl.storage.outbox import FILES_LANE, RESPONSES_LANE, UPDATES_LANE
from hitl.storage.pacing import Rate

POSTS = Rate(interval=timedelta(seconds=1.1), burst=5, in_order=True)
"""Slack takes about one message a second in a channel, and short bursts."""
UPDATES = Rate(interval=timedelta(seconds=1.2), burst=20)
"""chat.update is allowed about fifty times a minute in a workspace."""

FILES = Rate(interval=timedelta(seconds=0.7), burst=10)
"""Uploads are allowed about a hundred times a minute."""
_RATES: Mapping[str, Rate] = {UPDATES_LANE: UPDATES, FILES_LANE: FILES}

_FIRST = timedelta(seconds=1)
LONGEST = timedelta(seconds=60)


def slack_rates(lane: str) -> Rate | None:
    """What Slack allows a lane."""
    return None if lane == RESPONSES_LANE else _RATES.get(lane, POSTS)


def unpaced(lane: str) -> None:
    """As fast as it goes: for a local workspace without rate limits."""


def backoff(attempt: int, *, chance: float, most: timedelta = LONGEST) -> timedelta:
    """How long to wait after the ``attempt``-th try, counted from 1.

    Full jitter: uniform between nothing and a bound that doubles each time, so that many who
    failed together do not come back together. ``chance`` is uniform in [0, 1).
    """
    bound: timedelta = _FIRST * 2 ** min(attempt - 1, 10)
    return chance * min(bound, most)
