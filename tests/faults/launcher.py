"""Inside the launched process: ``hitl serve`` with short waits, an armed failpoint, a broken part.

Everything else is the product, started by its own command with settings from its environment.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import app
from bot.commands import serve
from bot.delivery import settling
from bot.delivery.desk import Desk
from bot.delivery.pacing import backoff
from bot.delivery.worker import Deliverer
from bot.scheduler.deadlines import keeping_deadlines
from bot.scheduler.runs import Job
from bot.scheduler.timetable import Timetable
from bot.serving import serving
from hitl.failpoints import Hook, arm
from hitl.policy import InForce
from hitl.storage import outbox
from hitl.storage.database import Transaction

LEASE = timedelta(seconds=2)
"""Instead of half a minute, so that what a killed process held goes on within a test."""
HISTORY_LAG = timedelta(seconds=1)
OFTEN = timedelta(seconds=0.2)
ANSWER_BEFORE, ANSWER_AFTER = "answer.before", "answer.after"
"""Both sides of an HTTP answer: of a case taken in, and of a click; about its path."""


@dataclass(frozen=True, slots=True)
class Failpoint:
    """A signal at the ``hit``-th time that the process is at ``instant``, counted from 1."""

    instant: str
    about: str = ""
    """Only instants about this; empty for all."""
    hit: int = 1
    kill_with: signal.Signals = signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start, and how."""

    folder: Path
    env: Mapping[str, str]
    failpoint: Failpoint | None = None
    broken: Callable[[], None] | None = None
    """Breaks the product inside the process, to show that the tests would notice."""
    fires_every: timedelta | None = None
    """Instead of the policy's digests, one as often as this."""


def launched(launch: Launch) -> None:
    """The process's main function."""
    os.chdir(launch.folder)
    os.environ.clear()
    os.environ.update(launch.env)
    with (launch.folder / "service.log").open("a") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    _hurry()
    if launch.fires_every is not None:
        replace(app, digest_jobs=partial(_frequent_digests, every=launch.fires_every))
    if launch.broken is not None:
        launch.broken()
    if launch.failpoint is not None:
        _arm(launch.failpoint)
    serve.serve()


def replace(module: ModuleType | type, **parts: Any) -> None:
    """Put other parts in a module's place; each must be there already."""
    for name, part in parts.items():
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name} any more")
        setattr(module, name, part)


def _hurry() -> None:
    """Shorten the waits; a local workspace has no rates to keep to."""
    replace(serve, running_service=partial(app.running_service, paced=False))
    replace(
        app,
        Deliverer=_hurried_deliverer,
        Desk=partial(Desk, history_lag=HISTORY_LAG),
        Timetable=partial(Timetable, every=OFTEN),
        keeping_deadlines=partial(keeping_deadlines, every=OFTEN),
    )
    quick = partial(backoff, most=HISTORY_LAG)
    replace(settling, _LOOK_AFTER=OFTEN, _LOOK_WITHIN=OFTEN, backoff=quick)


def _hurried_deliverer(*parts: Any, **options: Any) -> Deliverer:
    return Deliverer(*parts, **options | {"lease_for": LEASE, "look_every": OFTEN})


def _frequent_digests(policy: InForce, *, every: timedelta) -> list[Job]:
    use_case = next(iter(policy.use_cases.values()))

    def latest_fire(now: datetime) -> datetime:
        return now - timedelta(seconds=now.timestamp() % every.total_seconds())

    def effect(tx: Transaction, fire_at: datetime) -> None:
        outbox.put(
            tx,
            kind=outbox.Kind.DIGEST,
            stream=f"digest:{use_case.name}",
            lane=outbox.posts_lane(use_case.channel),
            use_case=use_case.name,
            payload={
                "channel": use_case.channel,
                "zone": "UTC",
                "until": fire_at.isoformat(),
                "since": (fire_at - every).isoformat(),
                "before": (fire_at - 2 * every).isoformat(),
            },
        )

    return [Job(name="digest:often", latest_fire=latest_fire, effect=effect)]


@dataclass(slots=True)
class _Fuse:
    failpoint: Failpoint
    hits: int = 0

    def __call__(self, instant: str, about: str) -> None:
        wanted = self.failpoint
        if instant != wanted.instant or wanted.about not in {"", about}:
            return
        self.hits += 1
        if self.hits == wanted.hit:
            os.kill(os.getpid(), wanted.kill_with)


def _arm(failpoint: Failpoint) -> None:
    fuse = _Fuse(failpoint)
    arm(fuse)
    replace(app, serving=lambda api, *parts, **rest: serving(_Answers(api, fuse), *parts, **rest))


class _Answers:
    """Reaches an instant before and after each HTTP answer."""

    def __init__(self, api: ASGIApp, hook: Hook) -> None:
        self._api = api
        self._hook = hook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")

        async def send_part(part: Message) -> None:
            if part["type"] == "http.response.start":
                self._hook(ANSWER_BEFORE, path)
            await send(part)
            if part["type"] == "http.response.body" and not part.get("more_body"):
                self._hook(ANSWER_AFTER, path)

        await self._api(scope, receive, send_part)
