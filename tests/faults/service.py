"""A launched service seen from outside: started, killed and started again on the same port."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess

import httpx

from tests.faults.launcher import Launch, launched
from tests.service.process import KEY, NO_TLS

_START_SECONDS = 30
_END_SECONDS = 30
# Each is a process of its own, forked from one that has imported the service already.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.launcher", "psycopg"])


@dataclass(slots=True)
class Service:
    """One replica, whichever process it is at the moment."""

    launch: Launch
    port: int
    process: BaseProcess | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def api(self, *, seconds: float = 10) -> httpx.AsyncClient:
        """A caller with a key."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=seconds, verify=NO_TLS
        )

    async def start(self, **changes: object) -> None:
        """Start, and return when it takes requests, or when it has died at its failpoint."""
        launch = replace(self.launch, **changes)  # type: ignore[arg-type]
        launch = replace(launch, env={**launch.env, "HITL_PORT": str(self.port)})
        self.process = _processes.Process(target=launched, args=(launch,), daemon=True)
        await asyncio.to_thread(self.process.start)
        self.starts += 1
        async with self.api() as api, asyncio.timeout(_START_SECONDS):
            while self.is_alive:
                try:
                    if (await api.get("/readyz")).is_success:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
        if launch.failpoint is None:
            said = (launch.folder / "service.log").read_text()
            raise AssertionError(f"it did not start: {said[-2_000:]}")

    async def kill(self) -> None:
        """SIGKILL: it does nothing more, not even flush."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self) -> None:
        """Return once the process is gone."""
        assert self.process is not None
        async with asyncio.timeout(_END_SECONDS):
            while self.process.is_alive():  # noqa: ASYNC110 - a process tells no other way
                await asyncio.sleep(0.005)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        if self.is_alive:
            assert self.process is not None
            assert self.process.pid is not None
            os.kill(self.process.pid, number)

    async def stop(self) -> None:
        """Ask it to end, as an operator would."""
        self.signal(signal.SIGTERM)
        await self.ended()


@asynccontextmanager
async def running_service(launch: Launch, *, port: int) -> AsyncIterator[Service]:
    """A service that takes requests; whatever runs of it at the end is killed."""
    service = Service(launch, port)
    await service.start()
    try:
        yield service
    finally:
        if service.is_alive:
            await service.kill()
