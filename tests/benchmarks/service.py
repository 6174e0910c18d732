"""The service under measurement: ``hitl serve`` in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
from fastapi import FastAPI

from bot.serving import listen, serving
from tests.benchmarks.processes import SERVICE_CORE, use_core
from tests.service.process import KEY

_START_SECONDS = 60
_SERVE = (sys.executable, "-m", "tests.benchmarks.unpaced")


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
    with (folder / "service.log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            *_SERVE, cwd=folder, env={**env, "HITL_PORT": str(port)}, stdout=log, stderr=log
        )
    started = psutil.Process(process.pid)
    started.cpu_affinity([SERVICE_CORE])
    try:
        await _ready(url, process, folder=folder)
        yield Running(url, started)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def caller() -> aiohttp.ClientSession:
    """A light client with a key."""
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {KEY}"},
        # Peers on uvicorn close a connection that was silent for 5 s; this side must be first.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def serve_alone(running: AbstractAsyncContextManager[FastAPI], *, port: int) -> None:
    """An app instead of the service, on the service's core and as the service is served."""
    import uvloop  # noqa: PLC0415 - as the service does, where it is there

    use_core(SERVICE_CORE)

    async def forever() -> None:
        async with running as app:
            with listen("127.0.0.1", port) as listener:
                async with serving(app, listener):
                    await asyncio.Event().wait()

    uvloop.run(forever())


async def answering(http: aiohttp.ClientSession, port: int) -> str:
    """The address of such an app, once it answers."""
    url = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                async with http.get(f"{url}/openapi.json"):
                    return url
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


async def _ready(url: str, process: asyncio.subprocess.Process, *, folder: Path) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(_START_SECONDS):
        while process.returncode is None:
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.005)
    raise RuntimeError(f"the service did not start; see {folder}/service.log")
