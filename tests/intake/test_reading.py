"""A case can be read back, waited for, and listed page by page."""

import asyncio

import httpx
import pytest

from bot.services import Services
from hitl.storage.bell import case_topic
from tests.intake.requests import moderation_case


async def submitted(api: httpx.AsyncClient, key: str = "post-1") -> int:
    number: int = (await api.post("/v1/cases", json=moderation_case(key))).json()["id"]
    return number


async def someone_waits(services: Services, case_id: int) -> None:
    async with asyncio.timeout(5):
        while not services.database.bell.is_listened_to(case_topic(case_id)):  # noqa: ASYNC110
            await asyncio.sleep(0.001)  # the listener is a request under way: nothing else tells


async def test_whoever_waits_is_woken_by_the_decision(
    api: httpx.AsyncClient, services: Services
) -> None:
    case = await submitted(api)
    waiting = asyncio.create_task(api.get(f"/v1/cases/{case}", params={"wait": 60}))
    await someone_waits(services, case)
    await api.post(f"/v1/cases/{case}/reviews", json={"reviewer": "ana", "verdict": "reject"})
    answer = (await asyncio.wait_for(waiting, 5)).json()
    assert answer["state"] == "decided"
    assert answer["outcome"]["label"] == "violation"


async def test_waiting_ends_with_the_state_as_it_is(api: httpx.AsyncClient) -> None:
    case = await submitted(api)
    response = await api.get(f"/v1/cases/{case}", params={"wait": 0.05})
    assert (response.status_code, response.json()["state"]) == (200, "open")


async def test_whoever_waits_is_answered_when_the_service_stops(
    api: httpx.AsyncClient, services: Services
) -> None:
    case = await submitted(api)
    waiting = asyncio.create_task(api.get(f"/v1/cases/{case}", params={"wait": 60}))
    await someone_waits(services, case)
    services.database.bell.silence()
    assert (await asyncio.wait_for(waiting, 5)).json()["state"] == "open"


@pytest.mark.parametrize("wait", ["61", "-1", "nan", "soon"])
async def test_a_wrong_wait_is_refused(api: httpx.AsyncClient, wait: str) -> None:
    response = await api.get("/v1/cases/1", params={"wait": wait})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "wait"


async def test_a_case_that_does_not_exist_is_a_404(api: httpx.AsyncClient) -> None:
    response = await api.get("/v1/cases/12")
    assert response.status_code == 404
    assert response.json()["detail"] == "There is no case 12."


async def test_pages_follow_each_other_without_gaps(api: httpx.AsyncClient) -> None:
    for number in range(5):
        await submitted(api, f"post-{number}")
    seen: list[str] = []
    after: str | None = "0"
    while after is not None:
        query = f"use_case=content-moderation&after={after}&limit=2"
        page = (await api.get(f"/v1/cases?{query}")).json()
        seen += [case["key"] for case in page["items"]]
        after = page["next"]
    assert seen == [f"post-{number}" for number in range(5)]


async def test_a_listing_is_narrowed_by_key_and_state(api: httpx.AsyncClient) -> None:
    first, second = await submitted(api, "a"), await submitted(api, "b")
    await api.post(f"/v1/cases/{first}/withdraw")
    open_ones = (await api.get("/v1/cases", params={"state": "open"})).json()["items"]
    by_key = (await api.get("/v1/cases", params={"key": "a"})).json()["items"]
    assert [case["id"] for case in open_ones] == [second]
    assert [case["id"] for case in by_key] == [first]
    unknown = await api.get("/v1/cases", params={"use_case": "nothing"})
    assert unknown.status_code == 422
