"""A callback_url to which nothing could be sent is refused when it is given."""

import httpx
import pytest
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.callbacks import Callbacks
from bot.intake.keyring import Keyring
from bot.outgoing.addresses import Allowed
from bot.services import Services
from tests.intake.conftest import KEY
from tests.intake.requests import moderation_case

CALLER = "https://caller.example/told"


async def submit(
    services: Services, callbacks: Callbacks, url: str, *, batch: bool = False
) -> httpx.Response:
    services.callbacks = callbacks
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    headers = {"Authorization": f"Bearer {KEY}"}
    case = moderation_case(callback_url=url)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as api:
        if batch:
            return await api.post("/v1/cases/batch", json={"cases": [case]})
        return await api.post("/v1/cases", json=case)


SIGNED = Callbacks(signed=True)
OPENED = Callbacks(signed=True, allowed=Allowed.parse(["hooks.internal"]))


@pytest.mark.parametrize(
    ("callbacks", "url", "says"),
    [
        (Callbacks(), CALLER, "HITL_WEBHOOK_SECRETS is not set"),
        (SIGNED, "http://caller.example/", "must begin with https://, unless"),
        (SIGNED, "https://169.254.169.254/latest", "must not be an internal address"),
        (SIGNED, "https://me:pw@caller.example/", "must not carry a user or a password"),
        (SIGNED, "https://[::1/", "is not an address"),
        (SIGNED, "https://a..b/", "is not an address"),
        (OPENED, "http://other.internal/", "must begin with https://, unless"),
    ],
)
async def test_a_useless_callback_url_is_named(
    services: Services, callbacks: Callbacks, url: str, says: str
) -> None:
    refused = await submit(services, callbacks, url)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "callback_url"
    assert says in error["message"]


@pytest.mark.parametrize(
    ("callbacks", "url"), [(SIGNED, CALLER), (OPENED, "http://hooks.internal:8080/a?b=c")]
)
async def test_a_usable_callback_url_is_taken(
    services: Services, callbacks: Callbacks, url: str
) -> None:
    assert (await submit(services, callbacks, url)).status_code == 201


async def test_in_a_batch_it_spoils_its_own_case(services: Services) -> None:
    answered = await submit(services, Callbacks(), CALLER, batch=True)
    [result] = answered.json()["results"]
    assert result["status"] == 422
    assert result["problem"]["errors"][0]["field"] == "callback_url"
