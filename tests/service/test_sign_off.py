"""Two offices sign a changed threshold in Slack, through the public doors alone."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.app import running_workspace
from bot.sandbox.config import WorkspaceConfig, demo_config
from bot.sandbox.directory import UserGroup
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from tests.intake.requests import moderation_case
from tests.service.process import (
    Served,
    environment,
    run_to_its_end,
    serving,
    slack_settings,
)

ANA, BEN, CHLOE, DEV = "U0ANA", "U0BEN", "U0CHLOE", "U0DEV"
POLICY = """\
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
reviewers = ["@moderators"]
approvers = { legal = "@legal", security = "@sec" }
"""
STRICTER = POLICY + "labels = { clean = {}, violation = { auto_at = 0.97 } }\n"
OTHER = POLICY + "always_review = true\n"


@dataclass(slots=True)
class Stage:
    """A running service, its workspace, and an operator beside it."""

    folder: Path
    env: dict[str, str]
    served: Served
    workspace: Workspace

    @property
    def channel(self) -> str:
        return self.workspace.channel_id("moderation")

    async def apply(self, policy: str) -> str:
        (self.folder / "policy.toml").write_text(policy)
        return await self.hitl("policy", "apply")

    async def hitl(self, *arguments: str) -> str:
        return (await run_to_its_end(self.folder, *arguments, env=self.env)).said

    async def route(self, key: str) -> str:
        """What becomes of a violation at 95 %."""
        scores = {"violation": 0.95, "clean": 0.05}
        async with self.served.api() as api:
            answer = await api.post("/v1/cases", json=moderation_case(key) | {"scores": scores})
        case: dict[str, Any] = answer.json()
        return str(case["route"]["to"])


@asynccontextmanager
async def staged(folder: Path, config: WorkspaceConfig) -> AsyncIterator[Stage]:
    async with running_workspace(config) as workspace:
        env = environment(folder, **slack_settings(config, workspace, socket=False))
        (folder / "policy.toml").write_text(POLICY)
        async with serving(folder, env) as served:
            workspace.request_url = f"{served.url}/slack/events"
            yield Stage(folder, env, served, workspace)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    groups = (
        UserGroup(id="S0MODS", handle="moderators", users=(ANA, BEN)),
        UserGroup(id="S0LEGAL", handle="legal", users=(BEN,)),
        UserGroup(id="S0SEC", handle="sec", users=(CHLOE,)),
    )
    async with staged(tmp_path, demo_config(channels=["#moderation"], groups=groups)) as stage:
        yield stage


async def becomes(person: Person, channel: str, card: SeenMessage, says: str) -> SeenMessage:
    return await person.wait_for_message(
        channel, lambda message: message.ts == card.ts and message.says(says), timeout=10
    )


async def test_a_changed_threshold_takes_effect_when_every_office_has_signed(
    stage: Stage,
) -> None:
    assert await stage.route("before") == "auto"
    said = await stage.apply(STRICTER)
    assert "proposal 2 waits for legal and security: violation stands at 87 % → 97 %" in said
    async with (
        stage.workspace.person(ANA) as ana,
        stage.workspace.person(BEN) as ben,
        stage.workspace.person(CHLOE) as chloe,
    ):
        title = "Policy change for content-moderation"
        card = await ana.wait_for_message(stage.channel, title, timeout=10)
        assert card.says("violation stands at 87 % → 97 %")
        assert card.buttons == ["Sign for legal", "Sign for security", "Withdraw…"]
        assert await ana.click(card, "Sign for legal")
        refusal = await ana.wait_for_message(stage.channel, lambda message: message.ephemeral)
        assert refusal.says("You can't sign for legal. Ask @legal.")

        assert await ben.click(card, "Sign for legal")
        card = await becomes(ben, stage.channel, card, "Waits for security")
        assert card.buttons == ["Sign for security", "Withdraw…"]
        assert await stage.route("meanwhile") == "auto"
        assert "proposal 2, asked for by" in await stage.apply(OTHER)

        assert await ben.command("/hitl policy", channel=stage.channel)
        shown = await ben.wait_for_message(stage.channel, "Proposal 2")
        assert shown.says("clean at 92 %; violation at 87 %")
        assert shown.says("signed for legal; waits for security")

        assert await chloe.command("/hitl policy content-moderation", channel=stage.channel)
        own = await chloe.wait_for_message(
            stage.channel, lambda message: message.ephemeral and bool(message.buttons)
        )
        assert await chloe.click(own, "Sign for security")
        await chloe.wait_for_message(
            stage.channel, lambda message: message.ephemeral and message.says("violation at 97 %")
        )
        card = await becomes(chloe, stage.channel, card, "In force since")
        assert card.buttons == []
    assert await stage.route("after") == "review"
    history = await stage.hitl("policy", "history")
    assert "signed for legal by U0BEN" in history
    assert "signed for security by U0CHLOE" in history


async def test_a_proposal_is_withdrawn_with_a_reason_by_somebody_it_concerns(
    stage: Stage,
) -> None:
    (stage.folder / "policy.toml").write_text(STRICTER)
    stage.served.process.send_signal(signal.SIGHUP)
    async with (
        stage.workspace.person(DEV) as dev,
        stage.workspace.person(CHLOE) as chloe,
    ):
        card = await dev.wait_for_message(stage.channel, "Policy change", timeout=10)
        assert await dev.click(card, "Withdraw…")
        refusal = await dev.wait_for_message(stage.channel, lambda message: message.ephemeral)
        assert refusal.says("You can't withdraw this.")

        assert await chloe.click(card, "Withdraw…")
        form = await chloe.wait_for_view("what runs goes on")
        assert await chloe.submit(form, {"Reason": "Too many would wait"})
        card = await becomes(chloe, stage.channel, card, "Withdrawn by")
        assert card.says("“Too many would wait”")
        assert card.buttons == []
    assert await stage.route("after") == "auto"
    assert "proposal 3 waits" in await stage.apply(OTHER)
    assert "is withdrawn" in await stage.hitl("policy", "withdraw", "3", "--reason", "by mistake")
