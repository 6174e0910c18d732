"""A model version is told or seen; what it changed is told once, when it can be judged."""

import random
from functools import partial
from typing import Any

from sqlalchemy import insert, select

from bot.delivery.models_notice import models_compared
from bot.scheduler.models import look_for_models
from hitl.learning.calibrations import current_calibration, recalibrated_now
from hitl.learning.comparison import compare, comparison_document
from hitl.learning.models import ModelVersion, model_list, tell_model
from hitl.percent import percent
from hitl.policy import Costs, Policy
from hitl.review import submit
from hitl.routing import Prediction
from hitl.statistics.answers import Share
from hitl.storage.database import Database, Transaction
from hitl.storage.tables import cases, checks, outbox, reviews
from tests.conftest import Clock
from tests.examples import digits, example_policy, moderation, post

NAME = "content-moderation"


def predicted(tx: Transaction, model: str, number: int, *, sure: float, right: bool) -> None:
    """A prediction in the shadow sample, checked."""
    label = "violation"
    prediction = Prediction(scores={label: sure, "clean": round(1 - sure, 6)}, model=model)
    submission = post(f"{model}-{number}", prediction=prediction)
    case, _ = submit(tx, submission, use_case=moderation(), draw=0.001)
    truth = label if right else "clean"
    settled = {
        "state": "settled", "reviewer": "U0ANA", "verdict": "reject", "label": truth,
        "final_label": truth, "settled_by": "U0ANA", "settled_at": tx.now, "answered_at": tx.now,
    }  # fmt: skip
    changed = tx.connection.execute(
        checks.update().where(checks.c.case_id == case.id).values(settled)
    )
    if not changed.rowcount:
        new = {"case_id": case.id, "use_case": NAME, "kind": "audit", "opened_at": tx.now,
               "is_apart": False}  # fmt: skip
        tx.connection.execute(insert(checks), new | settled)


def traffic(tx: Transaction, model: str, *, better: float, count: int = 150) -> None:
    chance = random.Random(7)
    for number in range(count):
        sure = 0.5 + chance.random() / 2
        right = chance.random() < min(1.0, sure + better)
        predicted(tx, model, number, sure=round(sure, 4), right=right)


async def notices(database: Database) -> list[dict[str, Any]]:
    chosen = select(outbox.c.payload).where(outbox.c.kind == "notice")
    return await database.read(lambda c: list(c.execute(chosen).scalars()))


async def models(database: Database) -> list[ModelVersion]:
    return await database.read(partial(model_list, use_case=NAME))


async def test_a_version_is_told_or_seen_in_traffic(database: Database, clock: Clock) -> None:
    told = partial(tell_model, use_case=NAME, version="m@1", told_by="key a", trained_through=9)
    assert await database.write(told)
    assert not await database.write(told)
    clock.advance(minutes=1)
    await database.write(lambda tx: traffic(tx, "m@2", better=0.2, count=3))
    await look_for_models(database, example_policy())
    first, second = await models(database)
    assert (first.version, first.told_by, first.trained_through) == ("m@1", "key a", 9)
    assert (second.version, second.told_by, second.checks) == ("m@2", None, 3)


async def test_what_a_new_model_changed_is_told_once_it_can_be_judged(
    database: Database, clock: Clock
) -> None:
    await database.write(lambda tx: traffic(tx, "m@1", better=0.0))
    await look_for_models(database, example_policy())
    clock.advance(minutes=30)
    await database.write(lambda tx: traffic(tx, "m@2", better=0.0, count=60))
    await look_for_models(database, example_policy())
    assert await notices(database) == []
    await database.write(lambda tx: traffic(tx, "m@3", better=0.4))
    for _ in range(3):
        await look_for_models(database, example_policy())
    (notice,) = await notices(database)
    said = models_compared(notice["found"], use_case=NAME)
    assert "m@2 → m@3" in said
    assert "not enough yet (60 of 100 checks)" in said


async def test_the_report_tells_a_better_model_from_one_that_is_not(
    database: Database, clock: Clock
) -> None:
    await database.write(lambda tx: traffic(tx, "m@1", better=0.0))
    clock.advance(minutes=1)
    await database.write(lambda tx: traffic(tx, "m@2", better=0.5))
    await look_for_models(database, Policy(use_cases={NAME: moderation(), "digits": digits()}))
    (notice,) = await notices(database)
    found = notice["found"]
    before, after = found["before"]["same_quality"], found["after"]["same_quality"]
    assert after["estimate"] < before["estimate"]
    assert after["estimate"] == 0.0
    said = models_compared(found, use_case=NAME)
    assert "escalated at the same quality" in said
    assert "A decision costs" in said
    assert len(said) < 3_000


