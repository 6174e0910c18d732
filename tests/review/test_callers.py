"""Whoever asked to be told of a case gets a row in the outbox with what they will be told."""

from typing import Any

import pytest
from sqlalchemy import Row

from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review import add_note, submit, vote, withdraw
from hitl.storage.database import Database
from hitl.storage.tables import outbox
from hitl.vocabulary import Verdict
from tests.examples import moderation, post

CALLER = "https://caller.example/told"
TEAM = "https://team.example:8443/hitl"


def told() -> UseCase:
    return moderation().model_copy(update={"webhooks": (TEAM,)})


async def submitted(database: Database, use_case: UseCase, **changes: Any) -> Case:
    case, _ = await database.write(
        lambda tx: submit(tx, post(**changes), use_case=use_case, draw=0.5)
    )
    return case


async def decided(database: Database, case: Case, use_case: UseCase) -> Case:
    return await database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.FLAG, reviewer="U0ANA", use_case=use_case)
    )


async def webhooks(database: Database) -> list[Row[Any]]:
    chosen = outbox.select().where(outbox.c.kind == "webhook").order_by(outbox.c.id)
    return await database.read(lambda connection: list(connection.execute(chosen)))


async def targets(database: Database) -> list[str]:
    return [row.payload["target"] for row in await webhooks(database)]


async def test_a_verdict_is_told_to_the_case_s_caller_and_the_use_case_s_webhooks(
    database: Database,
) -> None:
    case = await submitted(database, told(), callback_url=CALLER, metadata={"post": 7})
    assert await webhooks(database) == []
    await decided(database, case, told())
    caller, team = await webhooks(database)
    assert (caller.payload["target"], team.payload["target"]) == (CALLER, TEAM)
    assert (caller.lane, team.lane) == ("webhook/caller.example", "webhook/team.example:8443")
    assert caller.stream != team.stream
    assert caller.payload["body"] == team.payload["body"] == {
        "type": "case.decided",
        "timestamp": "2026-11-23T09:00:00Z",
        "data": {
            "id": case.id,
            "use_case": "content-moderation",
            "key": "post-1",
            "state": "decided",
            "route": {"to": "review", "reason": case.route_reason},
            "prediction": {"label": "violation", "confidence": 0.7},
            "outcome": {
                "verdict": "flag",
                "label": "clean",
                "by": "reviewer",
                "reviewer": "U0ANA",
                "note": None,
                "decided_at": "2026-11-23T09:00:00Z",
                "revision": 1,
                "flagged": True,
            },
            "metadata": {"post": 7},
        },
    }  # fmt: skip


async def test_what_stands_at_once_is_told_to_the_use_case_s_webhooks_alone(
    database: Database,
) -> None:
    case = await submitted(database, told(), violation=0.99, callback_url=CALLER)
    [row] = await webhooks(database)
    assert row.payload["target"] == TEAM
    assert row.payload["body"]["type"] == "case.decided"
    assert row.payload["body"]["data"]["outcome"]["by"] == "ai"
    assert row.case_id == case.id


async def test_a_withdrawal_is_told(database: Database) -> None:
    case = await submitted(database, told(), callback_url=CALLER)
    for _ in range(2):
        await database.write(lambda tx: withdraw(tx, case.id, by="caller", webhooks=(TEAM,)))
    rows = await webhooks(database)
    assert [row.payload["target"] for row in rows] == [CALLER, TEAM]
    assert {row.payload["body"]["type"] for row in rows} == {"case.withdrawn"}
    assert {row.payload["body"]["data"]["state"] for row in rows} == {"withdrawn"}


async def test_one_target_named_twice_is_told_once(database: Database) -> None:
    case = await submitted(database, told(), callback_url=TEAM)
    await decided(database, case, told())
    assert await targets(database) == [TEAM]


@pytest.mark.parametrize("violation", [0.70, 0.99])
async def test_where_nobody_asked_nobody_is_told(database: Database, violation: float) -> None:
    case = await submitted(database, moderation(), violation=violation)
    await database.write(lambda tx: add_note(tx, case.id, author="U0ANA", text="hm"))
    assert await webhooks(database) == []


async def test_the_same_submission_again_tells_nobody_again(database: Database) -> None:
    for _ in range(2):
        await submitted(database, told(), violation=0.99)
    assert await targets(database) == [TEAM]
