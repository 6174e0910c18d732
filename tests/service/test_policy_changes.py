"""A changed policy reaches a running service without a restart, whole or not at all."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.policy import begin_policy, following, take
from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from hitl.policy import Policy, parse_policy
from hitl.storage.database import Database
from hitl.storage.policy_changes import Source
from tests.conftest import Clock
from tests.examples import POLICY
from tests.intake.requests import moderation_case
from tests.service.process import (
    HITL,
    Served,
    environment,
    run_to_its_end,
    serving,
    slack_settings,
)

STRICTER = POLICY.replace("auto_at = 0.87", "auto_at = 0.97")
WRONG = POLICY.replace("auto_at = 0.87", "auto_at = 87")


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    config = demo_config(channels=["#moderation", "#digits"])
    async with running_workspace(config) as workspace:
        yield environment(tmp_path, **slack_settings(config, workspace, socket=False))


async def submitted(served: Served, key: str) -> dict[str, Any]:
    """A post that stands at 87 % and is escalated at 97 %."""
    scores = {"violation": 0.95, "clean": 0.05}
    async with served.api() as api:
        answer = await api.post("/v1/cases", json=moderation_case(key) | {"scores": scores})
    assert answer.status_code == 201
    return dict(answer.json())


async def state_becomes(served: Served, state: str) -> None:
    """Wait until a new case gets this state."""
    async with asyncio.timeout(10):
        number = 0
        while (await submitted(served, f"{state}-{number}"))["state"] != state:
            number += 1
            await asyncio.sleep(0.05)


async def test_a_hangup_and_a_command_change_the_policy_of_a_running_service(
    tmp_path: Path, env: dict[str, str]
) -> None:
    file = tmp_path / "policy.toml"
    async with serving(tmp_path, env) as served:
        assert (await submitted(served, "before"))["state"] == "decided"
        file.write_text(STRICTER)
        served.process.send_signal(signal.SIGHUP)
        await state_becomes(served, "open")
        file.write_text(WRONG)
        served.process.send_signal(signal.SIGHUP)
        refused = await run_to_its_end(tmp_path, "policy", "apply", env=env)
        assert refused.status == 2
        assert "policy.toml:13: use_cases.content-moderation.labels.violation" in refused.said
        assert (await submitted(served, "after"))["state"] == "open"
        file.write_text(POLICY)
        applied = await run_to_its_end(tmp_path, "policy", "apply", env=env)
        assert "violation stands at 97 % → 87 %" in applied.said
        await state_becomes(served, "decided")
        again = await run_to_its_end(tmp_path, "policy", "apply", env=env)
        assert again.said.strip() == "policy.toml says what runs already."
        ended = await served.stop()
    assert "The policy stays as it was: policy.toml:13:" in ended.said
    history = await run_to_its_end(tmp_path, "policy", "history", "--json", env=env)
    assert history.said.count('"state": "applied"') == 4


async def test_every_replica_follows_what_one_puts_in_force(
    database: Database, database_url: str, clock: Clock
) -> None:
    policy = parse_policy(POLICY)
    replica = Database(database_url, clock=clock)
    try:
        mine, theirs = await begin_policy(database, policy), await begin_policy(replica, policy)
        async with following(database, mine), following(replica, theirs):
            await put(database, parse_policy(STRICTER))
            async with asyncio.timeout(10):
                while not all(at(each) == 0.97 for each in (mine, theirs)):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
    finally:
        replica.close()


async def put(database: Database, policy: Policy) -> None:
    await take(database, policy, by="ops", source=Source.APPLY)


def at(policy: Any) -> float | None:
    threshold: float | None = policy.use_case("content-moderation").labels["violation"].auto_at
    return threshold


async def test_five_answers_make_a_file_that_passes_check(tmp_path: Path) -> None:
    env = environment(tmp_path)
    (tmp_path / "policy.toml").unlink()
    answers = "spamm\n4\n\n\nMail\nmail\n@moderators\n"
    asked = await run_to_its_end(tmp_path, "policy", "init", env=env, answers=answers)
    assert asked.status == 0
    assert 'did you mean "spam"?' in asked.said
    assert 'did you mean "#mail"?' in asked.said
    checked = await run_to_its_end(tmp_path, "policy", "check", env=env)
    assert checked.said.strip() == "policy.toml: nothing is wrong with it. Use cases: spam."
    shown = await run_to_its_end(tmp_path, "policy", "show", env=env)
    assert 'reviewers = ["@moderators"]' in shown.said
    again = await run_to_its_end(tmp_path, "policy", "init", env=env)
    assert (again.status, "is there already" in again.said) == (2, True)


async def test_a_service_ends_with_the_window_it_was_started_in(
    tmp_path: Path, env: dict[str, str]
) -> None:
    """A closed window is told as a hangup too, and must not leave a service behind."""
    terminal = Path(__file__).with_name("terminal.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, terminal, HITL, cwd=tmp_path, env=env, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert said.decode().startswith("ended")  # its last words found no window, which is a status
