"""Stored rows come back as what was predicted and checked, on both databases."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from hitl.policy import UseCase
from hitl.reports.certificates import Target, ThresholdTest, certificates
from hitl.reports.prices import terms_of
from hitl.reports.traffic import Window, newest_model, traffic
from hitl.statistics.certify import Certificate
from hitl.statistics.replay import Band, Traffic
from hitl.storage.database import Database
from hitl.storage.tables import checks, tallies
from tests.examples import moderation
from tests.statistics.conftest import PREDICTIONS
from tests.statistics.stored import Predicted, store

MODEL = "toxicity@3"
DAY = timedelta(days=1)


async def read_traffic(database: Database, use_case: UseCase | None = None) -> Traffic:
    until = database.now()
    window = Window("content-moderation", MODEL, until - timedelta(days=28), until)

    def read(connection: Connection) -> Traffic:
        return traffic(connection, window, use_case=use_case or moderation())

    return await database.read(read)


async def add(database: Database, *predictions: Predicted, **changed: Any) -> None:
    since = database.now() - timedelta(minutes=1)
    await database.write(
        lambda tx: store(tx, predictions, use_case=moderation(), since=since, **changed)
    )


async def test_all_that_was_predicted_and_checked_is_there(filled: Database) -> None:
    found = await read_traffic(filled)
    assert found.predictions == PREDICTIONS
    assert found.to_people == 0
    assert len(found.checks) == PREDICTIONS / 3
    assert all(list(each) == sorted(each) for each in found.confidences.values())


async def test_no_threshold_speaks_of_ties_wishes_and_what_has_no_confidence(
    filled: Database,
) -> None:
    sure = Predicted("clean", 0.99, right=True)
    await add(filled, sure, routed_by="caller")
    await add(filled, Predicted("clean", 0.5), scores={"clean": 0.5, "violation": 0.5}, margin=0.0)
    found = await read_traffic(filled)
    assert found.to_people == 2
    assert len(found.checks) == PREDICTIONS / 3


def test_second_votes_and_known_answers_are_reviews_too() -> None:
    asked = {"double_review": 0.2, "known_answer_rate": 0.05}
    assert terms_of(moderation(), seconds=None).reviews_each == 1
    some = moderation().model_copy(update=asked)
    assert terms_of(some, seconds=None).reviews_each == pytest.approx(1.25)
    two = moderation().model_copy(update=asked | {"reviews_needed": 2})
    assert terms_of(two, seconds=None).reviews_each == pytest.approx(2.05)


async def test_a_single_score_of_one_half_is_no_tie(filled: Database) -> None:
    await add(filled, Predicted("clean", 0.5), scores={"clean": 0.5}, margin=0.0)
    assert (await read_traffic(filled)).to_people == 0


async def test_what_people_sent_and_known_answers_are_no_predictions(filled: Database) -> None:
    await add(filled, Predicted("clean", 0.99), routed_by="person")
    await add(filled, Predicted("clean", 0.99), routed_by="known", model="another@9")
    assert (await read_traffic(filled)).predictions == PREDICTIONS
    newest = await filled.read(lambda c: newest_model(c, "content-moderation"))
    assert newest == MODEL


async def test_a_calibrated_confidence_is_what_thresholds_are_compared_with(
    filled: Database,
) -> None:
    await add(filled, Predicted("clean", 0.9999, right=True), calibrated=0.61)
    found = await read_traffic(filled)
    assert 0.61 in found.confidences["clean"]
    assert 0.9999 not in found.confidences["clean"]
    assert any(each.confidence == 0.61 for each in found.checks)


async def test_other_model_versions_are_left_out(filled: Database) -> None:
    await add(filled, Predicted("clean", 0.99, right=False), model="toxicity@4")
    assert (await read_traffic(filled)).predictions == PREDICTIONS
    newest = await filled.read(lambda c: newest_model(c, "content-moderation"))
    assert newest == "toxicity@4"


async def test_a_disputed_check_counts_as_wrong_until_it_is_settled(filled: Database) -> None:
    before = sum(not each.right for each in (await read_traffic(filled)).checks)
    await add(filled, Predicted("clean", 0.99, right=True))
    newest = await filled.read(
        lambda c: c.execute(checks.select().order_by(checks.c.id.desc()).limit(1)).one()
    )
    await filled.write(
        lambda tx: tx.connection.execute(
            update(checks)
            .where(checks.c.id == newest.id)
            .values(state="disputed", final_label=None, settled_at=None)
        )
    )
    after = sum(not each.right for each in (await read_traffic(filled)).checks)
    assert after == before + 1


async def test_checks_hold_across_thresholds_but_not_across_questions(filled: Database) -> None:
    labels = {
        name: rule.model_copy(update={"auto_at": 0.99})
        for name, rule in moderation().labels.items()
    }
    stricter = moderation().model_copy(update={"labels": labels})
    assert len((await read_traffic(filled, stricter)).checks) == PREDICTIONS / 3
    reworded = moderation().model_copy(update={"question": "Is this post kind?"})
    assert (await read_traffic(filled, reworded)).checks == ()


async def test_tallies_count_as_what_stood_elsewhere(filled: Database) -> None:
    now = filled.now()
    row = {
        "use_case": "content-moderation",
        "key": "t-1",
        "fingerprint": "",
        "position": 0,
        "model": MODEL,
        "label": "clean",
        "band_low": 0.95,
        "band_high": 1.0,
        "count": 100_000,
        "since": now - timedelta(hours=2),
        "until": now - timedelta(hours=1),
    }
    await filled.write(lambda tx: tx.connection.execute(insert(tallies), row))
    found = await read_traffic(filled)
    assert found.bands == (Band("clean", 0.95, 100_000),)
    assert found.predictions == PREDICTIONS + 100_000


async def test_a_weekly_test_answers_the_same_all_week_whatever_comes_in(
    filled: Database,
) -> None:
    target, now = Target(max_error=0.12), filled.now()

    async def test_at(days: float) -> object:
        at = now + timedelta(days=days)
        found = await filled.read(
            lambda c: certificates(c, use_case=moderation(), target=target, now=at)
        )
        return replace(found, now=None, then=None, shifts={})

    async def rewrite(**values: object) -> None:
        sunday = checks.c.answered_at >= now - DAY
        await filled.write(
            lambda tx: tx.connection.execute(update(checks).where(sunday).values(values))
        )

    await rewrite(state="disputed", final_label=None, settled_at=None)
    first = await test_at(0)
    await rewrite(state="settled", final_label=checks.c.label, settled_at=now)
    bad = [Predicted("clean", 0.999, right=False)] * 30
    await filled.write(lambda tx: store(tx, bad, use_case=moderation(), since=now))
    assert await test_at(6.5) == first
    later = await test_at(7.5)
    assert later != first


async def test_traffic_unlike_the_sample_is_told(filled: Database) -> None:
    async def shifts() -> Collection[str]:
        target, now = Target(max_error=0.1), filled.now()
        found = await filled.read(
            lambda c: certificates(c, use_case=moderation(), target=target, now=now)
        )
        return found.shifts.keys()

    assert not await shifts()
    await add(filled, *[Predicted("clean", 0.55)] * 200, submitted_at=filled.now() - DAY)
    assert set(await shifts()) == {"clean"}


async def test_before_its_first_monday_a_version_has_no_test(filled: Database) -> None:
    good = [Predicted("clean", 0.99, right=True)] * 300
    since = filled.now() - timedelta(minutes=6)
    await filled.write(
        lambda tx: store(
            tx, good, use_case=moderation(), since=since, apart=timedelta(seconds=1), model="new@1"
        )
    )

    async def test_of(target: Target) -> ThresholdTest:
        now = filled.now()
        return await filled.read(
            lambda c: certificates(c, use_case=moderation(), target=target, now=now)
        )

    weekly = await test_of(Target(max_error=0.02))
    once = await test_of(Target(max_error=0.02, once=True))
    assert weekly.week == 0
    assert not any(isinstance(each, Certificate) for each in weekly.sides.values())
    assert once.week is None
    assert isinstance(once.sides["clean"], Certificate)


@pytest.mark.parametrize(("hours", "days"), [(72, 3.0), (2, 1.0), (24 * 40, 28.0)])
async def test_a_day_of_a_version_that_is_new_is_of_the_days_it_has_had(
    database: Database, hours: int, days: float
) -> None:
    since = database.now() - timedelta(hours=hours)
    one = Predicted("clean", 0.99)
    await database.write(lambda tx: store(tx, [one], use_case=moderation(), since=since))
    await add(database, one)
    assert (await read_traffic(database)).days == pytest.approx(days, abs=1 / 24)
