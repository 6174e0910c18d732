"""Every door, and whoever has no key to it: nothing happens, and nothing of others is told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.intake.stored_keys import look_at_keys
from bot.services import Services
from hitl.api_keys import Scope, new_key
from hitl.storage.api_keys import create_key, revoke_key
from hitl.storage.tables import audit_events, tallies
from tests.intake.doors import DIGIT, DOORS, Door
from tests.intake.requests import moderation_case

OURS = frozenset({"content-moderation"})
OPEN = {"/healthz", "/readyz", "/openapi.json", "/docs"}
every_door = pytest.mark.parametrize(
    ("call", "door"), DOORS.items(), ids=[" ".join(call) for call in DOORS]
)


@pytest.fixture
def engine() -> str:
    """Who may come in is decided before any database is asked."""
    return "sqlite"


@dataclass(slots=True)
class Gate:
    """The API, and keys made for it."""

    services: Services
    keyring: Keyring
    app: FastAPI
    client: httpx.AsyncClient

    async def key(self, *scopes: Scope, use_cases: frozenset[str] | None = None) -> str:
        key = new_key()
        await self.services.database.write(
            lambda tx: create_key(tx, key, name=key.id, scopes=scopes, use_cases=use_cases)
        )
        await look_at_keys(self.services.database, self.keyring)
        return key.token

    async def revoke(self, token: str) -> None:
        await self.services.database.write(lambda tx: revoke_key(tx, token))
        await look_at_keys(self.services.database, self.keyring)

    async def knock(
        self, call: tuple[str, str], door: Door, *, token: str | None
    ) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        path = call[1].format(case_id=1, version="cnn@7") + door.query
        return await self.client.request(call[0], path, headers=headers, json=door.body)

    async def traces(self) -> tuple[int, int]:
        """How much was ever written."""
        counts = [select(func.count()).select_from(table) for table in (audit_events, tallies)]
        first, second = [
            await self.services.database.read(lambda c, s=count: c.execute(s).scalar_one())  # type: ignore[misc]
            for count in counts
        ]
        return first, second


@pytest.fixture
async def gate(services: Services) -> AsyncIterator[Gate]:
    keyring = Keyring()
    app = build_intake(services, keyring=keyring)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hitl") as client:
        gate = Gate(services, keyring, app, client)
        digit = DIGIT | {"key": "theirs", "title": "canary"}
        headers = {"Authorization": f"Bearer {await gate.key(*Scope)}"}
        assert (await client.post("/v1/cases", json=digit, headers=headers)).status_code == 201
        yield gate


def test_every_call_of_the_api_is_among_those_tried_here(services: Services) -> None:
    app = build_intake(services, keyring=Keyring())
    published = {
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if path not in OPEN
    }
    assert published | {("GET", "/metrics")} == set(DOORS)


@every_door
def test_every_call_publishes_the_scope_it_needs(
    services: Services, call: tuple[str, str], door: Door
) -> None:
    method, path = call
    paths = build_intake(services, keyring=Keyring()).openapi()["paths"]
    if path in paths:
        assert paths[path][method.lower()]["security"] == [{"HTTPBearer": [door.scope]}]


@every_door
async def test_without_an_accepted_key_nothing_is_answered(
    gate: Gate, call: tuple[str, str], door: Door
) -> None:
    revoked = await gate.key(*Scope)
    await gate.revoke(revoked)
    altered = (await gate.key(*Scope))[:-1] + "x"
    before = await gate.traces()
    for token in (None, "", "nonsense-of-some-length", new_key().token, altered, revoked):
        response = await gate.knock(call, door, token=token)
        assert response.status_code == 401, token
        assert "canary" not in response.text
        assert token is None or len(token) < 10 or token not in response.text
    assert await gate.traces() == before


@every_door
async def test_a_key_with_every_other_scope_is_refused(
    gate: Gate, call: tuple[str, str], door: Door
) -> None:
    token = await gate.key(*(set(Scope) - {door.scope} - door.instead))
    before = await gate.traces()
    response = await gate.knock(call, door, token=token)
    assert response.status_code == 403
    assert door.scope.value in response.json()["detail"]
    assert await gate.traces() == before


@every_door
async def test_a_key_for_other_use_cases_learns_and_changes_nothing(
    gate: Gate, call: tuple[str, str], door: Door
) -> None:
    token = await gate.key(*Scope, use_cases=OURS)
    before = await gate.traces()
    response = await gate.knock(call, door, token=token)
    assert response.status_code == door.elsewhere
    assert "canary" not in response.text
    assert "theirs" not in response.text
    assert "#digits" not in response.text
    assert await gate.traces() == before


@every_door
async def test_a_key_with_its_scope_and_use_case_opens_the_door(
    gate: Gate, call: tuple[str, str], door: Door
) -> None:
    token = await gate.key(door.scope, use_cases=frozenset({"digits"}))
    response = await gate.knock(call, door, token=token)
    if door.lacks:
        assert door.lacks in response.json()["detail"]
    else:
        assert response.status_code == 409 if door.conflict else response.is_success


async def told(gate: Gate, token: str, path: str, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    method = "POST" if more else "GET"
    return (await gate.client.request(method, path, headers=headers, **more)).json()


async def test_lists_and_batches_hold_what_is_the_callers(gate: Gate) -> None:
    token = await gate.key(Scope.READ, Scope.SUBMIT, use_cases=OURS)
    batch = {"cases": [DIGIT, moderation_case("mine")]}
    refused, taken = (await told(gate, token, "/v1/cases/batch", json=batch))["results"]
    assert (refused["status"], taken["status"]) == (403, 201)
    listed = (await told(gate, token, "/v1/cases"))["items"]
    assert [case["key"] for case in listed] == ["mine"]
    assert (await told(gate, token, "/v1/cases?key=theirs"))["items"] == []
    headers = {"Authorization": f"Bearer {token}"}
    metrics = (await gate.client.get("/metrics", headers=headers)).text
    assert "content-moderation" in metrics
    assert "digits" not in metrics


async def test_a_use_case_that_is_not_ones_own_is_answered_like_one_there_is_not(
    gate: Gate,
) -> None:
    token = await gate.key(Scope.READ, use_cases=OURS)
    theirs, nobodys = [
        json.dumps(await told(gate, token, f"/v1/stats?use_case={name}"))
        for name in ("digits", "nothing")
    ]
    assert theirs.replace("digits", "nothing") == nobodys


async def test_without_a_key_only_what_holds_no_data_is_open(gate: Gate) -> None:
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        assert (await gate.client.get(path)).status_code == 200, path
