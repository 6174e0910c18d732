"""What many rows in one statement keep of each of them, on either database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hitl.storage.database import Database
from hitl.storage.statements import insert_all, insert_all_new
from hitl.storage.tables import case_contents, cases
from hitl.vocabulary import CaseState, RouteTo
from tests.conftest import MONDAY


def _case(key: str, **others: Any) -> dict[str, Any]:
    return {
        "use_case": "digits",
        "key": key,
        "fingerprint": "f",
        "state": CaseState.OPEN,
        "route_to": RouteTo.REVIEW,
        "route_reason": "7 62 % is under its 85 % threshold",
        "routed_by": "policy",
        "label": "7",
        "confidence": None,
        "scores": {"7": 0.62},
        "margin": 0.1,
        "policy_version": "v",
        "draw": 0.5,
        "audit_rate": 0.02,
        "double_draw": 1.0,
        "reviews_needed": 1,
        "is_blind": False,
        "awaits_check": False,
        "submitted_at": MONDAY,
        "steps_taken_seconds": 0,
        "is_overdue": False,
        "events": 1,
    } | others


async def test_rows_come_back_as_they_went_in(database: Database) -> None:
    rows = [
        _case("plain"),
        _case(
            'odd "quotes", 100 % :of \\ them ✓',
            draw=0.1 + 0.2,
            margin=5e-324,
            confidence=1 - 2**-53,
            is_blind=True,
            scores={"ü\\": 1e-07, '"': 0.30000000000000004},
            submitted_at=MONDAY + timedelta(microseconds=1),
        ),
    ]
    told = await database.write(
        lambda tx: insert_all_new(tx.connection, cases, rows, cases.c.id, cases.c.key)
    )
    assert {row.key for row in told} == {row["key"] for row in rows}
    of_each = select(*(cases.c[name] for name in rows[0])).order_by(cases.c.key.desc())
    stored = await database.read(lambda c: c.execute(of_each).mappings().all())
    assert [dict(row) for row in stored] == rows


@pytest.mark.parametrize(
    "value", [None, {"b": 1, "a": 2}, "\x00", "\ud800", [2**70, 1e300], {"": [None, True]}, "✓"]
)
async def test_any_json_of_a_caller_comes_back(database: Database, value: Any) -> None:
    [case] = await database.write(
        lambda tx: insert_all_new(tx.connection, cases, [_case("one")], cases.c.id)
    )
    content = {
        "case_id": case.id,
        "title": None,
        "evidence": [{"title": "%(rows)s"}],
        "caller_metadata": value,
    }
    await database.write(lambda tx: insert_all(tx.connection, case_contents, [content]))
    stored = await database.read(lambda c: c.execute(select(case_contents)).one())
    assert (stored.evidence, stored.caller_metadata) == (content["evidence"], value)
    if isinstance(value, dict):
        assert list(stored.caller_metadata) == list(value)


async def test_rows_that_are_there_already_are_not_told_and_stay(database: Database) -> None:
    def add(*rows: dict[str, Any]) -> Any:
        return database.write(
            lambda tx: [row.key for row in insert_all_new(tx.connection, cases, rows, cases.c.key)]
        )

    assert sorted(await add(_case("a"), _case("b"))) == ["a", "b"]
    assert await add(_case("b", label="1"), _case("c")) == ["c"]
    stored = await database.read(lambda c: c.execute(select(cases.c.key, cases.c.label)).all())
    assert {row.key: row.label for row in stored} == {"a": "7", "b": "7", "c": "7"}


async def test_no_rows_are_no_statement(database: Database) -> None:
    await database.write(lambda tx: insert_all(tx.connection, cases, []))
    assert (
        await database.write(lambda tx: len(insert_all_new(tx.connection, cases, [], cases.c.id)))
        == 0
    )
