"""Processes of their own, on cores of their own where there are two."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from typing import Any

SERVICE_CORE, LOAD_CORE = 0, 1
_END_SECONDS = 20
_processes = multiprocessing.get_context("spawn")


def use_core(core: int) -> None:
    """Keep this process to one core, so that load and service do not push each other about."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


@asynccontextmanager
async def spawned(target: Callable[..., None], *arguments: Any) -> AsyncIterator[BaseProcess]:
    """The function in a process of its own while the block runs; asked to end then."""
    process = _processes.Process(target=target, args=arguments, daemon=True)
    process.start()
    try:
        yield process
    finally:
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGTERM)
        await asyncio.to_thread(process.join, _END_SECONDS)
        if process.is_alive():
            process.kill()