async def test_a_recalibration_is_told_bin_by_bin_as_it_was_and_as_it_is(
    database: Database, clock: Clock
) -> None:
    await database.write(lambda tx: traffic(tx, "m@1", better=0.0, count=10))
    await look_for_models(database, example_policy())
    clock.advance(minutes=1)
    await database.write(lambda tx: traffic(tx, "m@2", better=-0.4))
    await look_for_models(database, example_policy())
    (notice,) = await notices(database)
    found = await database.read(partial(recalibrated_now, use_case=NAME, model="m@2"))
    assert found is not None
    assert found.after.ece < found.before.ece / 2
    said = models_compared(notice["found"], use_case=NAME)
    before, after = (percent(each.ece, decimals=1) for each in (found.before, found.after))
    assert f"Recalibrated on 150 checks, confidence is off by {before} → {after}" in said
    table = said.split("```")[1].splitlines()[1:]
    assert len(table) == len(found.bins) == 5
    for line, (old, new) in zip(table, found.bins, strict=True):
        assert old.right == new.right
        assert line.split("   ")[0].split(" → ") == [
            f"{percent(each.confidence):>5}" for each in (old, new)
        ]
        assert line.endswith(f"of {new.right.total}")
        assert len(line) <= 40


async def test_a_version_without_a_curve_is_told_without_one(database: Database) -> None:
    assert await database.read(partial(recalibrated_now, use_case=NAME, model="m@1")) is None
    await database.write(lambda tx: traffic(tx, "m@1", better=0.0, count=10))
    look = partial(compare, use_case=moderation(), before="m@1", after="m@2")
    found = comparison_document(await database.read(look))
    assert found["after"]["recalibrated"] is None
    assert "Recalibrated" not in models_compared(found, use_case=NAME)


async def test_a_decision_costs_what_its_reviews_took_where_these_are_paid_by_the_hour(
    database: Database,
) -> None:
    use_case = moderation().model_copy(update={"costs": Costs(ai=0.5, reviewer_hour=100.0)})
    await database.write(lambda tx: traffic(tx, "m@1", better=0.0, count=40))
    look = partial(compare, use_case=use_case, before="m@1", after="m@2")
    assert (await database.read(look)).before.cost is None
    vote = {"case_id": 1, "reviewer": "U0ANA", "verdict": "reject", "label": "violation",
            "seconds": 36.0, "at": database.now(), "is_adjudication": False}  # fmt: skip
    await database.write(lambda tx: tx.connection.execute(insert(reviews), vote) and None)
    found = (await database.read(look)).before
    assert isinstance(found.escalation, Share)
    assert found.cost == 0.5 + 1.0 * found.escalation.estimate


async def test_a_policy_that_recalibrates_routes_by_what_a_confidence_is_worth(
    database: Database,
) -> None:
    careful = moderation().model_copy(update={"recalibrate": True})
    boasting = partial(traffic, model="m@1", better=-0.4)
    await database.write(boasting)
    await look_for_models(database, example_policy())
    fitted = await database.read(partial(current_calibration, use_case=NAME, model="m@1"))
    assert fitted is not None
    assert fitted.labels == 150
    scores = {"violation": 0.95, "clean": 0.05}
    sure = post("sure", prediction=Prediction(scores=scores, model="m@1"))
    case, _ = await database.write(lambda tx: submit(tx, sure, use_case=careful, draw=0.5))
    assert case.state == "open"
    assert case.route_reason.endswith("threshold, calibrated")
    row = await database.read(lambda c: c.execute(select(cases).where(cases.c.id == case.id)).one())
    assert (row.confidence, row.calibration_id) == (0.95, fitted.id)
    assert row.calibrated == fitted.curve(0.95) < 0.87
    other = post("other", prediction=Prediction(scores=scores, model="m@2"))
    stood, _ = await database.write(lambda tx: submit(tx, other, use_case=careful, draw=0.5))
    assert stood.state == "decided"
    taken = post("taken", prediction=Prediction(scores=scores, model="m@1"))
    at_its_word, _ = await database.write(
        lambda tx: submit(tx, taken, use_case=moderation(), draw=0.5)
    )
    assert at_its_word.state == "decided"
