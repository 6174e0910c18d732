"""``hitl keys`` beside a running service, as an operator uses it."""

import asyncio
from pathlib import Path

import httpx
import pytest

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from tests.service.process import Ended, environment, run_to_its_end, serving, slack_settings

pytestmark = pytest.mark.slow


async def until(url: str, token: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        async with asyncio.timeout(20):
            while (await client.get("/v1/cases")).status_code != status:  # noqa: ASYNC110
                await asyncio.sleep(0.1)  # another process: nothing else tells


async def test_a_key_works_as_soon_as_it_is_made_and_no_longer_than_it_is_revoked(
    tmp_path: Path,
) -> None:
    config = demo_config(channels=["#moderation", "#digits"])
    async with running_workspace(config) as workspace:
        settings = slack_settings(config, workspace, socket=False) | {"HITL_API_KEYS": ""}
        env = environment(tmp_path, **settings)

        async def keys(*arguments: str) -> Ended:
            return await run_to_its_end(tmp_path, "keys", *arguments, env=env)

        made = await keys("create", "crm", "--scopes", "read", "--use-cases", "digits")
        token = made.said.splitlines()[0]
        assert "digits" in made.said
        async with serving(tmp_path, env) as service:
            await until(service.url, token, 200)
            listed = await keys("list")
            assert "crm" in listed.said
            assert token not in listed.said
            assert token.split("_")[1] in listed.said
            assert (await keys("revoke", "crm")).status == 0
            await until(service.url, token, 401)
            said = (await service.stop()).said
    assert token not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "crm", "--scopes", "sumbit"], 'did you mean "submit"'),
        (["create", "crm", "--scopes", "read", "--use-cases", "digit"], 'did you mean "digits"'),
        (["create", "crm\n", "--scopes", "read"], "name"),
        (["revoke", "nothing"], "no such key"),
    ],
)
async def test_what_is_mistyped_is_answered_in_a_line(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    env = environment(tmp_path)
    await run_to_its_end(tmp_path, "keys", "create", "first", "--scopes", "read", env=env)
    ended = await run_to_its_end(tmp_path, "keys", *arguments, env=env)
    assert ended.status == 2
    assert said in ended.said
    assert "Traceback" not in ended.said
