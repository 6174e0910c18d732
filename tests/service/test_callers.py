"""A caller who asked to be told is told by the running service, signed."""

import asyncio
from pathlib import Path

from standardwebhooks import Webhook

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from tests.delivery.calling import SECRET
from tests.intake.requests import moderation_case
from tests.receiver import running_receiver
from tests.service.process import environment, serving, slack_settings


async def test_the_outcome_reaches_the_caller_s_server(tmp_path: Path) -> None:
    config = demo_config(channels=["#moderation", "#digits"], groups=())
    async with running_workspace(config) as workspace, running_receiver() as receiver:
        env = environment(
            tmp_path,
            **slack_settings(config, workspace, socket=True),
            HITL_WEBHOOK_SECRETS=SECRET,
            HITL_WEBHOOK_ALLOW="127.0.0.1",
        )
        async with serving(tmp_path, env) as service, service.api() as api:
            wanted = moderation_case(callback_url=receiver.url)
            case = (await api.post("/v1/cases", json=wanted)).json()
            vote = {"reviewer": "ana@example.com", "verdict": "reject"}
            decided = (await api.post(f"/v1/cases/{case['id']}/reviews", json=vote)).json()
            async with asyncio.timeout(10):
                while not receiver.received:  # noqa: ASYNC110 - another process tells no other way
                    await asyncio.sleep(0.02)
    [request] = receiver.received
    body = Webhook(SECRET).verify(request.content, dict(request.headers))
    assert (body["type"], body["data"]) == ("case.decided", decided)
