"""What prevents the service from starting is one clear line that names it."""

import asyncio
import errno
import socket
import sqlite3
from pathlib import Path

import pytest

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.serving import AddressUnavailable, listen
from hitl.storage.migrate import CURRENT, prepare_database
from tests.ports import free_port
from tests.service.process import environment, run_to_its_end, serving, slack_settings

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is missing"),
        (SLACK | {"SLACK_BOT_TOKEN": "xoxp-secret"}, "SLACK_BOT_TOKEN is wrong: must begin"),
        (SLACK | {"SLACK_API_URL": "slack.com"}, "SLACK_API_URL is wrong"),
        (SLACK | {"HITL_PORT": "eighty"}, "HITL_PORT is wrong"),
        (SLACK | {"HITL_PORT": "99999"}, "HITL_PORT is wrong"),
        (SLACK | {"HITL_API_KEYS": "short"}, "HITL_API_KEYS is wrong: every key must have"),
        (SLACK | {"HITL_WEBHOOK_SECRETS": "secret"}, "each must begin with whsec_"),
        (
            SLACK | {"HITL_WEBHOOK_SECRETS": "whsec_%"},
            "HITL_WEBHOOK_SECRETS is wrong: what follows",
        ),
        (SLACK | {"HITL_WEBHOOK_SECRETS": "whsec_c2VjcmV0"}, "each must hold 24 to 64 bytes"),
        (SLACK | {"HITL_WEBHOOK_ALLOW": "10.0.0.1/8"}, "HITL_WEBHOOK_ALLOW is wrong: '10.0.0.1/8'"),
        (SLACK | {"HITL_DATABASE_URL": "mysql://x"}, "HITL_DATABASE_URL is wrong: mysql"),
        (SLACK | {"HITL_DATABASE_URL": "sqlite:////no/such/dir/x.db"}, "/no/such/dir/x.db"),
        (SLACK | {"HITL_POLICY": "elsewhere.toml"}, "elsewhere.toml"),
        (SLACK | {"HITL_HOST": "203.0.113.7"}, "203.0.113.7"),
    ],
)
async def test_a_wrong_setting_is_named(
    tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    ended = await run_to_its_end(tmp_path, "serve", env=environment(tmp_path, **settings))
    assert ended.status == 2
    assert says in ended.said
    assert "Traceback" not in ended.said
    assert "secret" not in ended.said


async def test_a_mistake_in_the_policy_is_named_with_its_line(tmp_path: Path) -> None:
    env = environment(tmp_path, **SLACK)
    policy = (tmp_path / "policy.toml").read_text().replace('channel   = "#mod', 'chanel = "#mod')
    (tmp_path / "policy.toml").write_text(policy)
    ended = await run_to_its_end(tmp_path, "serve", env=env)
    assert ended.status == 2
    assert 'policy.toml:4: use_cases.content-moderation.chanel: unknown key "chanel"' in ended.said


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        env = environment(tmp_path, **SLACK, HITL_PORT=str(port))
        ended = await run_to_its_end(tmp_path, "serve", env=env)
    assert ended.status == 2
    assert f"can't listen on 127.0.0.1:{port}: another program listens there" in ended.said


def test_a_port_without_permission_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(socket.socket):
        def bind(self, _address: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    # Patched because tests may run as root, who may listen anywhere.
    monkeypatch.setattr(socket, "socket", Refused)
    with pytest.raises(AddressUnavailable, match=r"127\.0\.0\.1:80: no permission"):
        listen("127.0.0.1", 80)


async def test_a_database_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    prepare_database(f"sqlite:///{tmp_path}/hitl.db")
    read_only = f"sqlite:///file:{tmp_path}/hitl.db?mode=ro&uri=true"
    env = environment(tmp_path, **SLACK, HITL_DATABASE_URL=read_only)
    ended = await run_to_its_end(tmp_path, "serve", env=env)
    assert ended.status == 2
    assert "hitl.db" in ended.said
    assert "readonly" in ended.said


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    env = environment(tmp_path, **SLACK)
    prepare_database(env["HITL_DATABASE_URL"])
    with sqlite3.connect(tmp_path / "hitl.db") as connection:
        connection.execute("UPDATE schema_version SET version = 99, minimum_compatible = 98")
    connection.close()
    ended = await run_to_its_end(tmp_path, "serve", env=env)
    assert ended.status == 2
    assert f"needs at least version 98 of the tables; this program knows {CURRENT}" in ended.said


async def test_a_second_service_on_one_file_is_refused_and_commands_are_not(
    tmp_path: Path,
) -> None:
    config = demo_config(channels=["#moderation", "#digits"])
    async with running_workspace(config) as workspace:
        env = environment(tmp_path, **slack_settings(config, workspace, socket=True))
        async with serving(tmp_path, env):
            port = str(free_port())
            ended = await run_to_its_end(tmp_path, "serve", env={**env, "HITL_PORT": port})
            assert ended.status == 2
            assert f"another hitl serve works on {tmp_path}/hitl.db" in ended.said
            assert "Traceback" not in ended.said
            listed = await run_to_its_end(tmp_path, "outbox", env=env)
            assert listed.status == 0
        async with serving(tmp_path, env):
            pass  # the first was killed, and holds nothing


async def test_a_refused_token_is_one_clear_line(tmp_path: Path) -> None:
    config = demo_config(channels=["#moderation", "#digits"])
    async with running_workspace(config) as workspace:
        settings = slack_settings(config, workspace, socket=True)
        wrong = environment(tmp_path, **settings | {"SLACK_BOT_TOKEN": "xoxb-mistyped"})
        async with serving(tmp_path, wrong) as service:
            await asyncio.sleep(0.5)
            ended = await service.stop()
    lines = [line for line in ended.said.splitlines() if "SLACK_BOT_TOKEN" in line]
    assert len(lines) == 1
    assert "Slack refuses SLACK_BOT_TOKEN: invalid_auth" in lines[0]
    assert "Traceback" not in ended.said


async def test_what_slack_did_not_sign_is_refused_before_it_is_read(tmp_path: Path) -> None:
    config = demo_config(channels=["#moderation", "#digits"])
    forged = {"X-Slack-Request-Timestamp": "junk", "X-Slack-Signature": "v0=00"}
    async with running_workspace(config) as workspace:
        env = environment(tmp_path, **slack_settings(config, workspace, socket=False))
        async with serving(tmp_path, env) as service, service.api() as api:
            for content in (b"\xff\xfe", b"payload=%7B%7D", b"{"):
                for headers in ({}, forged):
                    response = await api.post("/slack/events", content=content, headers=headers)
                    assert response.status_code == 401
