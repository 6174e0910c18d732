"""What one replica stores wakes whoever waits for it on another."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.intake.routes import reading
from bot.services import Services
from hitl.storage import replicas as line
from hitl.storage.bell import case_topic, outbox_topic
from hitl.storage.database import Database, Transaction
from tests.examples import example_policy
from tests.intake.requests import moderation_case
from tests.postgres import end_connections

KEY = "a-key-for-tests-only"
PATIENCE_SECONDS = 5


def announcing(*topics: str) -> Callable[[Transaction], None]:
    def announce(tx: Transaction) -> None:
        for topic in topics:
            tx.announce(topic)

    return announce


async def heard(listener: Database, teller: Database, topic: str) -> None:
    """Return once the topic, told again and again, rings on the other side."""
    with listener.bell.listening(topic) as rung:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not rung.is_set():
                await teller.write(announcing(topic))
                await asyncio.sleep(0.02)


def caller_of(database: Database) -> httpx.AsyncClient:
    services = Services(database=database, policy=example_policy(), draw=lambda: 0.5)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(build_intake(services, keyring=Keyring([SecretStr(KEY)]))),
        base_url="http://hitl",
        headers={"Authorization": f"Bearer {KEY}"},
    )


async def test_a_ring_reaches_the_other_replicas(replicas: list[Database]) -> None:
    here, there, *_ = replicas
    await heard(there, here, case_topic(1))
    with there.bell.listening(case_topic(2)) as rung:
        await here.write(announcing(case_topic(2)))
        await asyncio.wait_for(rung.wait(), PATIENCE_SECONDS)


async def test_more_topics_than_one_message_holds_all_arrive(replicas: list[Database]) -> None:
    here, there, *_ = replicas
    await heard(there, here, "line:up")
    topics = [case_topic(number) for number in range(3_000)]
    with there.bell.listening(topics[0]) as first, there.bell.listening(topics[-1]) as last:
        await here.write(announcing(*topics))
        await asyncio.wait_for(asyncio.gather(first.wait(), last.wait()), PATIENCE_SECONDS)


async def test_a_message_of_some_other_program_is_passed_over(replicas: list[Database]) -> None:
    here, there, *_ = replicas
    await heard(there, here, "line:up")
    await here.write(lambda tx: tx.connection.execute(text("NOTIFY hitl")))
    await heard(there, here, case_topic(1))


async def test_what_is_in_the_outbox_is_told_to_nobody_else(replicas: list[Database]) -> None:
    here, there, *_ = replicas
    topic = outbox_topic("slack")
    with here.bell.listening(topic) as own, there.bell.listening(topic) as other:
        await here.write(announcing(topic))
        await heard(there, here, "line:up")
        assert own.is_set()
        assert not other.is_set()


async def test_whoever_waits_is_rung_once_a_broken_line_stands_again(
    replicas: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_REDIAL_SECONDS", 0.01)
    here, there, *_ = replicas
    await heard(there, here, "line:up")
    with there.bell.listening(case_topic(1)) as rung:
        await asyncio.to_thread(end_connections, here.url)
        await asyncio.wait_for(rung.wait(), PATIENCE_SECONDS)
    await heard(there, here, case_topic(2))


@pytest.mark.parametrize("line_stands", [True, False])
async def test_a_verdict_on_one_replica_is_awaited_on_another(
    replicas: list[Database], monkeypatch: pytest.MonkeyPatch, line_stands: bool
) -> None:
    if line_stands:
        await heard(replicas[0], replicas[1], "line:up")
    else:
        monkeypatch.setattr(line.Replicas, "tell", lambda *_: None)
        monkeypatch.setattr(reading, "LOOK_EVERY_SECONDS", 0.1)
    async with caller_of(replicas[0]) as a, caller_of(replicas[1]) as b:
        case = (await a.post("/v1/cases", json=moderation_case("post-1"))).json()["id"]
        waiting = asyncio.create_task(a.get(f"/v1/cases/{case}", params={"wait": 60}))
        await asyncio.sleep(0.2)
        vote = {"reviewer": "ana", "verdict": "reject"}
        assert (await b.post(f"/v1/cases/{case}/reviews", json=vote)).status_code == 201
        answer = (await asyncio.wait_for(waiting, 2)).json()
    assert answer["outcome"]["label"] == "violation"
