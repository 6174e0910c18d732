"""The service under measurement: ``hitl serve`` in a process of its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import aiohttp
import psutil

from tests.benchmarks.processes import SERVICE_CORE, spawned, use_core
from tests.service.process import KEY

_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A service that takes requests."""

    url: str
    process: psutil.Process

    def memory(self) -> float:
        """Resident megabytes."""
        return float(self.process.memory_info().rss) / 1e6


@asynccontextmanager
async def running(folder: Path, env: Mapping[str, str], *, port: int) -> AsyncIterator[Running]:
    """The service for as long as the block runs."""
    url = f"http://127.0.0.1:{port}"
    async with spawned(_serve, folder, {**env, "HITL_PORT": str(port)}) as process:
        await _ready(url, process, folder=folder)
        assert process.pid is not None
        yield Running(url, psutil.Process(process.pid))


def caller() -> aiohttp.ClientSession:
    """A light client with a key."""
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {KEY}"},
        # Peers on uvicorn close a connection that was silent for 5 s; this side must be first.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def _serve(folder: Path, env: Mapping[str, str]) -> None:
    use_core(SERVICE_CORE)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    with (folder / "service.log").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    from bot import app  # noqa: PLC0415 - starting it is part of what is measured
    from bot.commands import serve  # noqa: PLC0415 - the same

    # Slack's pace is not kept: a local workspace does not ask for it.
    serve.running_service = partial(app.running_service, paced=False)  # type: ignore[attr-defined]
    serve.serve()


async def _ready(url: str, process: BaseProcess, *, folder: Path) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(_START_SECONDS):
        while process.is_alive():
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.005)
    raise RuntimeError(f"the service did not start; see {folder}/service.log")
