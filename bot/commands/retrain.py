"""``hitl retrain``: retraining by hand, and what became of earlier runs."""

import asyncio
from contextlib import suppress

from rich.console import Console
from rich.table import Column, Table

from bot.commands.store import read_store, use_store
from bot.retraining.work import do_waiting_run
from bot.settings import read_settings
from hitl.documents import moment
from hitl.errors import HitlError
from hitl.learning.runs import (
    AlreadyRetraining,
    Run,
    RunState,
    ask_for_retraining,
    give_up_lost_run,
    latest_runs,
    run_by_id,
)
from hitl.policy import Retrain, UseCase, read_policy
from hitl.storage.database import Database

_PATIENCE_SECONDS = 30.0
"""For what another process does."""
_LOOK_EVERY_SECONDS = 0.25


class NotRetrained(HitlError):
    """The policy does not say how, or it went wrong."""


def retrain_now(use_case: str | None) -> None:
    """Do it here and say how it went; raises ``AlreadyRetraining`` and ``NotRetrained``."""
    chosen, rule = _chosen(use_case)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with console.status(f"Retraining {chosen.name}…"):
        run = use_store(lambda database: _retrain(database, chosen, rule))
    if output := str(run.result.get("output", "")).rstrip():
        console.print(output)
    detail = run.result.get("detail", "the running service does it")
    if run.goes_on:
        raise NotRetrained(f"{chosen.name} is not retrained yet: {detail}; see: hitl retrain runs")
    if run.state is not RunState.SUCCEEDED:
        raise NotRetrained(f"{chosen.name} was not retrained: {detail}")
    if rule.webhook is not None:
        console.print(f"{chosen.name}: {detail}, which was told of {run.labels:,} labels.")
    else:
        console.print(f"{chosen.name} was retrained: {detail}.")


def show_runs() -> None:
    """The newest runs."""
    console = Console(highlight=False, markup=False)
    runs = read_store(latest_runs)
    if not runs:
        console.print("Nothing was retrained yet.")
        return
    names = ("run", "use case", "asked, UTC", "why", "state", "labels", "new", "came to")
    table = Table(*(Column(name, overflow="fold") for name in names))
    for run in runs:
        table.add_row(*_row(run))
    console.print(table)


def _chosen(name: str | None) -> tuple[UseCase, Retrain]:
    policy = read_policy(read_settings().policy)
    rules = {each.name: each for each in policy.use_cases.values() if each.retrain is not None}
    if name is not None:
        use_case = policy.use_case(name)
    elif len(rules) == 1:
        (use_case,) = rules.values()
    else:
        raise NotRetrained(
            f"say which with --use-case; those with a retrain rule: {', '.join(rules)}"
            if rules
            else "no use case of the policy has a retrain rule: see Retraining in the README"
        )
    if use_case.retrain is None:
        raise NotRetrained(f"the policy has no retrain rule for {use_case.name}")
    return use_case, use_case.retrain


async def _retrain(database: Database, use_case: UseCase, rule: Retrain) -> Run:
    await database.write(lambda tx: give_up_lost_run(tx, use_case=use_case))
    occasion = f"by hand, {moment(database.now())}"
    asked = await database.write(
        lambda tx: ask_for_retraining(tx, use_case=use_case.name, occasion=occasion)
    )
    if asked is None:
        raise AlreadyRetraining(use_case.name)
    if await do_waiting_run(database, use_case=use_case, rule=rule) is None:
        # A running service took it, or tells the webhook.
        await _until_it_ends(database, asked)
    return await database.read(lambda c: run_by_id(c, asked))


async def _until_it_ends(database: Database, number: int) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while (await database.read(lambda c: run_by_id(c, number))).goes_on:  # noqa: ASYNC110 - another process ends it
                await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _row(run: Run) -> tuple[str, ...]:
    counts = ("" if count is None else f"{count:,}" for count in (run.labels, run.new_labels))
    asked = f"{run.asked_at.day} {run.asked_at:%b %H:%M}"
    why = run.occasion.partition(", ")[0]  # by hand, at a moment that stands beside it
    detail = str(run.result.get("detail", ""))
    return str(run.id), run.use_case, asked, why, run.state, *counts, detail
