"""The running policy of this process: begun with the service, followed while it runs.

What runs is in the database, one for every process; the file says what is wanted.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from hitl.policy import Policy, PolicyError, RunningPolicy, UseCase, read_policy
from hitl.policy.stored import PolicyUnreadable
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.review import (
    Effects,
    PolicyMoved,
    ProposalOpen,
    Taken,
    effects_of,
    propose,
    take_policy,
)
from hitl.storage.bell import POLICY
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.policy_changes import Change, Source
from hitl.storage.running_policy import generation_of, stored_policy

log = logging.getLogger(__name__)

T = TypeVar("T")
LOOK_EVERY = timedelta(seconds=2)
"""A ring from another process can be lost, and a command beside an SQLite file rings nobody."""
_START = "the start of the service"
_RELOAD = "the service's file, read again"


async def take(database: Database, wanted: Policy, *, by: str, source: Source) -> Taken:
    """``take_policy`` with the effects of what it proposes; raises what that raises."""
    verb = partial(take_policy, wanted=wanted, by=by, source=source)
    return await _with_effects(database, verb, wanted.use_cases.values())


async def ask_for(database: Database, wanted: UseCase, *, by: str, source: Source) -> Change:
    """``propose`` with the effect; raises what that raises."""
    verb = partial(propose, wanted=wanted, by=by, source=source)
    return await _with_effects(database, verb, [wanted])


async def _with_effects(
    database: Database, verb: Callable[..., T], wanted: Collection[UseCase]
) -> T:
    """The effects are looked for beside the writer, and again where the policy moved meanwhile."""
    while True:
        look = partial(effects_of, wanted=wanted, now=database.now())
        effects: Effects = await database.read(look)

        def write(tx: Transaction, effects: Effects = effects) -> T:
            return verb(tx, effects=effects)

        with suppress(PolicyMoved):
            return await database.write(write)


async def begin_policy(database: Database, wanted: Policy) -> RunningPolicy:
    """What runs from now on; raises ``PolicyUnreadable``."""
    try:
        _tell(await take(database, wanted, by=_START, source=Source.START))
    except ProposalOpen as refused:
        log.warning("The policy file is not taken: %s", refused, extra={"key": "policy.refused"})
    running = RunningPolicy(wanted)
    await refresh(database, running)
    return running


async def reload_policy(database: Database, running: RunningPolicy, file: Path) -> None:
    """Take the file anew, or say in the log why everything stays as it was."""
    try:
        wanted = await asyncio.to_thread(read_policy, file)
        taken = await take(database, wanted, by=_RELOAD, source=Source.RELOAD)
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
