"""Second models over real HTTP: they stand where all agree; else people see what each said."""

import asyncio
import json
from typing import Any

import pytest
from standardwebhooks import Webhook

from bot.delivery.opinions import NoOpinion, read_opinion
from tests.delivery.calling import SECRET
from tests.examples import moderation
from tests.receiver import Behaviour, answer, reset, trickle, wait
from tests.strategies.conftest import ANA, TOKEN, Staging
from tests.strategies.models import REVIEW, answers, model, says, step, writes


async def test_one_that_agrees_decides_and_nobody_is_asked(staged: Staging) -> None:
    async with model(says("violation", 0.97, model="big@2", reason="a slur")) as big:
        stage = await staged(step(big), REVIEW)
        case = await stage.submit()
        assert case["route"] == {
            "to": "second_model",
            "reason": "violation 70 % is under its 87 % threshold",
        }
        decided = await stage.decided(case)
        assert decided["outcome"]["by"] == "model"
        assert decided["outcome"]["label"] == "violation"
        assert decided["outcome"]["verdict"] == "reject"
        assert await stage.cards() == []
        assert len(big.received) == 1


async def test_a_model_is_told_the_item_and_not_what_the_ai_said(staged: Staging) -> None:
    async with model(says("violation", 0.97)) as big:
        stage = await staged(step(big), REVIEW)
        await stage.decided(await stage.submit())
        [asked] = big.received
    Webhook(SECRET).verify(asked.content, dict(asked.headers))
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    told = asked.body["data"]
    assert asked.body["type"] == "case.opinion"
    assert told["labels"] == ["clean", "violation"]
    assert told["text"] == "You call that a risotto?"
    assert told["question"] == "May this post stay up?"
    assert told["context"][2] == {
        "title": "Author",
        "fields": {"Age of account": "3 years", "Strikes": "0"},
    }
    words = json.dumps(told)
    assert "0.7" not in words
    assert "Matches two slur patterns" not in words


async def test_two_that_disagree_are_shown_to_people(staged: Staging) -> None:
    async with (
        model(says("violation", 0.97, model="big@2", reason="A slur, not quoted")) as big,
        model(says("clean", 0.99, model="small@7")) as small,
    ):
        stage = await staged(step(big, small), REVIEW)
        case = await stage.submit()
        card = await stage.card()
        assert card.says("· big@2")
        assert card.says("A slur, not quoted")
        assert card.says("· small@7")
        assert card.says("Not enough to decide: they disagree")
        async with stage.person(ANA) as ana:
            assert await ana.click(card, "Approve · keep post")
        decided = await stage.decided(case)
        assert (decided["outcome"]["by"], decided["outcome"]["reviewer"]) == ("reviewer", ANA)


TEXT = "You call that a risotto?"
"""A language model may well answer with the item's own words instead of a label."""
NO_OPINIONS: dict[str, Behaviour] = {
    "says violation, but 80 % is under its 87 % threshold": says("violation", 0.80),
    "says clean at 99 %, and the AI says violation": says("clean", 0.99),
    "needs scores, or label with confidence": answers({"label": "violation"}),
    'unknown label; known: "clean" and "violation"': answers({"scores": {TEXT: 1}}),
    "less than or equal to 1": answers({"scores": {TEXT: 7}}),
    "tie at 50 %": answers({"scores": {"violation": 0.5, "clean": 0.5}}),
    "gave no opinion": answers([]),
    "finite number": writes('{"scores": {"violation": NaN}}'),
    "the answer is not JSON": writes("violation, surely"),
    "gave no opinion: the answer is not JSON": writes("[" * 100_000),
    "longer than 256 KiB": trickle,
    "answered 404": answer(404),
    "answered 302": answer(302, Location="/elsewhere"),
}
"""By the reason that people read."""


async def test_anything_else_goes_to_people_with_the_reason(staged: Staging) -> None:
    async with model(*NO_OPINIONS.values()) as odd:
        stage = await staged(step(odd, within="8s"), REVIEW)
        for number, why in enumerate(NO_OPINIONS, start=1):
            case = await stage.submit(f"post-{number}")
            card = await stage.card(f"case {case['id']} ")
            assert card.says(why), why
            assert len(odd.received) == number
            assert (await stage.api.get(f"/v1/cases/{case['id']}")).json()["state"] == "open"


@pytest.mark.parametrize("answer", [{"scores": {TEXT: 1}}, {"scores": {TEXT: 7}}])
def test_what_it_wrote_for_a_label_is_kept_nowhere(answer: dict[str, Any]) -> None:
    content = json.dumps(answer).encode()
    with pytest.raises(NoOpinion) as refused:
        read_opinion(content, name="big@2", use_case=moderation(), keep_name=True)
    assert TEXT not in str(refused.value)


async def test_a_slow_one_is_waited_for_as_long_as_the_policy_says(staged: Staging) -> None:
    async with model(wait(30)) as slow, model(says("violation", 0.99)) as quick:
        stage = await staged(step(slow, quick, within="1s"), REVIEW)
        await stage.submit()
        card = await stage.card()
        assert card.says("127.0.0.1 did not answer within")
        assert card.says("· 127.0.0.1")


@pytest.mark.parametrize("trouble", [answer(500), answer(429), reset])
async def test_a_passing_trouble_is_tried_again_under_the_same_id(
    staged: Staging, trouble: Behaviour
) -> None:
    async with model(trouble, says("violation", 0.97)) as shaky:
        stage = await staged(step(shaky), REVIEW)
        decided = await stage.decided(await stage.submit())
        assert decided["outcome"]["by"] == "model"
        first, second = shaky.received
        assert first.id == second.id
        assert first.content != b""
        figures = (
            await stage.api.get("/v1/stats", params={"use_case": "content-moderation"})
        ).json()
        assert figures["escalated"] == 0
        assert figures["by_model"] == 1
        assert figures["cost"]["second_models"] == pytest.approx(0.1)


async def test_one_that_is_down_leaves_it_to_people(staged: Staging) -> None:
    async with model(says("violation", 1.0)) as gone:
        pass
    stage = await staged(step(gone), REVIEW)
    await stage.submit()
    card = await stage.card()
    assert card.says("could not be reached")
    assert f"{gone.port}" not in card.text


async def test_a_model_inside_the_network_is_not_asked_unless_that_is_allowed(
    staged: Staging,
) -> None:
    async with model(says("violation", 1.0)) as inside:
        stage = await staged(step(inside), REVIEW, webhook_allow=())
        await stage.submit()
        card = await stage.card()
        assert card.says("can't be asked: the address must begin with https://")
        assert inside.received == []


async def test_many_cases_at_once_are_each_asked_about_once(staged: Staging) -> None:
    async with model(says("violation", 0.97)) as big:
        stage = await staged(step(big), REVIEW)
        cases: list[dict[str, Any]] = await asyncio.gather(
            *(stage.submit(f"post-{number}") for number in range(12))
        )
        await asyncio.gather(*map(stage.decided, cases))
        asked = [request.body["data"]["id"] for request in big.received]
        assert sorted(asked) == sorted(case["id"] for case in cases)
