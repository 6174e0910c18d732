"""Labels over HTTP: a stream of lines that can be taken up again, for those who may read it."""

import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.intake.stored_keys import look_at_keys
from bot.services import Services
from hitl.api_keys import Scope, new_key
from hitl.storage.api_keys import create_key
from hitl.storage.database import Database
from tests.examples import example_policy
from tests.intake.conftest import KEY
from tests.intake.requests import moderation_case

PICTURE = {
    "title": "Photo",
    "media_type": "image/png",
    "image_base64": (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
}


async def decide(api: httpx.AsyncClient, key: str, **changes: Any) -> None:
    case = (await api.post("/v1/cases", json=moderation_case(key, **changes))).json()
    await api.post(f"/v1/cases/{case['id']}/reviews", json={"reviewer": "ana", "verdict": "reject"})


async def read(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/labels", params=query)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_stream_that_broke_is_taken_up_after_its_last_line(api: httpx.AsyncClient) -> None:
    for number in range(3):
        await decide(api, f"post-{number}")
    first = await read(api, limit=2)
    rest = await read(api, after=first[-1]["cursor"])
    assert [label["key"] for label in first + rest] == ["post-0", "post-1", "post-2"]
    assert await read(api, after=rest[-1]["cursor"]) == []
    assert first[0]["input"]["text"] == moderation_case()["text"]
    assert first[0]["input"]["metadata"] == moderation_case()["metadata"]


async def test_pictures_come_when_they_are_asked_for(api: httpx.AsyncClient) -> None:
    await decide(api, "post-1", context=[PICTURE])
    (without,) = await read(api)
    assert "image_base64" not in without["input"]["evidence"][0]
    (label,) = await read(api, pictures=True)
    piece = label["input"]["evidence"][0]
    assert piece["image_base64"] == PICTURE["image_base64"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"after": -1}, 422, "invalid"),
        ({"after": 5}, 409, "cursor-ahead"),
        ({"use_case": "ducks"}, 422, "unknown-use-case"),
        ({"reviewers": "named"}, 403, "forbidden"),
        ({"since": "yesterday"}, 422, "invalid"),
    ],
)
async def test_a_wrong_question_is_answered_with_what_is_wrong(
    api: httpx.AsyncClient, query: dict[str, Any], status: int, code: str
) -> None:
    answer = await api.get("/v1/labels", params=query)
    assert answer.status_code == status, answer.text
    assert code in answer.json()["type"]


async def test_reviewers_are_named_to_a_key_that_administers(database: Database) -> None:
    key, keyring = new_key(), Keyring([SecretStr(KEY)])
    scopes = (Scope.SUBMIT, Scope.REVIEW, Scope.READ, Scope.ADMIN)
    await database.write(lambda tx: create_key(tx, key, name="trainer", scopes=scopes))
    await look_at_keys(database, keyring)
    services = Services(database=database, policy=example_policy(), draw=lambda: 0.5)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(build_intake(services, keyring=keyring)),
        base_url="http://hitl",
        headers={"Authorization": f"Bearer {key.token}"},
    ) as api:
        await decide(api, "post-1")
        (named,) = await read(api, reviewers="named")
        (usual,) = await read(api)
    assert named["reviewers"] == ["ana"]
    [pseudonym] = usual["reviewers"]
    assert pseudonym.startswith("reviewer-")
    assert named | {"reviewers": [pseudonym]} == usual


async def test_a_deployed_model_is_told_and_told_again(api: httpx.AsyncClient) -> None:
    told = {"use_case": "digits", "version": "lr@2", "trained_through": "41", "notes": "weekly"}
    first = await api.post("/v1/models", json=told)
    again = await api.post("/v1/models", json=told | {"notes": "rolled back"})
    assert (first.status_code, again.status_code) == (201, 200)
    (model,) = (await api.get("/v1/models", params={"use_case": "digits"})).json()["items"]
    assert (model["version"], model["trained_through"], model["checks"]) == ("lr@2", "41", 0)
    assert model["notes"] == "rolled back"
    wrong = await api.post("/v1/models", json=told | {"trained_through": "soon"})
    assert wrong.json()["errors"][0]["field"] == "trained_through"


async def test_a_model_without_enough_checks_has_no_calibration(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/models/team/lr@2/calibration", params={"use_case": "digits"})
    assert answer.status_code == 404
    assert "100 blind checks" in answer.json()["detail"]
