"""The weeks from start to end: workspace, service, callers, reviewers and the trainer's hook."""

import random
import secrets
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy.engine import URL

from bot.app import running_service
from bot.demo.options import Options
from bot.demo.screen import Screen
from bot.demo.weeks.data import split_digits
from bot.demo.weeks.loop import Loop, Week, WeekClock
from bot.demo.weeks.report import before_and_after, draw_weeks, week_table
from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.sandbox.directory import UserGroup
from bot.settings import Settings
from hitl.client import AsyncHitl
from hitl.policy import LabelRule, Policy, Retrain, UseCase

_FILE = "weeks.db"
_PICTURE = "weeks.png"
_GROUPS = (UserGroup(id="S0DIGITS", handle="digit-readers", users=("U0ANA", "U0BEN")),)
_SEED = 7


async def run_weeks(options: Options, *, weeks: int, screen: Screen) -> list[Week]:
    """Play them and show what came of it; the weeks, for whoever wants to look closer."""
    options.data.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        (options.data / f"{_FILE}{suffix}").unlink(missing_ok=True)
    with screen.progress() as bars:
        bar = bars.add("weeks", total=weeks)

        def say(note: str) -> None:
            number = int(note.split()[1].rstrip(":"))
            bar.show(done=number - 1, total=weeks, note=note)

        async with AsyncExitStack() as stack:
            loop = await _loop(options, stack=stack, say=say)
            story = await loop.play(weeks)
        bar.show(done=weeks, total=weeks, note="done")
    picture = options.data / _PICTURE
    draw_weeks(story, picture)
    screen.show(week_table(story))
    screen.report("Before and after, on 500 held-out digits", before_and_after(story[0], story[-1]))
    screen.say(f"The curve is drawn in {picture}")
    return story


async def _loop(options: Options, *, stack: AsyncExitStack, say: Callable[[str], None]) -> Loop:
    model_file = (options.data / "digits-model.json").absolute()
    learning = _use_case(model_file)
    # The service answers, asks and stores; the loop itself turns the weeks and does what is due.
    served = Policy(use_cases={learning.name: learning.model_copy(update={"retrain": None})})
    config = demo_config(channels=[learning.channel], groups=_GROUPS)
    workspace = await stack.enter_async_context(running_workspace(config, port=options.port))
    key, clock = secrets.token_hex(12), WeekClock()
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(config.bot_token),
        slack_app_token=None,
        slack_signing_secret=SecretStr(config.signing_secret),
        slack_api_url=workspace.api_url,
        database_url=URL.create("sqlite", database=str(options.data / _FILE)).render_as_string(),
        host="127.0.0.1",
        port=options.api_port,
        api_keys=(SecretStr(key),),
    )
    service = await stack.enter_async_context(
        running_service(settings, served, paced=False, clock=clock)
    )
    workspace.request_url = f"{service.url}/slack/events"
    headers = {"Authorization": f"Bearer {key}"}
    return Loop(
        digits=split_digits(options.most),
        policy=Policy(use_cases={learning.name: learning}),
        database=service.services.database,
        clock=clock,
        hitl=await stack.enter_async_context(AsyncHitl(service.url, api_key=key)),
        api=await stack.enter_async_context(
            httpx.AsyncClient(base_url=service.url, headers=headers, trust_env=False)
        ),
        model_file=model_file,
        say=say,
        chance=random.Random(_SEED),  # noqa: S311 - a simulation, the same each time
    )


def _use_case(model_file: Path) -> UseCase:
    command = [sys.executable, "-m", "bot.demo.weeks.trainer", str(model_file)]
    return UseCase(
        name="digits",
        channel="#digits",
        question="Which digit is this?",
        reviewers=("@digit-readers",),
        auto_at=0.90,
        labels={str(digit): LabelRule() for digit in range(10)},
        audit_rate=0.0,
        retrain=Retrain(every="week", command=tuple(command), within="5m"),
    )
