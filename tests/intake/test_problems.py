"""Whatever goes wrong is a problem document, and the published contract says so."""

from dataclasses import replace

import httpx
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from tests.intake.conftest import KEY
from tests.intake.requests import moderation_case


async def test_a_failure_of_ours_is_a_problem_document_that_gives_nothing_away(
    services: Services,
) -> None:
    def draw() -> float:
        raise LookupError("the secret inside")

    app = build_intake(replace(services, draw=draw), keyring=Keyring([SecretStr(KEY)]))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as api:
        response = await api.post("/v1/cases", json=moderation_case())
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:hitl:problem:internal-error"
    assert "secret" not in response.text


async def test_every_refusal_is_published_with_the_media_type_it_is_sent_with(
    api: httpx.AsyncClient,
) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    assert (await api.get("/openapi.json")).json()["paths"] == paths
    for operations in paths.values():
        for operation in operations.values():
            refusals = {s: r for s, r in operation["responses"].items() if s >= "400"}
            assert {"401", "403", "413", "500", "503"} <= refusals.keys()
            assert ("400" in refusals) == ("requestBody" in operation)
            for refusal in refusals.values():
                assert list(refusal["content"]) == ["application/problem+json"]
                schema = refusal["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}
