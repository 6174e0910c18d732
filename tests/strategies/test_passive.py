"""The AI's answer stands at once; whether it was right is asked afterwards."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hitl.storage.database import Database
from hitl.storage.tables import truths
from tests.delivery.running import until
from tests.receiver import running_receiver
from tests.strategies.conftest import ANA, USER, Staging

PASSIVE = '{ to = "passive" }'
REVISING = '{ to = "passive", revise = true, question = "Did we get this right?" }'
ON_CARD = '{ to = "passive", feedback = "channel", revise = true }'
SILENT = '{ to = "passive", feedback = "api" }'


async def truths_of(case: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    database = Database(f"sqlite:///{folder}/hitl.db")
    rows = await database.read(
        lambda c: c.execute(
            select(truths.c.label, truths.c.source).where(truths.c.case_id == case["id"])
        ).all()
    )
    database.close()
    return [(row.label, row.source) for row in rows]


async def test_the_answer_stands_and_the_user_is_asked(staged: Staging, tmp_path: Path) -> None:
    stage = await staged(PASSIVE)
    case = await stage.submit()
    assert case["state"] == "decided"
    assert case["route"]["to"] == "passive"
    assert (case["outcome"]["by"], case["outcome"]["label"]) == ("ai", "violation")
    asked = await stage.message("Was this right?")
    assert asked.buttons == ["Yes", "No: keep post"]
    await stage.click(USER, asked, "Yes")
    assert (await stage.message("says this was right")).buttons == []
    after = (await stage.api.get(f"/v1/cases/{case['id']}")).json()
    assert after == case
    assert await truths_of(case, tmp_path) == [("violation", "feedback")]
    assert await stage.cards() == []


async def test_a_no_is_a_label_and_revises_only_where_the_policy_says_so(
    staged: Staging, tmp_path: Path
) -> None:
    stage = await staged(PASSIVE)
    case = await stage.submit()
    await stage.click(USER, await stage.message("Was this right?"), "No: keep post")
    await stage.message("says this was wrong, and *keep post* right")
    assert await truths_of(case, tmp_path) == [("clean", "feedback")]
    after = (await stage.api.get(f"/v1/cases/{case['id']}")).json()
    assert after["outcome"] == case["outcome"]


async def test_a_no_revises_and_callers_are_told(staged: Staging) -> None:
    async with running_receiver() as caller:
        stage = await staged(REVISING)
        case = await stage.submit(callback_url=caller.url)
        await stage.click(USER, await stage.message("Did we get this right?"), "No: keep post")
        await stage.message("It stands corrected")
        after = (await stage.api.get(f"/v1/cases/{case['id']}")).json()
        assert (after["outcome"]["by"], after["outcome"]["label"]) == ("user", "clean")
        assert after["outcome"]["revision"] == 2

        async def told() -> bool:
            return len(caller.received) == 1

        await until(told)
        [webhook] = caller.received
        assert webhook.body["type"] == "case.revised"
        assert webhook.body["data"] == after


async def test_reviewers_are_asked_on_a_card(staged: Staging) -> None:
    stage = await staged(ON_CARD)
    case = await stage.submit()
    async with stage.person(ANA) as ana:
        card = await ana.wait_for_message("C0MOD", "Was this right?", timeout=15)
    await stage.click(ANA, card, "No: keep post")
    after = (await stage.api.get(f"/v1/cases/{case['id']}")).json()
    assert (after["outcome"]["by"], after["outcome"]["reviewer"]) == ("reviewer", ANA)
    assert after["outcome"]["label"] == "clean"


async def test_feedback_comes_by_the_api(staged: Staging, tmp_path: Path) -> None:
    stage = await staged(SILENT)
    case = await stage.submit()
    assert (await stage.post(case, "feedback", right=False, label="spam")).status_code == 422
    assert (await stage.post(case, "feedback", right=True, label="clean")).status_code == 422
    assert (await stage.post(case, "feedback", right=False, label="violation")).status_code == 422
    assert (await stage.post(case, "feedback", right=False, by="user 77")).status_code == 200
    assert (await stage.post(case, "feedback", right=False)).status_code == 200
    second = await stage.post(case, "feedback", right=True)
    assert (second.status_code, second.json()["type"]) == (409, "urn:hitl:problem:feedback-given")
    assert await truths_of(case, tmp_path) == [("clean", "feedback")]


@pytest.mark.parametrize(("score", "status"), [(0.99, 200), (0.70, 409)])
async def test_feedback_is_taken_of_whatever_stands_as_the_ai_said(
    staged: Staging, score: float, status: int
) -> None:
    stage = await staged('{ to = "review" }')
    case = await stage.submit(scores={"violation": score})
    assert (await stage.post(case, "feedback", right=True)).status_code == status
