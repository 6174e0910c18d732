"""Whom the case is about answers, in Slack or in the caller's product; else others are asked."""

from typing import Any

import httpx

from tests.delivery.running import until
from tests.strategies.conftest import ANA, USER, Stage, Staging
from tests.strategies.models import REVIEW

ASK = (
    '{ to = "ask_user", within = "10m", question = "Is this reply meant as an insult?",'
    ' answers = { clean = "No, it is a joke" } }'
)
SHORT = '{ to = "ask_user", within = "1s" }'
QUESTION = "Is this reply meant as an insult?"


async def answered(stage: Stage, case: dict[str, Any], **body: Any) -> httpx.Response:
    return await stage.post(case, "answer", **{"token": case["ask"]["token"]} | body)


async def test_the_user_answers_by_direct_message(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    case = await stage.submit()
    assert case["route"]["to"] == "ask_user"
    asked = await stage.message(QUESTION)
    assert asked.buttons == ["No, it is a joke", "remove post", "I'd rather not say"]
    assert asked.says("You call that a risotto?")
    assert not asked.says("70 %")
    await stage.click(USER, asked, "No, it is a joke")
    decided = await stage.decided(case)
    assert decided["outcome"]["by"] == "user"
    assert (decided["outcome"]["label"], decided["outcome"]["reviewer"]) == ("clean", None)
    thanks = await stage.message("You chose *No, it is a joke*")
    assert thanks.buttons == []
    assert await stage.cards() == []


async def test_nobody_else_can_answer_for_them(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    case = await stage.submit()
    asked = await stage.message(QUESTION)
    async with stage.person(ANA) as ana:
        await ana.click(asked, "No, it is a joke")
    assert (await stage.api.get(f"/v1/cases/{case['id']}")).json()["state"] == "open"


async def test_who_would_rather_not_say_leaves_it_to_people(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    case = await stage.submit()
    await stage.click(USER, await stage.message(QUESTION), "I'd rather not say")
    card = await stage.card()
    assert card.says("The user would rather not decide")
    assert (await stage.message("You would rather not decide this")).buttons == []
    await stage.click(ANA, card, "Reject · remove post")
    assert (await stage.decided(case))["outcome"]["by"] == "reviewer"


async def test_silence_leaves_it_to_people_and_first_outcome_wins(staged: Staging) -> None:
    stage = await staged(SHORT, REVIEW)
    case = await stage.submit()
    card = await stage.card()
    assert card.says("The user did not answer within 1 s")
    asked = await stage.message("your answer counts if you are first")
    await stage.click(ANA, card, "Reject · remove post")
    await stage.decided(case)
    told = await stage.message(f"This needs no answer any more: <@{ANA}> decided")
    assert told.buttons == []
    late = await answered(stage, case, label="clean")
    assert late.status_code == 409
    assert late.json()["type"] == "urn:hitl:problem:already-decided"
    assert late.json()["outcome"]["label"] == "violation"
    assert (await answered(stage, case, label="clean")).json()["type"].endswith("already-answered")
    assert asked.ts == told.ts


async def test_a_late_answer_counts_while_the_case_is_open(staged: Staging) -> None:
    stage = await staged(SHORT, REVIEW)
    case = await stage.submit()
    await stage.card()
    await stage.click(USER, await stage.message("your answer counts"), "remove post")
    assert (await stage.decided(case))["outcome"]["by"] == "user"

    async def settled() -> bool:
        return any(card.says("by the user who was asked") for card in await stage.cards())

    await until(settled)


async def test_the_user_answers_in_the_caller_s_product(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    case = await stage.submit(ask=...)
    assert case["ask"]["question"] == QUESTION
    assert case["ask"]["labels"] == ["clean", "violation"]
    assert case["ask"]["words"] == {"clean": "No, it is a joke", "violation": "remove post"}
    again = await stage.api.get(f"/v1/cases/{case['id']}")
    assert again.json() == case
    assert (await stage.stranger.get(f"/v1/cases/{case['id']}")).json()["ask"]["token"] is None
    wrong = await answered(stage, case, token="guessed", label="clean")
    assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:hitl:problem:token-wrong")
    assert (await answered(stage, case, label="spam")).status_code == 422
    assert (await answered(stage, case)).status_code == 422
    assert (await answered(stage, case, label="clean", declines=True)).status_code == 422
    right = await answered(stage, case, label="violation", by="user 77")
    assert right.status_code == 200
    assert right.json()["outcome"]["by"] == "user"
    assert "ask" not in right.json()


async def test_the_same_request_again_is_told_the_same_token(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    case = await stage.submit(ask=...)
    request = {"use_case": "content-moderation", "key": "post-2", "scores": {"violation": 0.7}}
    first = (await stage.api.post("/v1/cases", json=request)).json()
    second = (await stage.api.post("/v1/cases", json=request)).json()
    assert first == second
    assert first["ask"]["token"] not in (None, case["ask"]["token"])
    batch = (await stage.api.post("/v1/cases/batch", json={"cases": [request]})).json()
    assert batch["results"][0]["case"] == first
    listed = (await stage.api.get("/v1/cases")).json()["items"]
    assert all("ask" not in item for item in listed)


async def test_declining_by_the_api_goes_on_at_once(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    case = await stage.submit(ask=...)
    declined = await answered(stage, case, declines=True)
    assert (declined.status_code, declined.json()["state"]) == (200, "open")
    assert (await stage.card()).says("would rather not decide")


async def test_whom_slack_does_not_know_is_not_waited_for(staged: Staging) -> None:
    stage = await staged(ASK, REVIEW)
    stage.workspace.change_user(USER, deleted=True)
    await stage.submit()
    card = await stage.card()
    assert card.says("The user could not be asked in Slack (user_disabled)")
