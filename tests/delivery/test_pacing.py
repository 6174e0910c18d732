"""How long delivery waits, and how fast it goes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import LONGEST, POSTS, UPDATES, backoff, slack_rates
from hitl.storage.outbox import UPDATES_LANE, posts_lane

MINUTE = timedelta(minutes=1)
attempts = st.integers(1, 10_000)
chances = st.floats(0, 1, exclude_max=True)


@given(attempt=attempts, chance=chances)
def test_no_wait_is_longer_than_a_minute(attempt: int, chance: float) -> None:
    assert timedelta() <= backoff(attempt, chance=chance) <= LONGEST


@given(attempt=attempts, chance=chances)
def test_waits_never_shrink_with_the_attempts(attempt: int, chance: float) -> None:
    assert backoff(attempt, chance=chance) <= backoff(attempt + 1, chance=chance)


def test_the_first_waits_double() -> None:
    waits = [backoff(attempt, chance=0.5).total_seconds() for attempt in (1, 2, 3, 4)]
    assert waits == [0.5, 1, 2, 4]


def test_posts_keep_to_about_one_a_second_and_updates_to_fifty_a_minute() -> None:
    assert slack_rates(posts_lane("#moderation")) == POSTS
    assert slack_rates(UPDATES_LANE) == UPDATES
    assert MINUTE / POSTS.interval <= 60
    assert MINUTE / UPDATES.interval <= 50
    assert POSTS.in_order
