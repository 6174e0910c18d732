"""The figures as data, and honest where they are unknown."""

from datetime import timedelta

import httpx
import pytest

from hitl.policy import Costs
from hitl.reports.stats import stats
from hitl.reports.windows import WEEK
from hitl.review import submit, vote
from hitl.review.claim import claim_next
from hitl.storage.database import Database
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import moderation, post
from tests.intake.requests import moderation_case

SURE = {"clean": 0.97, "violation": 0.03}


async def figures(api: httpx.AsyncClient, **query: str) -> httpx.Response:
    return await api.get("/v1/stats", params={"use_case": "content-moderation"} | query)


async def test_figures_count_what_happened(api: httpx.AsyncClient, clock: Clock) -> None:
    for number in range(3):
        await api.post("/v1/cases", json=moderation_case(f"sure-{number}", scores=SURE))
    first = (await api.post("/v1/cases", json=moderation_case("unsure-1"))).json()["id"]
    await api.post("/v1/cases", json=moderation_case("unsure-2"))
    clock.advance(seconds=30)
    await api.post(f"/v1/cases/{first}/reviews", json={"reviewer": "ana", "verdict": "reject"})
    clock.advance(seconds=30)
    found = (await figures(api, window="1h")).json()
    assert (found["predictions"], found["stood"], found["escalated"]) == (5, 3, 2)
    assert (found["escalation"]["hits"], found["escalation"]["estimate"]) == (2, 0.4)
    assert found["verdicts"] == {"reject": 1}
    assert found["agreement"]["hits"] == found["agreement"]["total"] == 1
    assert found["waiting"] == {"median": 30.0, "p90": 30.0, "count": 1}
    assert (found["open"], found["oldest_open_at"]) == (1, "2026-11-23T09:00:00Z")
    assert found["cost"]["review"] == 2.0
    assert found["cost"]["per_decision"] == pytest.approx((2.0 + 5 * 0.0002) / 5)


async def test_what_lies_outside_the_window_does_not_count(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    await api.post("/v1/cases", json=moderation_case(scores=SURE))
    clock.advance(hours=25)
    found = (await figures(api, window="24h")).json()
    assert (found["predictions"], found["escalation"], found["waiting"]) == (0, None, None)


async def test_escalation_is_unknown_while_callers_send_only_what_people_must_see(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    await api.post("/v1/cases", json=moderation_case(route="review"))
    tallies = {
        "use_case": "content-moderation",
        "key": "hour 9",
        "since": "2026-11-23T09:00:00Z",
        "until": "2026-11-23T09:10:00Z",
        "counts": [{"label": "clean", "band": [0.92, 1.0], "count": 9}],
    }
    clock.advance(minutes=30)
    unknown = (await figures(api)).json()
    assert (unknown["predictions"], unknown["escalation"]) == (None, None)
    await api.post("/v1/tallies", json=tallies)
    known = (await figures(api)).json()
    assert (known["predictions"], known["stood"]) == (10, 9)
    assert known["escalation"]["estimate"] == 0.1


@pytest.mark.parametrize("window", ["soon", "0d", "7", "400d", "53w"])
async def test_a_wrong_window_is_answered_with_right_ones(
    api: httpx.AsyncClient, window: str
) -> None:
    response = await figures(api, window=window)
    assert response.status_code == 422
    error = response.json()["errors"][0]
    assert error["field"] == "window"
    assert "w" in error["message"]


async def test_reviews_paid_by_the_hour_cost_what_the_timed_ones_took(
    database: Database, clock: Clock
) -> None:
    hourly = moderation().model_copy(update={"costs": Costs(ai=0.0, reviewer_hour=36.0)})

    async def decided(key: str, *, looked: float | None) -> None:
        case, _ = await database.write(lambda tx: submit(tx, post(key), use_case=hourly, draw=0.5))
        if looked is not None:
            await database.write(lambda tx: claim_next(tx, use_case=hourly, reviewer="U0ANA"))
            clock.advance(seconds=looked)
        verdict = Verdict.REJECT
        await database.write(
            lambda tx: vote(tx, case.id, verdict=verdict, reviewer="U0ANA", use_case=hourly)
        )

    async def review_cost() -> float | None:
        until = clock.now + timedelta(seconds=1)
        found = await database.read(
            lambda c: stats(c, use_case=hourly, since=until - WEEK, until=until)
        )
        assert found.cost is not None
        return found.cost.review

    assert await review_cost() == 0
    await decided("pressed in the channel", looked=None)
    assert await review_cost() is None
    await decided("taken from the queue", looked=10)
    assert await review_cost() == pytest.approx(2 * 10 * 36 / 3600)
