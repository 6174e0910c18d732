"""``hitl doctor`` names what stands between an installation and its first decision."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.app import running_workspace
from bot.sandbox.config import SCOPES, WorkspaceConfig, demo_config
from bot.sandbox.directory import UserGroup
from tests.service.process import Ended, environment, run_to_its_end, slack_settings

GROUPS = (
    UserGroup(id="S0MODS", handle="moderators", users=("U0ANA", "U0BEN")),
    UserGroup(id="S0LEAD", handle="moderation-leads", users=("U0ANA",)),
)


def config(**changes: Any) -> WorkspaceConfig:
    return replace(demo_config(channels=["#moderation", "#digits"], groups=GROUPS), **changes)


async def told(
    folder: Path, setting: WorkspaceConfig, env: Mapping[str, str], *, socket: bool = False
) -> Ended:
    async with running_workspace(setting) as workspace:
        settings = slack_settings(setting, workspace, socket=socket) | dict(env)
        return await run_to_its_end(folder, "doctor", env=environment(folder, **settings))


async def test_a_sound_installation_is_told_so_line_by_line_and_nothing_is_made(
    tmp_path: Path,
) -> None:
    found = await told(tmp_path, config(), {}, socket=True)
    assert found.status == 0, found.said
    for line in (
        "✓ settings: complete",
        "✓ policy: policy.toml: content-moderation, digits",
        "! database:",
        "✓ SLACK_BOT_TOKEN: @hitl in",
        "✓ SLACK_APP_TOKEN: Socket Mode can be opened",
        "✓ content-moderation: #moderation: the app is there",
        "✓ content-moderation: reviewers @moderators: 2 accounts",
        "✓ content-moderation: leads @moderation-leads: 1 account",
    ):
        assert line in found.said
    assert not (tmp_path / "hitl.db").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"groups": GROUPS[:1]}, "leads @moderation-leads: There is no user group"),
        ({"channels": config().channels[:1]}, "digits: #digits: the app is in no channel #digits"),
        ({"scopes": SCOPES - {"files:write", "im:write"}}, "missing files:write, im:write"),
        (
            {"channels": tuple(replace(each, is_ext_shared=True) for each in config().channels)},
            "another organisation sees this channel",
        ),
    ],
)
async def test_what_slack_lacks_is_named_with_what_to_do(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    found = await told(tmp_path, config(**changes), {})
    assert found.status == 1
    assert says in found.said
    assert "✗" in found.said


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "✗ SLACK_BOT_TOKEN: Slack: invalid_auth"),
        ({"HITL_API_KEYS": ""}, "✗ API keys: none: hitl keys create"),
        ({"HITL_DATABASE_URL": "sqlite:////no/such/x.db"}, "✗ database: sqlite:////no/such/x.db"),
    ],
)
async def test_what_is_wrong_here_is_named_and_the_rest_is_looked_at(
    tmp_path: Path, env: dict[str, str], says: str
) -> None:
    found = await told(tmp_path, config(), env)
    assert found.status == 1
    assert says in found.said
    assert "SLACK_BOT_TOKEN" in found.said


async def test_everything_that_is_missing_or_wrong_is_told_at_once(tmp_path: Path) -> None:
    env = environment(tmp_path, HITL_PORT="many", HITL_API_KEYS="", HITL_API_KEY="mistyped")
    (tmp_path / "policy.toml").write_text('[use_cases.spam]\npreset = "spam"\nchanel = "#spam"\n')
    found = await run_to_its_end(tmp_path, "doctor", env=env | {"COLUMNS": "300"})
    assert found.status == 1
    for line in (
        "✗ HITL_PORT: must be a whole number from 0 to 65535",
        "✗ SLACK_BOT_TOKEN: is missing: Slack app settings",
        "✗ SLACK_APP_TOKEN: is missing: Slack app settings",
        "! HITL_API_KEY: is no setting; did you mean HITL_API_KEYS?",
        '✗ policy: policy.toml:3: use_cases.spam.chanel: unknown key "chanel"; did you mean',
        "✗ policy: policy.toml:1: use_cases.spam.channel: is missing",
        "! database:",
        "✗ API keys: none: hitl keys create",
    ):
        assert line in found.said, found.said


async def test_slack_is_asked_even_where_the_policy_is_missing(tmp_path: Path) -> None:
    missing = {"HITL_POLICY": "other.toml", "HITL_DATABASE_URL": "nonsense"}
    found = await told(tmp_path, config(scopes=SCOPES - {"im:write"}), missing, socket=True)
    assert found.status == 1
    for line in (
        "✗ HITL_DATABASE_URL: ",
        "✗ policy: other.toml: there is no such file; hitl policy init writes one",
        "✓ SLACK_BOT_TOKEN: @hitl in",
        "✗ scopes: missing im:write",
        "✓ SLACK_APP_TOKEN: Socket Mode can be opened",
    ):
        assert line in found.said, found.said
    assert "database:" not in found.said


async def test_a_retraining_webhook_that_can_not_be_signed_is_told(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with (tmp_path / "policy.toml").open("a") as policy:
        policy.write('[use_cases.digits.retrain]\nevery = "week"\nwebhook = "https://x.example"\n')
    found = await run_to_its_end(tmp_path, "doctor", env=env)
    assert "✗ webhooks: digits: HITL_WEBHOOK_SECRETS is empty" in found.said
