"""``hitl serve`` as a process of its own, started and stopped as an operator would."""

import asyncio
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.workspace import Workspace
from tests.examples import POLICY
from tests.ports import free_port

KEY = "a-key-for-tests-only"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For callers over plain HTTP: the machine's certificates take 40 ms to read."""
HITL = str(Path(sys.executable).with_name("hitl"))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended and what it said."""

    status: int
    said: str


@dataclass(slots=True)
class Served:
    """A running service."""

    url: str
    process: asyncio.subprocess.Process

    def api(self) -> httpx.AsyncClient:
        """A caller with a key."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=30, verify=NO_TLS
        )

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Send the signal and wait for the end."""
        self.process.send_signal(number)
        said, _ = await asyncio.wait_for(self.process.communicate(), 20)
        return Ended(self.process.returncode or 0, said.decode())


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Settings for a service in a folder, and nothing of the machine's own."""
    (folder / "policy.toml").write_text(POLICY)
    given = {
        "HITL_DATABASE_URL": f"sqlite:///{folder}/hitl.db",
        "HITL_API_KEYS": KEY,
        "HITL_PORT": "0",
        "PATH": os.environ["PATH"],
    }
    return given | settings


def slack_settings(
    config: WorkspaceConfig, workspace: Workspace, *, socket: bool
) -> dict[str, str]:
    """What connects a service to a local workspace."""
    settings = {"SLACK_BOT_TOKEN": config.bot_token, "SLACK_API_URL": workspace.api_url}
    if socket:
        return settings | {"SLACK_APP_TOKEN": config.app_token}
    return settings | {"SLACK_SIGNING_SECRET": config.signing_secret}


async def run_to_its_end(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str],
    seconds: float = 30,
    answers: str = "",
) -> Ended:
    """Run a command that should end by itself; ``answers`` are typed to its questions."""
    process = await _start(folder, *arguments, env=env)
    said, _ = await asyncio.wait_for(process.communicate(answers.encode()), seconds)
    return Ended(process.returncode or 0, said.decode())


@asynccontextmanager
async def serving(folder: Path, env: Mapping[str, str]) -> AsyncIterator[Served]:
    """A service that takes requests; killed at the end of the block if it still runs."""
    port = free_port()
    process = await _start(folder, "serve", env={**env, "HITL_PORT": str(port)})
    served = Served(f"http://127.0.0.1:{port}", process)
    try:
        await _ready(served)
        yield served
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _start(
    folder: Path, *arguments: str, env: Mapping[str, str]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        HITL,
        *arguments,
        cwd=folder,
        env=dict(env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _ready(served: Served) -> None:
    async with served.api() as api, asyncio.timeout(30):
        while True:
            if served.process.returncode is not None:
                said, _ = await served.process.communicate()
                raise AssertionError(f"it did not start: {said.decode()}")
            try:
                if (await api.get("/readyz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
