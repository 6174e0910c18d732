"""Whoever has a key that may review and not read learns no more than a card tells."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.intake.stored_keys import look_at_keys
from bot.services import Services
from hitl.api_keys import Scope, new_key
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.storage.api_keys import create_key
from hitl.storage.outbox import Kind
from hitl.storage.tables import outbox
from tests.blind import three_alike, without_number
from tests.examples import digits, moderation

SECRETS = ("secret", "0.99", "0.6", "under its", "at or above", "gold", "known", "stood", "ai")


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
async def doors(services: Services) -> AsyncIterator[Callable[..., Awaitable[httpx.AsyncClient]]]:
    """Clients, each with a key of the scopes it is made with."""
    keyring = Keyring()
    app = build_intake(services, keyring=keyring)
    clients: list[httpx.AsyncClient] = []

    async def made(*scopes: Scope) -> httpx.AsyncClient:
        key = new_key()
        await services.database.write(
            lambda tx: create_key(tx, key, name=key.id, scopes=scopes, use_cases=None)
        )
        await look_at_keys(services.database, keyring)
        clients.append(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://hitl",
                headers={"Authorization": f"Bearer {key.token}"},
            )
        )
        return clients[-1]

    yield made
    for client in clients:
        await client.aclose()


def alike(documents: list[Any], cases: list[Case]) -> str:
    seen = [without_number(each, case) for each, case in zip(documents, cases, strict=True)]
    assert seen[0] == seen[1] == seen[2]
    assert [secret for secret in SECRETS if f"{secret}" in seen[0].lower().split('"')] == []
    assert "secret" not in seen[0]
    return seen[0]


@pytest.mark.parametrize(
    ("use_case", "label", "vote"),
    [
        (moderation(), "violation", {"verdict": "approve"}),
        (digits(), "7", {"label": "3"}),
        (digits(), "7", {"label": "7", "verdict": "reject"}),
    ],
)
async def test_a_reviewer_can_tell_nothing_apart(
    services: Services,
    doors: Callable[..., Awaitable[httpx.AsyncClient]],
    use_case: UseCase,
    label: str,
    vote: dict[str, str],
) -> None:
    cases = await three_alike(services.database, use_case, label=label)
    api = await doors(Scope.REVIEW)

    async def read() -> list[Any]:
        return [(await api.get(f"/v1/cases/{case.id}")).json() for case in cases]

    async def listed(**query: str) -> list[Any]:
        found = (await api.get("/v1/cases", params={"use_case": use_case.name, **query})).json()
        return list(found["items"])

    waiting = alike(await read(), cases)
    assert "risotto" in waiting
    assert all(f'"{each}"' in waiting for each in use_case.labels)
    assert await listed(state="open") == await listed() == await read()
    assert await listed(state="decided") == []
    for key in ("stood", "waits", "gold"):
        assert await listed(key=key) == []
    said = {"reviewer": "ana@example.com", "note": "Looks so.", **vote}
    answers = [await api.post(f"/v1/cases/{case.id}/reviews", json=said) for case in cases]
    assert {answer.status_code for answer in answers} == {201}
    alike([answer.json() for answer in answers], cases)
    assert await listed(state="decided") == await read() == [each.json() for each in answers]
    late = [await api.post(f"/v1/cases/{case.id}/reviews", json=said) for case in cases]
    assert {answer.status_code for answer in late} == {409}
    alike([answer.json() for answer in late], cases)


async def test_a_wrong_vote_is_told_nothing_either(
    services: Services, doors: Callable[..., Awaitable[httpx.AsyncClient]]
) -> None:
    cases = await three_alike(services.database, digits(), label="7")
    api = await doors(Scope.REVIEW)
    for wrong in ({"verdict": "approve"}, {"verdict": "flag"}, {"label": "17"}, {}):
        said = {"reviewer": "ana", **wrong}
        refused = [await api.post(f"/v1/cases/{case.id}/reviews", json=said) for case in cases]
        assert {answer.status_code for answer in refused} == {422}
        alike([answer.json() for answer in refused], cases)


async def test_callers_see_their_cases_whole_and_never_a_known_answer(
    services: Services, doors: Callable[..., Awaitable[httpx.AsyncClient]]
) -> None:
    stood, waits, known = await three_alike(services.database, digits(), label="7")
    api = await doors(Scope.READ, Scope.SUBMIT)
    found = (await api.get("/v1/cases")).json()["items"]
    assert [each["id"] for each in found] == [stood.id, waits.id]
    assert [each["prediction"]["label"] for each in found] == ["7", "7"]
    assert [each["state"] for each in found] == ["decided", "open"]
    for hidden in (known.id, known.id - 1):
        assert (await api.get(f"/v1/cases/{hidden}")).status_code == 404
        assert (await api.post(f"/v1/cases/{hidden}/withdraw")).status_code == 404


async def test_a_known_answer_is_taken_once_and_tells_no_caller(
    services: Services, api: httpx.AsyncClient
) -> None:
    body = {"use_case": "digits", "key": "gold-1", "label": "7", "text": "seven"}
    first, again = [await api.post("/v1/known-answers", json=body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"use_case": "digits", "key": "gold-1", "label": "7"}
    other = await api.post("/v1/known-answers", json=body | {"label": "3"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:hitl:problem:key-reused")
    unknown = await api.post("/v1/known-answers", json=body | {"key": "x", "label": "17"})
    assert unknown.json()["type"] == "urn:hitl:problem:label-unknown"
    empty = {"use_case": "digits", "key": "y", "label": "7"}
    assert (await api.post("/v1/known-answers", json=empty)).status_code == 422
    told = select(outbox.c.id).where(outbox.c.kind == Kind.WEBHOOK)
    assert await services.database.read(lambda c: c.execute(told).all()) == []
