"""The running policy of this process: begun with the service, followed while it runs.

What runs is in the database, one for every process; the file says what is wanted.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from hitl.policy import Policy, PolicyError, RunningPolicy, read_policy
from hitl.policy.stored import PolicyUnreadable
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.review import ProposalOpen, Taken, take_policy
from hitl.storage.bell import POLICY
from hitl.storage.database import Database, StorageUnavailable
from hitl.storage.policy_changes import Change, Source
from hitl.storage.running_policy import generation_of, stored_policy

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=2)
"""A ring from another process can be lost, and a command beside an SQLite file rings nobody."""
_START = "the start of the service"
_RELOAD = "the service's file, read again"


async def begin_policy(database: Database, wanted: Policy) -> RunningPolicy:
    """What runs from now on; raises ``PolicyUnreadable``."""
    take = partial(take_policy, wanted=wanted, by=_START, source=Source.START)
    try:
        _tell(await database.write(take))
    except ProposalOpen as refused:
        log.warning("The policy file is not taken: %s", refused, extra={"key": "policy.refused"})
    running = RunningPolicy(wanted)
    await refresh(database, running)
    return running


async def reload_policy(database: Database, running: RunningPolicy, file: Path) -> None:
    """Take the file anew, or say in the log why everything stays as it was."""
    try:
        wanted = await asyncio.to_thread(read_policy, file)
        take = partial(take_policy, wanted=wanted, by=_RELOAD, source=Source.RELOAD)
        taken = await database.write(take)
        await refresh(database, running)
    except (PolicyError, ProposalOpen, PolicyUnreadable, StorageUnavailable) as refused:
        log.error(  # noqa: TRY400 - the operator's mistake or the database's, told in full
            "The policy stays as it was: %s", refused, extra={"key": "policy.refused"}
        )
        return
    _tell(taken)
    if not any((taken.applied, taken.proposed, taken.waiting)):
        log.info("The policy file says what runs already.")


@asynccontextmanager
async def following(database: Database, running: RunningPolicy) -> AsyncIterator[None]:
    """Take up what any process puts in force, for as long as the block runs."""
    task = asyncio.create_task(_follow(database, running))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def refresh(database: Database, running: RunningPolicy) -> None:
    """Take up what is in force now; raises ``PolicyUnreadable`` and ``StorageUnavailable``."""
    if await database.read(generation_of) == running.generation:
        return
    stored = await database.read(stored_policy)
    if stored.policy is not None:
        running.current, running.generation = stored.policy, stored.generation


def outcome_lines(taken: Taken) -> Iterator[str]:
    """What became of each use case, in words."""
    for change in taken.applied:
        yield f"{change.use_case}: {_applied(change)}"
    for change in taken.proposed:
        yield (
            f"{change.use_case}: proposal {change.id} waits for {listed(change.missing)}:"
            f" {difference_words(change)}"
        )
    for change in taken.waiting:
        yield (
            f"{change.use_case}: proposal {change.id} asks for this already and waits for"
            f" {listed(change.missing)}"
        )


def difference_words(change: Change) -> str:
    """Every key that says something else."""
    return "; ".join(map(in_words, change.differences)) or "nothing that can be named"


def _applied(change: Change) -> str:
    if change.version is None:
        return "has left the policy"
    if change.version_before is None:
        return f"new, version {change.version}"
    return f"in force, version {change.version}: {difference_words(change)}"


def _tell(taken: Taken) -> None:
    for line in outcome_lines(taken):
        log.info("Policy: %s", line, extra={"key": "policy.taken"})


async def _follow(database: Database, running: RunningPolicy) -> None:
    with database.bell.listening(POLICY) as rung:
        while True:
            rung.clear()
            await _look(database, running)
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), LOOK_EVERY.total_seconds())


async def _look(database: Database, running: RunningPolicy) -> None:
    before = running.generation
    try:
        await refresh(database, running)
    except StorageUnavailable as error:
        log.warning("The policy can't be looked at: %s", error)
    except Exception:  # the loop's edge: going on with the old policy is better than with none
        log.exception("The policy stays as it was.", extra={"key": "policy.unreadable"})
    if running.generation != before:
        log.info("Another policy is in force.", extra={"key": "policy.followed"})
