"""What arrives again, by whatever way and however often, changes nothing the second time."""

import asyncio

import pytest

from tests.faults.conftest import Staged
from tests.faults.launcher import ANSWER_BEFORE, Failpoint
from tests.faults.ledger import Ledger
from tests.faults.stage import REVIEWERS, Click
from tests.intake.requests import moderation_case

ANA, BEN, *_ = REVIEWERS


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_a_click_delivered_twelve_times_decides_once(staged: Staged) -> None:
    ledger = Ledger()
    async with staged() as stage, stage.service.api() as api:
        request = moderation_case(callback_url=stage.receiver.url)
        document = (await api.post("/v1/cases", json=request)).json()
        ledger.submitted[request["key"]] = (request, document)
        assert await stage.settled()
        [card] = stage.open_cards().values()
        stage.workspace.order_fault("delivery", "repeat", copies=12)
        # All but one of the copies are told that it is decided already.
        assert await stage.click(ANA, card, "reject") is not Click.UNANSWERED
        ledger.won[document["id"]] = (ANA, "reject")
        # Some that come late.
        assert await stage.click(BEN, card, "approve") is Click.REFUSED
        assert await stage.click(ANA, card, "reject") is Click.REFUSED
        decided = (await api.get(f"/v1/cases/{document['id']}", params={"wait": 5})).json()
        assert (decided["outcome"]["reviewer"], decided["outcome"]["verdict"]) == (ANA, "reject")
        ledger.note("reader", decided)
        assert await stage.settled()
        assert not ledger.check_settled(stage)


async def test_thirty_two_identical_submissions_at_once_make_one_case(staged: Staged) -> None:
    ledger = Ledger()
    request = moderation_case()
    async with staged() as stage, stage.service.api() as api:
        answers = await asyncio.gather(*(api.post("/v1/cases", json=request) for _ in range(32)))
        assert sorted(answer.status_code for answer in answers) == [200] * 31 + [201]
        documents = [answer.json() for answer in answers]
        assert all(document == documents[0] for document in documents)
        ledger.submitted[request["key"]] = (request, documents[0])
        other = await api.post("/v1/cases", json=request | {"text": "Another text"})
        assert other.status_code == 422
        assert other.json()["type"] == "urn:hitl:problem:key-reused"
        assert await stage.settled()
        assert not ledger.check_settled(stage)


async def test_a_submission_whose_answer_a_crash_swallowed_can_be_sent_again(
    staged: Staged,
) -> None:
    ledger = Ledger()
    request = moderation_case()
    async with staged() as stage, stage.service.api() as api:
        await stage.service.kill()
        await stage.service.start(failpoint=Failpoint(ANSWER_BEFORE, about="/v1/cases"))
        answers = await asyncio.gather(
            *(api.post("/v1/cases", json=request) for _ in range(8)), return_exceptions=True
        )
        assert all(isinstance(answer, Exception) for answer in answers)
        await stage.service.ended()
        await stage.service.start()
        again = await api.post("/v1/cases", json=request)
        assert again.status_code == 200
        ledger.submitted[request["key"]] = (request, again.json())
        assert await stage.settled()
        assert not ledger.check_settled(stage)
