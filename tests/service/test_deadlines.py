"""A deadline is kept by the running service, also when none ran as it passed."""

import asyncio
from pathlib import Path

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from tests.intake.requests import moderation_case
from tests.service.process import environment, serving, slack_settings

DEADLINE = """
[use_cases.content-moderation.deadline]
due = "1s"
then = "ai"
"""


async def test_a_case_that_came_due_while_nothing_ran_is_decided_at_the_next_start(
    tmp_path: Path,
) -> None:
    config = demo_config(channels=["#moderation", "#digits"], groups=())
    async with running_workspace(config) as workspace:
        env = environment(tmp_path, **slack_settings(config, workspace, socket=True))
        with (tmp_path / "policy.toml").open("a") as policy:
            policy.write(DEADLINE)
        async with serving(tmp_path, env) as service, service.api() as api:
            case = (await api.post("/v1/cases", json=moderation_case())).json()
            assert case["state"] == "open"
        await asyncio.sleep(1)
        async with serving(tmp_path, env) as service, service.api() as api:
            wanted = f"/v1/cases/{case['id']}"
            decided = (await api.get(wanted, params={"wait": 10})).json()
    assert decided["outcome"]["by"] == "deadline"
    assert decided["outcome"]["label"] == "violation"
