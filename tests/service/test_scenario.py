"""The main job through the public doors alone: HTTP in, a card, a click, the outcome out."""

from pathlib import Path

import pytest

from bot.sandbox.app import running_workspace
from bot.sandbox.config import WorkspaceConfig, demo_config
from bot.sandbox.directory import UserGroup
from tests.intake.requests import moderation_case
from tests.ports import free_port
from tests.service.process import environment, serving, slack_settings

ANA, BEN, CHLOE = "U0ANA", "U0BEN", "U0CHLOE"


@pytest.fixture
def config() -> WorkspaceConfig:
    groups = (
        UserGroup(id="S0MODS", handle="moderators", users=(ANA, BEN)),
        UserGroup(id="S0LEADS", handle="moderation-leads", users=(CHLOE,)),
    )
    return demo_config(channels=["#moderation", "#digits"], groups=groups)


@pytest.mark.parametrize("socket", [True, False], ids=["socket mode", "signed http"])
async def test_an_unsure_prediction_is_decided_by_a_person(
    tmp_path: Path, config: WorkspaceConfig, *, socket: bool
) -> None:
    async with running_workspace(config) as workspace:
        settings = slack_settings(config, workspace, socket=socket)
        async with (
            serving(tmp_path, environment(tmp_path, **settings)) as service,
            service.api() as api,
            workspace.person(ANA) as ana,
            workspace.person(BEN) as ben,
            workspace.person(CHLOE) as chloe,
        ):
            if not socket:
                workspace.request_url = f"{service.url}/slack/events"
            channel = workspace.channel_id("moderation")

            case = (await api.post("/v1/cases", json=moderation_case())).json()
            assert case["state"] == "open"

            card = await ana.wait_for_message(channel, "May this post stay up?", timeout=15)
            assert card.buttons == [
                "Approve · keep post",
                "Reject · remove post",
                "Flag · keep and monitor",
            ]
            assert card.says("violation 70 % is under its 87 % threshold")
            assert card.says("Matches two slur patterns, one quoted")

            assert await chloe.click(card, "Reject · remove post")
            refusal = await chloe.wait_for_message(channel, lambda message: message.ephemeral)
            assert refusal.says("moderators")

            assert await ana.click(card, "Reject · remove post")
            decided = (await api.get(f"/v1/cases/{case['id']}", params={"wait": 10})).json()
            assert decided["state"] == "decided"
            assert decided["outcome"]["label"] == "violation"
            assert decided["outcome"]["reviewer"] == ANA

            assert await ben.click(card, "Approve · keep post", stale=True)
            lost = await ben.wait_for_message(channel, lambda message: message.ephemeral)
            assert lost.says(f"<@{ANA}>")

            shown = await ana.wait_for_message(channel, lambda m: m.ts == card.ts and not m.buttons)
            assert shown.says("remove post")

            assert await ana.command("/hitl stats content-moderation", channel=channel)
            stats = await ana.wait_for_message(
                channel, lambda m: m.ephemeral and m.says("Escalation")
            )
            assert stats.says("not enough yet (1 of 30 predictions)")


async def test_cases_are_taken_while_slack_can_not_be_reached(
    tmp_path: Path, config: WorkspaceConfig
) -> None:
    port = free_port()
    settings = {
        "SLACK_BOT_TOKEN": config.bot_token,
        "SLACK_SIGNING_SECRET": config.signing_secret,
        "SLACK_API_URL": f"http://127.0.0.1:{port}/api/",
    }
    async with (
        serving(tmp_path, environment(tmp_path, **settings)) as service,
        service.api() as api,
    ):
        response = await api.post("/v1/cases", json=moderation_case())
        assert response.status_code == 201
        async with running_workspace(config, port=port) as workspace, workspace.person(ANA) as ana:
            await ana.wait_for_message(
                workspace.channel_id("moderation"), "May this post stay up?", timeout=20
            )


async def test_what_was_acknowledged_is_there_after_a_restart(
    tmp_path: Path, config: WorkspaceConfig
) -> None:
    async with running_workspace(config) as workspace:
        env = environment(tmp_path, **slack_settings(config, workspace, socket=True))
        async with serving(tmp_path, env) as service, service.api() as api:
            case = (await api.post("/v1/cases", json=moderation_case())).json()
            ended = await service.stop()
            assert ended.status == 0
            assert "Stopping" in ended.said
        async with serving(tmp_path, env) as service, service.api() as api:
            assert (await api.get(f"/v1/cases/{case['id']}")).json() == case
