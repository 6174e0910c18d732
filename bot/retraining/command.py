"""A command of this machine with a time limit: no shell, and nothing of it lives on afterwards."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from hitl.learning.runs import Ended, RunState

_KEPT_OUTPUT = 4_000
"""Bytes of the end of what it prints."""
_GRACE_SECONDS = 5.0
_SECRETS = ("SLACK_", "HITL_")
"""What settings begin with: a trainer needs none of them."""


async def run_command(
    command: Sequence[str], *, extra: Mapping[str, str], within: timedelta
) -> Ended:
    """Run it to its end, or stop it and everything it started."""
    loop = asyncio.get_running_loop()
    try:
        transport, watcher = await loop.subprocess_exec(
            _Watcher,
            *command,
            env=_environment(extra),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return Ended(RunState.FAILED, f"{command[0]} could not be started: {error.strerror}")
    except ValueError as error:  # such as a zero byte in it
        return Ended(RunState.FAILED, f"{command[0]!r} could not be started: {error}")
    group = transport.get_pid()  # its own: start_new_session made it
    try:
        is_late = not await _happens(watcher.exited, within.total_seconds())
        if is_late:
            _signal(group, signal.SIGTERM)
            await _happens(watcher.exited, _GRACE_SECONDS)
    finally:
        _signal(group, signal.SIGKILL)  # also whatever it started and left behind
        await _happens(watcher.all_read, _GRACE_SECONDS)
        transport.close()
    output = watcher.tail.decode(errors="replace")
    if is_late:
        return Ended(RunState.TIMED_OUT, f"it took longer than {_length(within)}", output)
    if status := transport.get_returncode():
        return Ended(RunState.FAILED, _how_it_failed(status), output)
    return Ended(RunState.SUCCEEDED, "it ended well", output)


class _Watcher(asyncio.SubprocessProtocol):
    """Keeps the end of the output, and tells the end of the command from that of its output.

    What it started can hold the output open, so that the command's own end has to be known.
    """

    def __init__(self) -> None:
        self.tail = bytearray()
        self.exited = asyncio.Event()
        self.all_read = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - the base's
        self.tail += data
        del self.tail[:-_KEPT_OUTPUT]

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base's
        self.all_read.set()


async def _happens(event: asyncio.Event, within_seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            await event.wait()
    return event.is_set()


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
    return kept | dict(extra)


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _how_it_failed(status: int) -> str:
    return f"it ended with status {status}" if status > 0 else f"signal {-status} ended it"


def _length(within: timedelta) -> str:
    seconds = int(within.total_seconds())
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
