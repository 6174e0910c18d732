"""What the page says is what is stored, with its interval, or how much is missing."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from bot.dashboard.parts.advice import findings
from bot.dashboard.parts.judged import AUTOMATION, PEOPLE, TREND
from bot.figures import figures_of
from bot.findings import Findings
from bot.scheduler.models import look_for_models
from hitl.api_keys import Scope
from hitl.learning.calibrations import recalibrated_now
from hitl.learning.models import note_seen
from hitl.policy import parse_policy
from hitl.reports.report import report
from hitl.reports.windows import WEEK
from hitl.statistics.findings.signal import Finding
from hitl.storage.database import Database
from tests.conftest import Clock
from tests.dashboard.history import weeks_of_work
from tests.dashboard.house import House
from tests.examples import POLICY, example_policy, moderation

Page = dict[str, Any]


async def page(house: House, user: str = "U0ANA", **query: str) -> Page:
    async with house.signed_in(user) as browser:
        answer = await browser.get("/dashboard/figures", params=query)
        assert answer.status_code == 200, answer.text
        found: Page = answer.json()
        return found


def part(found: Page, name: str) -> Page:
    return next(each for each in found["sections"] if each["name"] == name)


def glance(found: Page) -> dict[str, tuple[str, str]]:
    return {each["title"]: (each["value"], each["detail"]) for each in found["figures"]}


async def test_an_empty_service_says_what_is_missing_and_guesses_nothing(house: House) -> None:
    found = await page(house)
    assert found["use_cases"] == ["content-moderation", "digits"]
    shown = glance(found)
    assert shown["Escalation"] == ("not enough yet", "0 of 30")
    assert shown["Time to a decision"] == ("not enough yet", "0 of 20")
    assert shown["Waiting now"] == ("0", "")
    assert part(found, "trends")["pictures"] == []
    rows = {row[0]: row[1] for row in part(found, "automation")["table"]["rows"]}
    assert rows["Automatic decisions"] == "not enough yet (0 of 149 checks)"
    assert rows["Calibration"] == "not enough yet (0 of 100 checks)"


async def test_a_recalibrated_version_is_shown_before_beside_after(
    house: House, database: Database, clock: Clock
) -> None:
    await weeks_of_work(database, clock, weeks=3, each=80, waiting=0, checked=0.9)
    [plain] = part(await page(house), "automation")["pictures"]
    assert plain["names"] == {"points": "found right"}
    name, model = moderation().name, "toxicity@3"
    await database.write(lambda tx: note_seen(tx, use_case=name, version=model, at=clock.now))
    await look_for_models(database, example_policy())
    found = await database.read(lambda c: recalibrated_now(c, use_case=name, model=model))
    assert found is not None
    shown = part(await page(house, window="12w"), "automation")
    [picture] = shown["pictures"]
    assert picture["names"] == {"before": "as the model says", "points": "recalibrated"}
    assert [(point["before"], point["x"], point["y"]) for point in picture["points"]] == [
        (before.confidence, after.confidence, after.right.estimate) for before, after in found.bins
    ]
    assert [row[2].split(" of ")[1] for row in picture["table"]["rows"]] == [
        str(after.right.total) for _, after in found.bins
    ]
    assert any("Confidence is off by" in words for words in shown["says"])
    assert any("recalibrate = true would change that" in words for words in shown["says"])


async def test_what_the_order_brings_is_said_beside_the_queue(house: House) -> None:
    said = part(await page(house), "queue")["says"]
    assert "Which case first? Not enough yet (0 of 30 cases that people did not get to)." in said


async def test_figures_come_with_what_they_rest_on(
    house: House, database: Database, clock: Clock
) -> None:
    await weeks_of_work(database, clock, weeks=3, each=60, waiting=4, checked=0.7)
    found = await page(house)
    told = await database.read(
        lambda c: report(c, use_case=moderation(), since=clock.now - 4 * WEEK, until=clock.now)
    )
    escalation = told.stats.escalation
    assert escalation is not None
    assert glance(found)["Escalation"][1].endswith(f"on {escalation.total}")
    steps = {row["name"]: row["number"] for row in part(found, "funnel")["pictures"][0]["rows"]}
    assert steps["Predictions"] == steps["stood by themselves"] + steps["were escalated"] == 184
    assert (steps["by people"], steps["Waiting now"]) == (steps["Decided"], 4)
    ages = part(found, "queue")["pictures"][0]
    assert sum(ages["values"]) == 4
    drawn = {each["title"]: each for each in part(found, "trends")["pictures"]}
    weeks = drawn["Escalation"]
    assert len(weeks["places"]) == 13
    assert weeks["is_unfinished"]
    assert weeks["places"][-2:] == ["16 Nov", "23 Nov so far"]
    assert weeks["table"]["rows"][-1] == ["23 Nov so far", "not enough yet (2 of 30)"]
    known = [place for place, each in enumerate(weeks["middle"]) if each is not None]
    assert len(known) == 3
    for place in known:
        assert weeks["low"][place] <= weeks["middle"][place] <= weeks["high"][place]
        assert weeks["table"]["rows"][place][1].split()[-2:-1] == ["on"]
    bins = part(found, "automation")["pictures"][0]["points"]
    assert len(bins) == 5
    assert all(each["low"] <= each["y"] <= each["high"] for each in bins)


async def test_past_predictions_are_decided_anew_at_other_thresholds(
    house: House, database: Database, clock: Clock
) -> None:
    await weeks_of_work(database, clock, weeks=2, each=60, waiting=0, checked=0.5)
    async with house.signed_in() as browser:
        found = (await browser.get("/dashboard/thresholds")).json()
    [picture] = found["pictures"]
    escalated = [y for _, y in picture["lines"][0]["points"]]
    assert escalated == sorted(escalated)
    assert picture["now"] == [0.87, 0.92]
    assert picture["lines"][1]["name"].startswith("automatic error")
    assert "120 predictions" in found["says"][0]


async def test_single_reviewers_are_for_leads_and_keys_that_administer(
    house: House, database: Database, clock: Clock
) -> None:
    await weeks_of_work(database, clock, weeks=1, each=30, waiting=0)
    names = [row[0] for row in part(await page(house, "U0BEN"), "reviewers")["table"]["rows"]]
    assert names == ["Ana Costa", "Ben Okafor"]
    for outsider in ("U0ANA", "U0DEV"):
        found = await page(house, outsider)
        assert "reviewers" not in [each["name"] for each in found["sections"]]
        assert "Ben Okafor" not in str(found)
        assert "U0BEN" not in str(found)
    for scopes, sees in ((Scope.READ,), False), ((Scope.READ, Scope.ADMIN), True):
        async with house.browser() as browser:
            await browser.post("/dashboard/sign-in", data={"key": await house.key(*scopes)})
            told = (await browser.get("/dashboard/figures")).text
            assert ("Ben Okafor" in told) == sees


async def test_no_item_of_any_case_is_shown(house: House, database: Database, clock: Clock) -> None:
    await weeks_of_work(database, clock, weeks=1, each=20, waiting=3)
    async with house.signed_in("U0BEN") as browser:
        for path in ("/dashboard/figures", "/dashboard/thresholds"):
            told = (await browser.get(path)).text
            assert "risotto" not in told
            assert "waiting-1" not in told


@pytest.mark.parametrize("window", ["soon", "0d", "53w", ""])
async def test_a_wrong_window_is_refused(house: House, window: str) -> None:
    async with house.signed_in() as browser:
        for path in ("/dashboard/figures", "/dashboard/thresholds"):
            assert (await browser.get(path, params={"window": window})).status_code == 422


async def test_without_a_session_there_are_no_figures(house: House) -> None:
    async with house.browser() as browser:
        for path in ("/dashboard/figures", "/dashboard/thresholds"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.json()["status"]) == (401, 401)


def test_a_finding_says_how_one_knows_why_it_may_be_and_what_to_do_next() -> None:
    found = Finding("reviews are slow", "digits", "median 41 s", "hard", "simplify", "look", 0.001)
    [shown] = findings([found], said_at="Monday 09:00")["notes"]
    assert shown["title"] == "Reviews are slow"
    assert shown["says"][0] == "Median 41 s."
    assert [line.split(":")[0] for line in shown["says"][1:]] == [
        "Likely cause",
        "What helps",
        "Next step",
    ]
    says = findings([], said_at="Monday 09:00")["says"]
    assert "Nothing stands out" in says[0]
    assert says[1] == "As of Monday 09:00."


class _Held:
    """A database that reads once it may."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.may_read = asyncio.Event()
        self.now = database.now

    async def read(self, query: Callable[[Connection], object]) -> object:
        await self.may_read.wait()
        return await self._database.read(query)


async def test_the_last_findings_are_shown_while_new_ones_are_looked_for(
    database: Database, clock: Clock
) -> None:
    held = _Held(database)
    kept = Findings(cast("Database", held), lambda: [moderation()])
    held.may_read.set()
    await kept.of_now()
    held.may_read.clear()
    first = clock.now
    clock.advance(minutes=16)
    assert (await asyncio.wait_for(kept.last(), 0.5)).at == first
    held.may_read.set()
    await kept.of_now()
    assert (await kept.last()).at == clock.now


async def test_every_row_that_the_page_picks_is_one_of_the_reports(
    database: Database, clock: Clock
) -> None:
    use_case = parse_policy(POLICY).use_case("digits")
    told = await database.read(
        lambda c: report(c, use_case=use_case, since=clock.now - WEEK, until=clock.now)
    )
    names = {row.name for row in figures_of(told)}
    assert {TREND, *AUTOMATION, *PEOPLE} <= names
