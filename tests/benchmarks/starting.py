"""How long the service takes to be ready, and what it holds then: ``hitl serve`` as it is typed."""

import asyncio
import time
from pathlib import Path

import aiohttp
import psutil

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from tests.benchmarks.bench import CHANNEL, POLICY
from tests.benchmarks.measuring import Figure
from tests.benchmarks.processes import SERVICE_CORE
from tests.ports import free_port
from tests.postgres import Server
from tests.service.process import HITL, environment, slack_settings

_REST_SECONDS = 2
_START_SECONDS = 60


async def starts(folder: Path, server: Server | None, *, times: int) -> list[Figure]:
    """With a new database, and with one that is there: of these starts the middle one counts.

    Python's compiled files are there as in the image: the first start here writes what is missing.
    """
    on = "sqlite" if server is None else "postgresql"
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything runs
    config = demo_config(channels=[CHANNEL])
    async with running_workspace(config) as workspace:
        env = environment(folder, **slack_settings(config, workspace, socket=False))
        (folder / "policy.toml").write_text(POLICY)
        for database in ("warm-up", "new"):
            url = server.url(server.create()) if server else f"sqlite:///{folder}/{database}.db"
            env["HITL_DATABASE_URL"] = url
            first, _ = await _start(folder, env)
        again = sorted([await _start(folder, env) for _ in range(times)])
    seconds, megabytes = again[times // 2]
    return [
        Figure("start-up to ready, new database", on, first, "s"),
        Figure("start-up to ready", on, seconds, "s"),
        Figure("memory at rest", on, megabytes, "MB"),
    ]


async def _start(folder: Path, env: dict[str, str]) -> tuple[float, float]:
    """Seconds to the first ready answer, and the resident megabytes a little later."""
    port, began = free_port(), time.perf_counter()
    with (folder / "start.log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            HITL, "serve", cwd=folder, env=env | {"HITL_PORT": str(port)}, stdout=log, stderr=log
        )
    started = psutil.Process(process.pid)
    started.cpu_affinity([SERVICE_CORE])
    try:
        await _ready(port)
        took = time.perf_counter() - began
        await asyncio.sleep(_REST_SECONDS)
        return took, float(started.memory_info().rss) / 1e6
    finally:
        process.terminate()
        await process.wait()


async def _ready(port: int) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(_START_SECONDS):
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.005)
