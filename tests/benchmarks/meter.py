"""Processor time of this process and of the PostgreSQL server, where one is asked."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil

from tests.postgres import Server

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time: of this process, and of the server."""

    what: str
    on: str
    own: float
    server: float

    @property
    def seconds(self) -> float:
        """Both."""
        return self.own + self.server


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads the processor time of this process and, where there is one, of the server."""

    on: str
    server: psutil.Process | None

    def read(self) -> tuple[float, float]:
        """So far."""
        return time.process_time(), 0.0 if self.server is None else _of_all(self.server)

    async def spent(self, what: str, ask: Ask) -> Spent:
        """What one go takes."""
        before = self.read()
        await ask()
        after = self.read()
        return Spent(what, self.on, after[0] - before[0], after[1] - before[1])


def meter_of(server: Server | None) -> Meter:
    """Of SQLite where there is no server."""
    if server is None:
        return Meter("SQLite", None)
    return Meter("PostgreSQL", psutil.Process(server.process_id))


def _of_all(server: psutil.Process) -> float:
    """Of the server's processes that run, and of those that have ended."""
    running = [server, *server.children(recursive=True)]
    ended = server.cpu_times()
    total = float(ended.children_user + ended.children_system)
    for process in running:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
