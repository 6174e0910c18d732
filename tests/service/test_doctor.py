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
