"""The demo from start to end: workspace, service, callers, and people real or simulated."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL

from bot.app import RunningService, running_service
from bot.demo.again import ask_again
from bot.demo.data import Item, digits, tumours
from bot.demo.known import hurry, parted, tell_answers
from bot.demo.options import Options
from bot.demo.reviewers import Desk, Known
from bot.demo.screen import Bar, Bars, Screen
from bot.demo.stream import Gate, Stream
from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.sandbox.directory import UserGroup
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from bot.scheduler.digests import put_digest
from bot.settings import Settings
from hitl.client import AsyncHitl
from hitl.policy import Policy, UseCase, read_policy
from hitl.reports.stats import queue
from hitl.reports.windows import WEEK
from hitl.storage.database import Transaction
from hitl.storage.tables import known_turns

_POLICY = Path(__file__).with_name("policy.toml")
_FILE = "demo.db"
_ANA, _BEN, _CHLOE, _DEV = "U0ANA", "U0BEN", "U0CHLOE", "U0DEV"
_GROUPS = (
    UserGroup(id="S0DIGITS", handle="digit-readers", users=(_ANA, _BEN, _DEV)),
    UserGroup(id="S0PATHO", handle="pathologists", users=(_CHLOE, _DEV)),
)
_REVIEWERS = {"digits": (_ANA, _BEN), "tumours": (_CHLOE, _DEV)}
_WATCHED_RATE = 8.0
"""Predictions a second of each data set when a person looks on."""
_HURRIED_RATE = 100.0
_MOST_WAITING = 12
"""Cards of each data set that wait at once when a person looks on."""
_SPEED = 60.0
"""How many times faster than people simulated reviewers are."""
_LOOK_EVERY_SECONDS = 0.2
_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class _Stage:
    """Everything that runs while the demo plays."""

    service: RunningService
    workspace: Workspace
    hitl: AsyncHitl
    key: str


@dataclass(frozen=True, slots=True)
class _Data:
    """One data set: what is predicted, and items whose label is told."""

    sent: list[Item]
    known: list[Item]


async def run(options: Options, *, screen: Screen) -> None:
    """Play the demo; returns when it is done, which without ``leave`` is when it is cancelled."""
    policy = read_policy(_POLICY)
    async with _everything(options, policy, screen=screen) as stage:
        if options.keep:
            database = stage.service.services.database
            count = await database.write(lambda tx: ask_again(tx, policy=policy))
            screen.say(f"{count} cases of the last run still wait; they are asked again.")
        screen.say("Training two models on a small labelled part of their data…")
        data = await asyncio.to_thread(_data, options.most)
        with screen.progress() as bars:
            await _play(stage, data, bars=bars, auto=options.auto)
        if options.auto:
            await _report(stage, screen=screen)
        if not options.leave:
            screen.say(f"Everything was sent. The workspace stays open at {stage.workspace.url}")
            await asyncio.Event().wait()


def _prepare(options: Options) -> None:
    options.data.mkdir(parents=True, exist_ok=True)
    if not options.keep:
        # By name: the folder may be one that holds more than a demo.
        for suffix in ("", "-wal", "-shm"):
            (options.data / f"{_FILE}{suffix}").unlink(missing_ok=True)


def _database_url(file: Path) -> str:
    # Not by hand: a ? in the name would end the address's path.
    return URL.create("sqlite", database=str(file)).render_as_string()


def _data(most: int | None) -> dict[str, _Data]:
    every = {"digits": digits(), "tumours": tumours()}
    return {name: _Data(*parted(items, most=most)) for name, items in every.items()}


@asynccontextmanager
async def _everything(options: Options, policy: Policy, *, screen: Screen) -> AsyncIterator[_Stage]:
    channels = [use_case.channel for use_case in policy.use_cases.values()]
    config = demo_config(channels=channels, groups=_GROUPS)
    key = secrets.token_hex(12)
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(running_workspace(config, port=options.port))
        # Not before the port is ours: a demo that runs already goes on with its data.
        _prepare(options)
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(config.bot_token),
            slack_app_token=None,
            slack_signing_secret=SecretStr(config.signing_secret),
            slack_api_url=workspace.api_url,
            database_url=_database_url(options.data / _FILE),
            host="127.0.0.1",
            port=options.api_port,
            api_keys=(SecretStr(key),),
        )
        service = await stack.enter_async_context(running_service(settings, policy, paced=False))
        workspace.request_url = f"{service.url}/slack/events"
        hitl = await stack.enter_async_context(AsyncHitl(service.url, api_key=key))
        screen.welcome(workspace=workspace.url, api=service.url, key=key)
        yield _Stage(service, workspace, hitl, key)


async def _play(stage: _Stage, data: Mapping[str, _Data], *, bars: Bars, auto: bool) -> None:
    streams = {
        name: Stream(part.sent, bars.add(f"{name}: sent", total=len(part.sent)))
        for name, part in data.items()
    }
    for part in data.values():
        await tell_answers(part.known, url=stage.service.url, key=stage.key)
    async with AsyncExitStack() as stack:
        desks = []
        if auto:
            desks = [
                await _desk(stage, name, stream, known=data[name].known, stack=stack)
                for name, stream in streams.items()
            ]
        working = [asyncio.create_task(desk.work(random.Random(7))) for desk in desks]  # noqa: S311
        if auto:
            working.append(asyncio.create_task(_hurrying(stage)))
        rate = _HURRIED_RATE if auto else _WATCHED_RATE
        sending = (
            stream.send(stage.hitl, rate=rate, gate=_gate(stage, name, auto=auto))
            for name, stream in streams.items()
        )
        await asyncio.gather(*sending)
        if auto:
            await _until_decided(streams, desks, bars.add("decided by people", total=1))
            await _until_nothing_waits(stage)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


def _gate(stage: _Stage, use_case: str, *, auto: bool) -> Gate:
    """Whoever looks on is not buried: the next prediction waits while many cards wait."""
    database = stage.service.services.database

    async def gate() -> bool:
        if auto:
            return True
        found = await database.read(lambda connection: queue(connection, use_case=use_case))
        return found.open < _MOST_WAITING

    return gate


async def _desk(
    stage: _Stage, name: str, stream: Stream, *, known: list[Item], stack: AsyncExitStack
) -> Desk:
    people = [
        await stack.enter_async_context(stage.workspace.person(user_id))
        for user_id in _REVIEWERS[name]
    ]
    use_case = stage.service.services.policy.use_case(name)
    channel = stage.workspace.channel_id(use_case.channel)
    told = {each.case["title"]: Known(ai_label=each.truth, truth=each.truth) for each in known}
    return Desk(channel, use_case, stream.known, told, tuple(people), speed=_SPEED)


async def _until_decided(streams: Mapping[str, Stream], desks: list[Desk], bar: Bar) -> None:
    waiting = set().union(*(stream.waiting for stream in streams.values()))
    total, decided = len(waiting), 0
    while decided < total:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        decided = len(waiting & set().union(*(desk.decided for desk in desks)))
        bar.show(done=decided, total=total, note=f"{_SPEED:.0f} times faster than people")


async def _hurrying(stage: _Stage) -> None:
    while True:
        await stage.service.services.database.write(hurry)
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def _until_nothing_waits(stage: _Stage) -> None:
    """Also the items mixed in, of which nobody but the service knows how many there are."""
    names = list(stage.service.services.policy.use_cases)

    def waiting(connection: Connection) -> int:
        turns = connection.execute(select(func.count()).select_from(known_turns)).scalar_one()
        return turns + sum(queue(connection, use_case=name).open for name in names)

    left = 1
    while left:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        left = await stage.service.services.database.read(waiting)


async def _report(stage: _Stage, *, screen: Screen) -> None:
    """What a lead would read: the figures asked for now, and the digest of a week that ends now."""
    services, workspace = stage.service.services, stage.workspace
    async with workspace.person(_ANA) as ana:
        for use_case in services.policy.use_cases.values():
            channel = workspace.channel_id(use_case.channel)
            await ana.command(f"/hitl stats {use_case.name}", channel=channel)
            answer = await ana.wait_for_message(channel, lambda message: message.ephemeral)
            screen.report(f"/hitl stats {use_case.name}", answer.text)
            await services.database.write(partial(_digest_now, use_case=use_case))
            digest = await ana.wait_for_message(channel, partial(_is_digest, use_case=use_case))
            screen.report(f"The weekly digest in {use_case.channel}", digest.text)


def _is_digest(message: SeenMessage, *, use_case: UseCase) -> bool:
    # By its zone too: the timetable may post the digest of the calendar at any moment.
    return message.says(f"The week of {use_case.name}") and message.says(_ZONE)


def _digest_now(tx: Transaction, *, use_case: UseCase) -> None:
    since = tx.now - WEEK
    put_digest(tx, since - WEEK, since, tx.now, use_case=use_case, zone=_ZONE)
