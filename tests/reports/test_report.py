"""A report says what is known, and of the rest how much is missing."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.figures import WEEK_COLUMNS, figures_of, week_row
from bot.intake.figures import StatsOut
from hitl.policy import Costs, Digest, UseCase
from hitl.reports.answers import Report
from hitl.reports.data import report_document
from hitl.reports.health import facts_of
from hitl.reports.report import last_weeks, report
from hitl.reports.windows import window_before
from hitl.review import adjudicate, claim_next, submit, vote
from hitl.routing import Prediction
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.findings.facts import Count
from hitl.storage.database import Database
from hitl.vocabulary import Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import digits, moderation, post
from tests.reports.world import roll
from tests.review.asking import REVIEW, URLS, USER, Asking, chained, models

WEEK = timedelta(days=7)


@pytest.fixture
def engine() -> str:
    """Counts are tested on each database; what is made of them needs one."""
    return "sqlite"


async def reported(database: Database, use_case: UseCase, **asked: Any) -> Report:
    until = database.now() + timedelta(seconds=1)
    values = {"since": until - WEEK, "until": until} | asked
    return await database.read(lambda c: report(c, use_case=use_case, **values))


async def decided(
    database: Database,
    number: int,
    verdict: Verdict,
    *,
    use_case: UseCase,
    model: str = "toxicity@3",
) -> None:
    sent = post(
        f"{model}, post {number}",
        prediction=Prediction(scores={"violation": 0.7, "clean": 0.3}, model=model),
    )
    case, _ = await database.write(lambda tx: submit(tx, sent, use_case=use_case, draw=0.5))
    await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer="U0ANA", use_case=use_case)
    )


def assert_says_something(found: Report) -> None:
    document = report_document(found)
    StatsOut.model_validate(document | {"findings": []})
    for figure in figures_of(found):
        assert figure.name
        assert figure.value
    assert all(len(week_row(week)) == len(WEEK_COLUMNS) for week in found.weeks)


async def test_nothing_at_all_is_reported_as_nothing_yet(database: Database) -> None:
    found = await reported(database, moderation())
    assert_says_something(found)
    assert found.stats.predictions == 0
    assert found.versions == ()
    assert found.automation.version is None
    assert found.people.accuracy == NotYet(0, 30, "checked cases")
    assert len(found.weeks) == 12
    assert {week.predictions for week in found.weeks} == {0}


async def test_a_single_case_is_counted_and_judged_not_yet(database: Database) -> None:
    await decided(database, 1, Verdict.REJECT, use_case=moderation())
    found = await reported(database, moderation())
    assert_says_something(found)
    [version] = found.versions
    assert (version.model, version.predictions) == ("toxicity@3", 1)
    assert version.escalation == NotYet(1, 30, "predictions")
    assert found.people.overturned == NotYet(1, 30, "decisions")


async def test_flags_alone_are_decisions_for_the_label_that_they_let_stand(
    database: Database,
) -> None:
    for number in range(30):
        await decided(database, number, Verdict.FLAG, use_case=moderation())
    found = await reported(database, moderation())
    assert_says_something(found)
    assert found.people.overturned == Share.of(30, 30)
    assert found.stats.verdicts == {Verdict.FLAG: 30}


async def test_without_prices_there_is_no_cost(database: Database) -> None:
    found = await reported(database, digits())
    assert_says_something(found)
    assert found.stats.cost is None
    assert "unpriced" in next(each.value for each in figures_of(found) if each.name == "Cost")


async def test_each_request_to_a_model_and_each_question_to_a_user_costs(
    database: Database, clock: Clock
) -> None:
    costs = Costs(review=2.0, second_model=0.25, ask_user=0.5)
    use_case = chained(models(URLS[0]), USER, REVIEW).model_copy(update={"costs": costs})
    asking = Asking(database, use_case)
    cases = [await asking.case(f"post {number}") for number in range(3)]
    for case in (cases[0], *cases):
        await asking.is_asked(case)
    clock.advance(minutes=1)
    for case in cases[:2]:
        assert await asking.time_is_up(case)
    found = await reported(database, use_case)
    assert found.stats.cost is not None
    assert (found.stats.cost.second_models, found.stats.cost.users) == (4 * 0.25, 2 * 0.5)


async def test_versions_are_reported_apart(database: Database) -> None:
    for number in range(3):
        await decided(database, number, Verdict.REJECT, use_case=moderation())
    await decided(database, 9, Verdict.REJECT, use_case=moderation(), model="toxicity@4")
    found = await reported(database, moderation())
    assert [(each.model, each.predictions) for each in found.versions] == [
        ("toxicity@3", 3),
        ("toxicity@4", 1),
    ]
    alone = await reported(database, moderation(), model="toxicity@4")
    assert (alone.stats.predictions, alone.model) == (1, "toxicity@4")


async def test_a_disputed_audit_counts_as_wrong_until_it_is_settled(database: Database) -> None:
    use_case = moderation().model_copy(update={"leads": ("U0SUE",)})
    sent = post(violation=0.99)
    case, _ = await database.write(lambda tx: submit(tx, sent, use_case=use_case, draw=0.01))
    await database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.APPROVE, reviewer="U0ANA", use_case=use_case)
    )
    found = await reported(database, use_case)
    assert found.automation.precision == NotYet(1, 149, "checks")
    assert found.sunset.signs[3].evidence.startswith("1 wrong in 1 ")
    await database.write(
        lambda tx: adjudicate(
            tx, case.id, verdict=Verdict.REJECT, reviewer="U0SUE", use_case=use_case, note="no"
        )
    )
    found = await reported(database, use_case)
    assert found.automation.precision == NotYet(1, 149, "checks")
    assert found.sunset.signs[3].evidence.startswith("0 wrong in 1 ")


async def test_time_is_from_first_sight_to_vote(database: Database, clock: Clock) -> None:
    use_case = moderation()
    for number in range(20):
        sent = post(f"post {number}")
        await database.write(partial(submit, submission=sent, use_case=use_case, draw=0.5))
        clock.advance(minutes=5)
        serve = partial(claim_next, use_case=use_case, reviewer="U0ANA")
        case = await database.write(serve)
        assert case is not None
        clock.advance(seconds=8)
        reject = partial(vote, case_id=case.id, verdict=Verdict.REJECT, reviewer="U0ANA")
        await database.write(partial(reject, use_case=use_case))
    found = await reported(database, use_case)
    assert not isinstance(found.people.speed.median, NotYet)
    assert found.people.speed.median.estimate == pytest.approx(8)
    assert found.people.speed.on_target == Share.of(20, 20)


@pytest.mark.parametrize(
    ("zone", "hours"), [("Europe/Berlin", 169), ("UTC", 168), ("America/New_York", 168)]
)
def test_a_week_is_as_long_as_people_live_it(zone: str, hours: int) -> None:
    [week] = last_weeks(datetime.fromisoformat("2026-10-27T12:00Z"), count=1, zone=zone)
    assert week.monday == date(2026, 10, 19)
    assert week.until - week.since == timedelta(hours=hours)


def test_a_window_of_days_begins_at_the_same_time_of_day() -> None:
    until = datetime.fromisoformat("2026-10-27T12:00Z")
    assert window_before(until, WEEK, zone="Europe/Berlin") == until - WEEK - timedelta(hours=1)
    assert window_before(until, timedelta(hours=30), zone="Europe/Berlin") == until - timedelta(
        hours=30
    )


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin"])
async def test_weeks_of_any_zone_are_cut_where_they_end_there(
    database: Database, clock: Clock, zone: str
) -> None:
    use_case = moderation().model_copy(update={"digest": Digest(zone=zone)})
    edge = last_weeks(MONDAY + 3 * WEEK, count=1, zone=zone)[0].since
    for number, minutes in enumerate((-2, -1, 1)):
        clock.now = edge + timedelta(minutes=minutes)
        await decided(database, number, Verdict.REJECT, use_case=use_case)
    clock.now = MONDAY + 4 * WEEK
    await roll(database)
    counted = {week.since: week.predictions for week in (await reported(database, use_case)).weeks}
    assert counted[edge] == 1
    assert sum(each or 0 for each in counted.values()) == 3


async def test_the_week_under_way_is_told_apart_from_whole_ones(
    database: Database, clock: Clock
) -> None:
    monday = MONDAY.replace(hour=0)
    for number, hours in enumerate((-1, 0, 30)):
        clock.now = monday + timedelta(hours=hours)
        await decided(database, number, Verdict.REJECT, use_case=moderation())
    look = partial(report, use_case=moderation(), since=monday - WEEK)
    then = await database.read(partial(look, until=monday))
    assert (then.weeks[-1].predictions, then.this_week) == (1, None)
    later = await database.read(partial(look, until=monday + timedelta(hours=40)))
    assert later.weeks == then.weeks
    assert later.this_week is not None
    assert (later.this_week.monday, later.this_week.predictions) == (monday.date(), 2)


async def test_findings_look_at_what_people_overturned(database: Database, clock: Clock) -> None:
    for number in range(40):
        verdict = Verdict.APPROVE if number % 4 else Verdict.REJECT
        await decided(database, number, verdict, use_case=moderation())
    until = clock.now + timedelta(seconds=1)
    facts = await database.read(lambda c: facts_of(c, use_case=moderation(), until=until))
    assert facts.overturned == Count(30, 40)
    assert facts.parts == {"label violation": Count(40, 40)}
    assert (facts.reviewers, facts.loads) == (1, [40])
    assert len(facts.decisions) == 40
