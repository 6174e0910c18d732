"""Retraining by webhook: delivered like every other, and its run ends when that has ended."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from bot.delivery.retraining_notice import retrained
from bot.retraining.work import do_waiting_run
from hitl.learning.runs import (
    LEASE_FOR,
    Run,
    ask_for_retraining,
    give_up_lost_run,
    latest_runs,
)
from hitl.policy import Retrain
from hitl.storage.dead_letters import replay
from hitl.storage.outbox import Kind
from hitl.storage.tables import outbox
from tests.delivery.calling import SECRET, Calling
from tests.delivery.running import RunningClock, until
from tests.learning.reading import decided
from tests.receiver import Behaviour, Receiver, answer, reset, wait

NAME = "content-moderation"


async def asked(calling: Calling, occasion: str = "today") -> int | None:
    ask = partial(ask_for_retraining, use_case=NAME, occasion=occasion)
    return await calling.database.write(ask)


async def begun(calling: Calling, url: str, *, labels: int = 2) -> None:
    """A run with so many labels whose webhook waits in the outbox."""
    for number in range(labels):
        await calling.database.write(partial(decided, key=f"post-{number}"))
    assert await asked(calling) is not None
    rule = Retrain(every="week", webhook=url)
    use_case = calling.policy.use_case(NAME)
    assert await do_waiting_run(calling.database, use_case=use_case, rule=rule) is None


async def run_of(calling: Calling) -> Run:
    [run] = await calling.database.read(latest_runs)
    return run


async def ended(calling: Calling) -> Run:
    async def over() -> Run | None:
        run = await run_of(calling)
        return None if run.goes_on else run

    found: Run = await until(over)
    return found


async def put_back(calling: Calling, words: str) -> Run:
    """The run once its webhook waits for another try, for this reason."""

    async def noted() -> Run | None:
        run = await run_of(calling)
        return run if words in run.result["detail"] else None

    found: Run = await until(noted)
    return found


async def notices(calling: Calling) -> list[str]:
    chosen = select(outbox.c.payload).where(outbox.c.kind == Kind.NOTICE).order_by(outbox.c.id)
    payloads = await calling.database.read(lambda c: list(c.execute(chosen).scalars()))
    return [retrained(payload, use_case=NAME) for payload in payloads]


async def test_the_server_is_told_once_signed_with_the_manifest(
    calling: Calling, receiver: Receiver
) -> None:
    await begun(calling, receiver.url)
    async with calling.delivering(SECRET):
        run = await ended(calling)
    assert (run.state, run.labels, run.through) == ("succeeded", 2, 2)
    assert run.result["detail"] == "the webhook answered 200"
    [request] = receiver.received
    body = Webhook(SECRET).verify(request.content, dict(request.headers))
    told = body["data"]
    assert body["type"] == "labels.ready"
    assert (told["use_case"], told["labels"], told["through"]) == (NAME, 2, "2")
    assert told["path"] == f"/v1/labels?use_case={NAME}"
    [said] = await notices(calling)
    assert "The webhook knows of new labels: content-moderation" in said
    assert "2 labels, 2 of them new" in said


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(500), "answered 500"),
        (wait(5.0), "no answer (TimeoutError)"),
        (reset, "no answer (ServerDisconnectedError)"),
        (answer(302, Location="/elsewhere"), "answered 302"),
    ],
)
async def test_one_that_fails_is_told_again_under_the_same_id(
    calling: Calling, receiver: Receiver, clock: RunningClock, behaviour: Behaviour, words: str
) -> None:
    receiver.will(behaviour)
    await begun(calling, receiver.url)
    async with calling.delivering(SECRET):
        run = await put_back(calling, words)
        assert run.goes_on
        assert run.result["detail"].endswith("it is tried again")
        assert await notices(calling) == []
        clock.advance(seconds=5)
        assert (await ended(calling)).state == "succeeded"
    first, second = receiver.received
    assert first.id == second.id
    assert first.content == second.content
    # A redirect is followed nowhere: the labels' manifest goes to the address that was named.
    assert {request.path for request in receiver.received} == {"/hook"}


async def test_a_run_whose_server_is_still_to_be_told_is_neither_lost_nor_doubled(
    calling: Calling, receiver: Receiver, clock: RunningClock
) -> None:
    receiver.will(answer(503))
    await begun(calling, receiver.url)
    async with calling.delivering(SECRET):
        await put_back(calling, "answered 503")
    clock.advance(seconds=LEASE_FOR.total_seconds() + 60)
    give_up = partial(give_up_lost_run, use_case=calling.policy.use_case(NAME))
    assert not await calling.database.write(give_up)
    assert await asked(calling, "the next week") is None
    async with calling.delivering(SECRET):
        await ended(calling)
    assert await asked(calling, "the next week") is not None


@pytest.mark.parametrize(
    ("secrets", "allowed", "why"),
    [
        ([SECRET], "10.0.0.1", "HITL_WEBHOOK_ALLOW"),
        ([], "127.0.0.1", "HITL_WEBHOOK_SECRETS is not set"),
    ],
)
async def test_what_may_not_be_reached_or_can_not_be_signed_fails_at_once(
    calling: Calling, receiver: Receiver, secrets: list[str], allowed: str, why: str
) -> None:
    await begun(calling, receiver.url)
    async with calling.delivering(*secrets, allowed=allowed):
        run = await ended(calling)
    assert run.state == "failed"
    assert why in run.result["detail"]
    assert receiver.received == []
    [said] = await notices(calling)
    assert "Retraining failed: content-moderation" in said
    assert "hitl outbox" in said


async def test_a_dead_letter_that_is_sent_again_makes_its_run_a_success_after_all(
    calling: Calling, receiver: Receiver
) -> None:
    receiver.will(answer(410))
    await begun(calling, receiver.url)
    async with calling.delivering(SECRET):
        assert (await ended(calling)).state == "failed"
        await calling.database.write(partial(replay, ids=None))

        async def told() -> Any:
            return (await run_of(calling)).state == "succeeded"

        await until(told)
    assert len(receiver.received) == 2
    failed, succeeded = await notices(calling)
    assert "answered 410" in failed
    assert "The webhook knows of new labels" in succeeded
