"""Both clients say the same, wait as long as told, and raise what the service refused."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from bot.serving import listen, serving
from hitl.client import Answer, AsyncHitl, Hitl, HitlRefused
from hitl.storage.database import Database
from hitl.vocabulary import By, CaseState, RouteTo, Verdict
from tests.examples import example_policy

KEY = "a-key-for-tests-only"
UNSURE = {
    "use_case": "content-moderation",
    "key": "post-1",
    "scores": {"violation": 0.7, "clean": 0.3},
    "metadata": {"row": 7},
}


@pytest.fixture
def engine() -> str:
    """The clients don't see which database it is."""
    return "sqlite"


@pytest.fixture
async def url(database: Database) -> AsyncIterator[str]:
    services = Services(database=database, policy=example_policy(), draw=lambda: 0.5)
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def decide(url: str, case_id: int) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
        vote = {"reviewer": "ana", "verdict": "reject", "note": "clear"}
        (await http.post(f"/v1/cases/{case_id}/reviews", json=vote)).raise_for_status()


async def test_a_case_is_submitted_waited_for_and_read_back(url: str) -> None:
    async with AsyncHitl(url, api_key=KEY) as hitl:
        case = await hitl.submit(**UNSURE)
        assert (case.state, case.route_to) == (CaseState.OPEN, RouteTo.REVIEW)
        assert (case.label, case.confidence, case.metadata) == ("violation", 0.7, {"row": 7})
        waiting = asyncio.create_task(hitl.wait(case.id, seconds=20))
        await decide(url, case.id)
        decided = await waiting
        assert decided.outcome is not None
        assert (decided.outcome.verdict, decided.outcome.by) == (Verdict.REJECT, By.REVIEWER)
        assert (decided.outcome.reviewer, decided.outcome.note) == ("ana", "clear")
        assert decided.outcome.decided_at.tzinfo is not None
        assert await hitl.case(case.id) == decided
        assert (await hitl.tell_truth(case.id, label="clean")).id == case.id


async def test_the_ordinary_client_does_the_same(url: str) -> None:
    def talk() -> tuple[Answer, Answer, list[Answer | HitlRefused], bool]:
        with Hitl(url, api_key=KEY) as hitl:
            case = hitl.submit(**UNSURE)
            late = hitl.wait(case.id, seconds=0.05)
            many = hitl.submit_many([UNSURE, UNSURE | {"key": "post-2", "scores": {"no": 1.0}}])
            stored = hitl.tally(
                use_case="content-moderation",
                key="hour 9",
                since="2026-11-23T08:00:00Z",
                until="2026-11-23T09:00:00Z",
                counts=[{"label": "clean", "band": [0.92, 1.0], "count": 9}],
            )
            withdrawn = hitl.withdraw(case.id, reason="deleted")
            assert late == case
            return case, withdrawn, many, stored

    case, withdrawn, many, stored = await asyncio.to_thread(talk)
    assert withdrawn.state is CaseState.WITHDRAWN
    assert many[0] == case
    assert isinstance(many[1], HitlRefused)
    assert many[1].errors[0]["field"] == "scores.no"
    assert stored is True


async def test_a_refusal_names_the_fields(url: str) -> None:
    async with AsyncHitl(url, api_key=KEY) as hitl:
        with pytest.raises(HitlRefused, match="colour: is not a known field") as refusal:
            await hitl.submit(**UNSURE, colour="red")
        assert refusal.value.status == 422
        with pytest.raises(HitlRefused, match="There is no case 99"):
            await hitl.case(99)


async def test_a_wrong_key_is_said_in_words(url: str) -> None:
    async with AsyncHitl(url, api_key="not-the-right-key") as hitl:
        with pytest.raises(HitlRefused, match="HITL_API_KEYS") as refusal:
            await hitl.submit(**UNSURE)
    assert refusal.value.status == 401
