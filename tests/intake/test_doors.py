"""Nobody comes in without a key, and the answer gives nothing away."""

import re

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from bot.serving import listen, serving


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong-key-of-some-length", "Basic YTpi"]
)
async def test_every_call_of_the_api_needs_a_key(
    services: Services, authorization: str | None
) -> None:
    app = build_intake(services, keyring=Keyring([SecretStr("the-right-key-is-this")]))
    headers = {} if authorization is None else {"Authorization": authorization}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hitl") as client:
        calls = [
            (method, path.format(case_id=1, version="m"))
            for path, methods in app.openapi()["paths"].items()
            for method in methods
            if path.startswith("/v1")
        ]
        assert len(calls) >= 8
        for method, path in calls:
            response = await client.request(method, path, headers=headers, content=b"{")
            assert response.status_code == 401, path
            assert response.headers["www-authenticate"] == "Bearer"


async def test_with_no_key_at_all_every_call_is_refused(services: Services) -> None:
    app = build_intake(services, keyring=Keyring([]))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hitl") as client:
        response = await client.get("/v1/cases", headers={"Authorization": "Bearer "})
        assert response.status_code == 401
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200


async def test_the_contract_is_published(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    assert {"/v1/cases", "/v1/cases/batch", "/v1/cases/{case_id}", "/v1/tallies"} <= set(paths)


async def test_nothing_on_the_page_of_the_contract_comes_from_elsewhere(
    api: httpx.AsyncClient,
) -> None:
    page = await api.get("/docs")
    assert page.status_code == 200
    parts = re.findall(r"""(?:href|src)="([^"]*)"|url: '([^']*)'""", page.text)
    assert len(parts) == 4
    for part in (one or other for one, other in parts):
        assert (await api.get(f"/{part}")).status_code == 200, part
    assert "://" not in page.text
    assert "connect-src 'self'" in page.headers["content-security-policy"]


async def test_every_field_a_caller_may_send_is_described(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    case = document["components"]["schemas"]["CaseIn"]["properties"]
    assert [name for name, field in case.items() if not field.get("description")] == []
    assert case["key"]["description"].startswith("Names the item within the use case;")
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert {"401", "403", "413", "503"} <= set(document["paths"]["/v1/cases"]["post"]["responses"])


async def test_callers_let_go_of_an_idle_connection_before_the_service_does() -> None:
    async def no_app(_scope: Scope, _receive: Receive, _send: Send) -> None: ...

    async with serving(no_app, listen("127.0.0.1", 0)) as server:
        # httpx lets go after 5 s, aiohttp after 15, load balancers mostly after 60.
        assert server.config.timeout_keep_alive > 60


async def test_each_call_is_titled_by_what_it_does(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    titles = {
        f"{method} {path}": each["summary"]
        for path, methods in paths.items()
        for method, each in methods.items()
    }
    assert titles["post /v1/cases"] == "Submit a prediction"
    assert titles["post /v1/models"] == "A version was deployed"
    assert len(set(titles.values())) == len(titles)
