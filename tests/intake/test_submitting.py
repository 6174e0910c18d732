"""A prediction is stored once, answered at once when it stands, and refused in words when wrong."""

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest

from tests.intake.requests import moderation_case

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 20).decode()


async def test_an_unsure_prediction_becomes_an_open_case(api: httpx.AsyncClient) -> None:
    response = await api.post("/v1/cases", json=moderation_case())
    assert response.status_code == 201
    answer = response.json()
    assert answer.pop("id") > 0
    assert answer == {
        "use_case": "content-moderation",
        "key": "post-8841",
        "state": "open",
        "route": {"to": "review", "reason": "violation 70 % is under its 87 % threshold"},
        "prediction": {"label": "violation", "confidence": 0.70},
        "outcome": None,
        "metadata": {"anything": "echoed back", "nested": [1, None, {"a": 1.5}]},
    }


async def test_a_sure_prediction_stands_and_says_so_at_once(api: httpx.AsyncClient) -> None:
    scores = {"violation": 0.03, "clean": 0.97}
    answer = (await api.post("/v1/cases", json=moderation_case(scores=scores))).json()
    assert answer["state"] == "decided"
    assert answer["route"] == {
        "to": "auto",
        "reason": "clean 97 % is at or above its 92 % threshold",
    }
    outcome = answer["outcome"]
    assert (outcome["verdict"], outcome["label"], outcome["by"]) == ("approve", "clean", "ai")


async def test_the_caller_can_ask_for_a_person_whatever_the_score(api: httpx.AsyncClient) -> None:
    case = moderation_case(scores={"clean": 0.99, "violation": 0.01}, route="review")
    answer = (await api.post("/v1/cases", json=case)).json()
    assert answer["state"] == "open"
    assert answer["route"]["reason"] == "the caller asked for a person"


@pytest.mark.parametrize("prediction", [{"label": "clean"}, {"label": "clean", "confidence": 0.5}])
async def test_a_label_may_come_without_scores(
    api: httpx.AsyncClient, prediction: dict[str, Any]
) -> None:
    response = await api.post("/v1/cases", json=moderation_case(scores=..., **prediction))
    assert response.status_code == 201
    assert response.json()["prediction"] == {"confidence": None} | prediction


async def test_the_same_request_again_answers_the_same_case(api: httpx.AsyncClient) -> None:
    first = await api.post("/v1/cases", json=moderation_case())
    turned = dict(reversed(moderation_case().items()))
    second = await api.post("/v1/cases", json=turned)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()


async def test_of_many_identical_requests_at_once_one_makes_the_case(
    api: httpx.AsyncClient,
) -> None:
    responses = await asyncio.gather(
        *(api.post("/v1/cases", json=moderation_case()) for _ in range(32))
    )
    assert sorted(response.status_code for response in responses) == [200] * 31 + [201]
    assert len({response.json()["id"] for response in responses}) == 1


