"""The same decision through awaithumans, as far as it goes by itself: a task is created, completed
and read over its REST interface. Slack has no part in it: nothing is posted, nothing is clicked,
nothing is signed.
"""

import asyncio
import os
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.benchmarks.measuring import Measured, measure
from tests.benchmarks.processes import SERVICE_CORE, spawned, use_core
from tests.ports import free_port
from tests.postgres import Server

_START_SECONDS = 60
_NO_ERRORS = {200, 201, 409}
"""The last for what was completed by a call that got no answer."""
_TASK = {
    "task": "May this post stay up?",
    "payload": {"text": "You call that a risotto?"},
    "payload_schema": {"type": "object"},
    "response_schema": {"type": "object", "properties": {"approved": {"type": "boolean"}}},
    "timeout_seconds": 3_600,
}


async def awaithumans(
    folder: Path, server: Server | None, *, at_once: int, seconds: float
) -> Measured:
    """Create, complete, read."""
    on = "sqlite" if server is None else "postgresql"
    token, port = secrets.token_hex(24), free_port()
    env = {
        "PATH": os.environ["PATH"],
        "AWAITHUMANS_ADMIN_API_TOKEN": token,
        "AWAITHUMANS_LOG_LEVEL": "ERROR",
        "AWAITHUMANS_PAYLOAD_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AWAITHUMANS_DB_PATH": f"{folder}/awaithumans-{time.time()}.db",
    }
    if server is not None:
        env["AWAITHUMANS_DATABASE_URL"] = server.url(server.create())
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{port}/api"
    async with spawned(_serve, port, env, folder), aiohttp.ClientSession(headers=headers) as http:
        await _ready(http, url)

        async def asked(method: str, path: str, **body: Any) -> dict[str, Any]:
            """Asked again after an error of its own, of which many at once make some."""
            while True:
                with suppress(aiohttp.ClientError):
                    async with http.request(method, f"{url}{path}", **body) as answer:
                        if answer.status in _NO_ERRORS:
                            document: dict[str, Any] = await answer.json()
                            return document

        async def go(_number: int) -> None:
            task = _TASK | {"idempotency_key": f"item-{time.perf_counter_ns()}"}
            path = f"/tasks/{(await asked('POST', '/tasks', json=task))['id']}"
            await asked("POST", f"{path}/complete", json={"response": {"approved": True}})
            assert (await asked("GET", path))["response"] == {"approved": True}

        what = "awaithumans: create, complete, read; no Slack"
        return await measure(go, what=what, on=on, at_once=at_once, seconds=seconds)


def _serve(port: int, env: dict[str, str], folder: Path) -> None:
    use_core(SERVICE_CORE)
    with (folder / "awaithumans.log").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    program = str(Path(sys.executable).with_name("awaithumans"))
    given = ("serve", "--host", "127.0.0.1", "--port", str(port))
    os.execve(program, (program, *given), env)  # noqa: S606 - in the place of this process


async def _ready(http: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                async with http.get(f"{url}/health"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
