"""What no ordinary caller sends is refused by name, and hurts nobody else's cases."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from hitl.policy import parse_policy
from tests.intake.conftest import KEY
from tests.intake.requests import moderation_case


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


@pytest.mark.parametrize(
    "deep", ["[" * 51 + "]" * 51, '{"a":' * 51 + "1" + "}" * 51, "[" * 700 + "]" * 700]
)
async def test_metadata_nested_too_deeply_is_refused_alone_and_listings_go_on(
    api: httpx.AsyncClient, deep: str
) -> None:
    cases = [moderation_case("a", metadata=nested(50)), moderation_case("b", metadata="@")]
    body = json.dumps({"cases": cases}).replace('"@"', deep)
    headers = {"Content-Type": "application/json"}
    response = await api.post("/v1/cases/batch", content=body, headers=headers)
    assert response.status_code == 200
    good, bad = response.json()["results"]
    assert good["case"]["metadata"] == nested(50)
    assert bad["problem"]["errors"] == [
        {"field": "metadata", "message": "is nested too deeply; at most 50"}
    ]
    listed = await api.get("/v1/cases")
    assert [case["key"] for case in listed.json()["items"]] == ["a"]


async def test_a_failure_of_ours_in_a_batch_spoils_only_its_item(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    draws: Any = iter((0.5, "no number", 0.5))
    broken = replace(services, draw=lambda: next(draws))
    transport = httpx.ASGITransport(build_intake(broken, keyring=Keyring([SecretStr(KEY)])))
    async with httpx.AsyncClient(transport=transport, base_url="http://hitl") as api:
        cases = [moderation_case(key) for key in "abc"]
        response = await api.post(
            "/v1/cases/batch", json={"cases": cases}, headers={"Authorization": f"Bearer {KEY}"}
        )
    results = response.json()["results"]
    assert [result["status"] for result in results] == [201, 500, 201]
    assert results[1]["problem"]["type"] == "urn:hitl:problem:internal-error"
    assert "TypeError" not in response.text
    assert "A case of a batch failed" in caplog.text


LABELS = ["à\u00a0valider", "नमस\u200cते", "👨\u200d👩\u200d👧", "🏳️\u200d🌈", "x\u3000y"]


@pytest.mark.parametrize("label", LABELS)
async def test_every_label_that_a_policy_may_have_can_be_sent(
    services: Services, label: str
) -> None:
    policy = parse_policy(
        '[use_cases.x]\nchannel = "#x"\nquestion = "?"\nauto_at = 0.9\n'
        f'labels = ["other", "{label}"]'
    )
    app = build_intake(replace(services, policy=policy), keyring=Keyring([SecretStr(KEY)]))
    headers = {"Authorization": f"Bearer {KEY}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as api:
        case = {"use_case": "x", "key": "1", "scores": {label: 0.5, "other": 0.4}}
        answer = await api.post("/v1/cases", json=case)
        assert answer.status_code == 201, answer.text
        assert answer.json()["prediction"]["label"] == label
        vote = {"reviewer": "ana", "verdict": "approve", "label": label}
        voted = await api.post(f"/v1/cases/{answer.json()['id']}/reviews", json=vote)
        assert voted.is_success, voted.text


@pytest.mark.parametrize("label", ["a\nb", "a\x07", "\u2028", "\x7f", " ", "\u200b"])
async def test_labels_that_no_policy_may_have_are_refused(
    api: httpx.AsyncClient, label: str
) -> None:
    answer = await api.post("/v1/cases", json=moderation_case(scores=..., label=label))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error == {
        "field": "label",
        "message": "must be text on one line, without control characters",
    }


@pytest.mark.parametrize(
    ("metadata", "taken"),
    [("é" * 8_191, True), ("é" * 8_192, False), ("\ud800" * 5_000, True), (["a"] * 4_095, True)],
)
async def test_metadata_is_measured_in_bytes_as_people_write_json(
    api: httpx.AsyncClient, metadata: Any, *, taken: bool
) -> None:
    body = json.dumps(moderation_case(metadata=metadata))
    headers = {"Content-Type": "application/json"}
    response = await api.post("/v1/cases", content=body, headers=headers)
    assert response.status_code == (201 if taken else 422)


@pytest.mark.parametrize("confidence", [{}, {"confidence": 0.9}])
async def test_an_unknown_label_is_told_in_the_field_it_was_sent_in(
    api: httpx.AsyncClient, confidence: dict[str, Any]
) -> None:
    case = moderation_case(scores=..., label="spam", **confidence)
    response = await api.post("/v1/cases", json=case)
    assert [error["field"] for error in response.json()["errors"]] == ["label"]
    assert "scores" not in response.text


@pytest.mark.parametrize(
    ("headers", "found"), [({"Content-Type": "text/plain"}, '"text/plain"'), ({}, "none")]
)
async def test_a_body_that_does_not_say_it_is_json_is_told_so(
    api: httpx.AsyncClient, headers: dict[str, str], found: str
) -> None:
    body = json.dumps(moderation_case())
    response = await api.post("/v1/cases", content=body, headers=headers)
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error == {
        "field": "body",
        "message": f"must be sent with the header Content-Type: application/json; found {found}",
    }


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("cases?key=%00", "key"),
        ("stats?use_case=digits&model=a%00b", "model"),
        ("stats?use_case=digits&policy_version=%00", "policy_version"),
        ("labels?model=%00", "model"),
        ("models/a%00b/calibration?use_case=digits", "version"),
    ],
)
async def test_what_no_database_can_be_asked_for_is_refused_on_each(
    api: httpx.AsyncClient, asked: str, field: str
) -> None:
    response = await api.get(f"/v1/{asked}")
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error == {"field": field, "message": "must not contain the character U+0000"}
