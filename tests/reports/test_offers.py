"""A digest offers lower thresholds only where this week's test guarantees them."""

from datetime import timedelta
from functools import partial

import pytest

from bot.slack.cards.offer import offer_blocks
from hitl.reports.digests import digest_of
from hitl.reports.offers import lowered, offer_of
from hitl.reports.report import report
from hitl.statistics.answers import NotYet
from hitl.storage.database import Database
from tests.conftest import Clock
from tests.examples import moderation
from tests.reports.sample import store_sample


@pytest.fixture
def engine() -> str:
    """What is counted is tested on each database."""
    return "sqlite"


async def test_what_is_guaranteed_is_offered(database: Database, clock: Clock) -> None:
    use_case, at = moderation(), clock.now - timedelta(days=10)
    await database.write(partial(store_sample, count=700, use_case=use_case, at=at))
    offer = await database.read(partial(offer_of, use_case=use_case, now=clock.now))
    assert offer is not None
    [lower] = offer.lower
    assert (lower.label, lower.now) == ("clean", 0.92)
    assert 0.8 <= lower.then < 0.92
    wanted = lowered(use_case, offer.lower)
    assert wanted.labels["clean"].auto_at == lower.then
    assert wanted.labels["violation"] == use_case.labels["violation"]
    assert await database.read(partial(offer_of, use_case=wanted, now=clock.now)) is None
    shown = str(offer_blocks(offer))
    assert "*clean* could stand from" in shown
    assert "with 95 % confidence (0 wrong in" in shown


async def test_a_stricter_policy_is_offered_less(database: Database, clock: Clock) -> None:
    strict = moderation().model_copy(update={"max_error": 0.002})
    at = clock.now - timedelta(days=10)
    await database.write(partial(store_sample, count=700, use_case=strict, at=at))
    assert await database.read(partial(offer_of, use_case=strict, now=clock.now)) is None
    found = await database.read(
        partial(report, use_case=strict, since=at - timedelta(days=1), until=clock.now)
    )
    assert found.automation.precision == NotYet(700, 1_497, "checks")
    assert found.sunset.signs[3].name == "at most 0.2 % of automatic decisions wrong"


async def test_too_small_a_sample_offers_nothing(database: Database, clock: Clock) -> None:
    use_case, at = moderation(), clock.now - timedelta(days=10)
    await database.write(partial(store_sample, count=150, use_case=use_case, at=at))
    assert await database.read(partial(offer_of, use_case=use_case, now=clock.now)) is None


async def test_the_sample_says_how_much_of_what_stood_was_right(
    database: Database, clock: Clock
) -> None:
    use_case, at = moderation(), clock.now - timedelta(days=3)
    await database.write(partial(store_sample, count=200, use_case=use_case, at=at))
    since, until = clock.now - timedelta(days=7), clock.now
    found = await database.read(partial(report, use_case=use_case, since=since, until=until))
    precision, calibration = found.automation.precision, found.automation.calibration
    assert not isinstance(precision, NotYet)
    assert (precision.errors, precision.checks) == (0, 200)
    assert not isinstance(calibration, NotYet)
    assert found.people.accuracy != NotYet(0, 30, "checked cases")
    digest = await database.read(
        partial(
            digest_of,
            use_case=use_case,
            before=since - timedelta(days=7),
            since=since,
            until=until,
            zone="UTC",
        )
    )
    assert digest.labels == 200
