"""What Prometheus is told, and that it needs a key."""

import httpx

from bot.services import Services
from tests.conftest import Clock
from tests.intake.requests import moderation_case


async def test_metrics_tell_what_waits(
    api: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    await api.post("/v1/cases", json=moderation_case())
    clock.advance(seconds=90)
    services.health.pause("token_revoked")
    lines = (await api.get("/metrics")).text.splitlines()
    assert 'hitl_cases_open{use_case="content-moderation"} 1.0' in lines
    assert 'hitl_case_oldest_seconds{use_case="content-moderation"} 90.0' in lines
    assert 'hitl_outbox_waiting{lane="slack/post:#moderation"} 1.0' in lines
    assert "hitl_slack_paused 1.0" in lines
    ready = await api.get("/readyz")
    assert (ready.status_code, ready.json()["slack"]) == (200, "paused: token_revoked")


async def test_metrics_need_a_key(api: httpx.AsyncClient) -> None:
    response = await api.get("/metrics", headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 401