async def test_a_key_with_other_content_is_refused_and_changes_nothing(
    api: httpx.AsyncClient,
) -> None:
    first = (await api.post("/v1/cases", json=moderation_case())).json()
    response = await api.post("/v1/cases", json=moderation_case(text="Something else"))
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "urn:hitl:problem:key-reused"
    assert problem["errors"][0]["field"] == "key"
    assert f"case {first['id']}" in problem["detail"]
    listed = (await api.get("/v1/cases")).json()["items"]
    assert listed == [first]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"use_case": "content-moderatoin"}, "use_case", 'did you mean "content-moderation"'),
        ({"use_case": ...}, "use_case", "is required"),
        ({"key": ...}, "key", "is required"),
        ({"key": ""}, "key", "at least 1 character"),
        ({"key": 5}, "key", "valid string"),
        ({"key": "a\nb"}, "key", "control characters"),
        ({"scores": {"violation": 1.2}}, "scores.violation", "less than or equal to 1"),
        ({"scores": {"violation": "0.7"}}, "scores.violation", "valid number"),
        ({"scores": {"violation": True}}, "scores.violation", "valid number"),
        ({"scores": {}}, "scores", "should have at least 1 item"),
        ({"scores": []}, "scores", "should be a JSON object"),
        ({"scores": {"spam": 0.7}}, "scores.spam", "violation"),
        ({"scores": ...}, "body", "either scores or label"),
        ({"label": "clean"}, "body", "either scores or label"),
        ({"confidence": 0.5}, "body", "confidence goes with label"),
        ({"route": "auto"}, "route", "'review'"),
        ({"colour": "red"}, "colour", "is not a known field"),
        ({"text": "x" * 100_001}, "text", "at most 100000"),
        ({"text": "a\x00b"}, "text", "U+0000"),
        ({"callback_url": "ftp://x"}, "callback_url", "https://"),
        ({"callback_url": "https://x/a b"}, "callback_url", "must not contain spaces"),
        ({"callback_url": "https://x/\x00"}, "callback_url", "control characters"),
        ({"metadata": "x" * 20_000}, "metadata", "at most 16384"),
        ({"context": [{"title": "A"}]}, "context.0", "exactly one of"),
        ({"context": [{"title": "A", "text": "b", "url": "https://c"}]}, "context.0", "text, url"),
        ({"context": [{"title": "A", "image_base64": PIXEL}]}, "context.0", "go together"),
        (
            {"context": [{"title": "A", "image_base64": "%%", "media_type": "image/png"}]},
            "context.0",
            "not base64",
        ),
        (
            {"context": [{"title": "A", "image_base64": PIXEL, "media_type": "image/gif"}]},
            "context.0",
            "does not hold image/gif",
        ),
        (
            {"context": [{"title": "A", "image_base64": PIXEL, "media_type": "image/svg+xml"}]},
            "context.0.media_type",
            "image/png",
        ),
        (
            {"context": [{"title": "A", "text": "b"}] * 21},
            "context",
            "should have at most 20 items",
        ),
        ({"context": ["A"]}, "context.0", "should be a JSON object"),
    ],
)
async def test_a_wrong_field_is_named_with_what_would_be_right(
    api: httpx.AsyncClient, changes: dict[str, Any], field: str, says: str
) -> None:
    response = await api.post("/v1/cases", json=moderation_case(**changes))
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    errors = response.json()["errors"]
    assert any(error["field"] == field and says in error["message"] for error in errors), errors
    assert "validation" not in response.text, "that is how it was found, not what is wrong"
    assert (await api.get("/v1/cases")).json()["items"] == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ["scores", "metadata"])
async def test_numbers_that_are_not_finite_are_refused(
    api: httpx.AsyncClient, number: str, place: str
) -> None:
    places: dict[str, Any] = {"scores": {"violation": "@"}, "metadata": {"deep": ["@"]}}
    changes = {place: places[place]}
    body = json.dumps(moderation_case(**changes)).replace('"@"', number)
    response = await api.post(
        "/v1/cases", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(place)


@pytest.mark.parametrize("body", ['{"use_case": ', "", "[" * 100_000, "\xff"])
async def test_a_body_that_is_not_json_is_a_400_or_422(api: httpx.AsyncClient, body: str) -> None:
    response = await api.post(
        "/v1/cases", content=body.encode("latin-1"), headers={"Content-Type": "application/json"}
    )
    assert response.status_code in {400, 422}
    assert response.json()["detail"]


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    api: httpx.AsyncClient,
) -> None:
    response = await api.post("/v1/cases", content=b" " * (16 * 1024 * 1024 + 1))
    assert response.status_code == 413

    async def pieces() -> Any:
        for _ in range(17):
            yield b" " * 1024 * 1024

    streamed = await api.post(
        "/v1/cases", content=pieces(), headers={"Content-Type": "application/json"}
    )
    assert streamed.status_code == 413


async def test_a_bad_case_in_a_batch_spoils_only_itself(api: httpx.AsyncClient) -> None:
    cases = [
        moderation_case("a"),
        moderation_case("b", scores={"violation": 7}),
        "not a case",
        moderation_case("c", use_case="unknown"),
        moderation_case("d"),
    ]
    response = await api.post("/v1/cases/batch", json={"cases": cases})
    assert response.status_code == 200
    results = response.json()["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 201]
    assert results[1]["problem"]["errors"][0]["field"] == "scores.violation"
    assert results[4]["case"]["key"] == "d"
    again = (await api.post("/v1/cases/batch", json={"cases": cases})).json()["results"]
    assert [result["status"] for result in again] == [200, 422, 422, 422, 200]


async def test_tallies_count_once_under_their_key(api: httpx.AsyncClient) -> None:
    tallies = {
        "use_case": "content-moderation",
        "key": "worker-7/2026-11-23T09",
        "since": "2026-11-23T08:00:00Z",
        "until": "2026-11-23T09:00:00Z",
        "counts": [{"label": "clean", "band": [0.92, 1.0], "count": 1200, "model": "toxicity@3"}],
    }
    assert (await api.post("/v1/tallies", json=tallies)).json() == {"stored": True}
    assert (await api.post("/v1/tallies", json=tallies)).json() == {"stored": False}
    other = tallies | {"until": "2026-11-23T10:00:00Z"}
    assert (await api.post("/v1/tallies", json=other)).status_code == 422
