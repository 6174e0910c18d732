"""``task faults``: the fault table in full length, as often as wanted, on either database.

    uv run task faults --kills 1000 --clicks 10000 --posts 2000 --fires 1000 --database both

It prints a table and ends with 1 if anything was lost, doubled or not recovered. The services are
those that ``hitl serve`` starts; only their leases and pauses are shorter, and Slack's rates are
not kept, because the workspace is a local one.
"""

import argparse
import asyncio
import math
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.faults.campaigns.clicks import contend
from tests.faults.campaigns.failpoints import die_at
from tests.faults.campaigns.fires import fire_and_kill
from tests.faults.campaigns.kills import kill_again_and_again
from tests.faults.campaigns.outages import OUTAGES, wait_out
from tests.faults.campaigns.posts import accept_and_drop
from tests.faults.campaigns.tally import Tally
from tests.postgres import Server, running_server

_SHOWN_FINDINGS = 10
Campaign = Callable[..., Coroutine[Any, Any, Tally]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A campaign with everything but its folder and its progress."""

    name: str
    tries: int
    run: Campaign


def main() -> None:
    """Run what the command line asks for."""
    options = _options(sys.argv[1:])
    console = Console()
    with ExitStack() as stack:
        needs_server = options.database != "sqlite" or options.fires > 0
        server = stack.enter_context(running_server()) if needs_server else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hitl-faults-")))
        plans = list(_plans(options, server))
        tallies = asyncio.run(_run(plans, folder, console, minutes=options.minutes))
    _show(tallies, console)
    if any(tally.findings for tally in tallies):
        sys.exit(1)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="task faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=int, default=20, help="SIGKILLs of the whole service")
    parser.add_argument("--clicks", type=int, default=400, help="contended clicks and votes")
    parser.add_argument("--posts", type=int, default=60, help="posts accepted and dropped")
    parser.add_argument("--fires", type=int, default=20, help="timer fires, always PostgreSQL")
    parser.add_argument("--waiting", type=int, default=60, help="cases taken in each outage")
    parser.add_argument("--failpoints", type=int, default=30, help="deaths at named instants")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--minutes", type=float, help="begin no campaign after so long")
    parser.add_argument("--seed", type=int, default=0, help="another one, another course")
    return parser.parse_args([argument for argument in arguments if argument != "--"])


def _plans(options: argparse.Namespace, server: Server | None) -> Iterator[Planned]:
    """On both databases each gets half of the tries."""
    names = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    seed = options.seed
    for name in names:
        on = server if name == "postgresql" else None
        campaigns: list[tuple[str, int, Campaign]] = [
            ("kills", options.kills, partial(kill_again_and_again, server=on, seed=seed)),
            ("failpoints", options.failpoints, partial(die_at, server=on)),
            ("clicks", options.clicks, partial(contend, server=on, seed=seed)),
            ("posts", options.posts, partial(accept_and_drop, server=on, seed=seed)),
            *(
                (outage.__name__, options.waiting, partial(wait_out, outage=outage, server=on))
                for outage in OUTAGES
            ),
        ]
        for what, tries, run in campaigns:
            yield Planned(f"{what}, {name}", -(-tries // len(names)), run)
    if server is not None:
        run = partial(fire_and_kill, server=server, seed=seed)
        yield Planned("fires, postgresql", options.fires, run)


async def _run(
    plans: list[Planned], folder: Path, console: Console, *, minutes: float | None
) -> list[Tally]:
    tallies = []
    ends_at = math.inf if minutes is None else time.monotonic() + minutes * 60
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        for number, plan in enumerate(plan for plan in plans if plan.tries):
            if time.monotonic() > ends_at:
                console.print(f"{plan.name}: no time was left for it.")
                continue
            bar = bars.add_task(plan.name, total=plan.tries)
            place = folder / str(number)
            place.mkdir()
            tallies.append(await _tried(plan, place, partial(bars.advance, bar)))
    return tallies


async def _tried(plan: Planned, folder: Path, progress: Callable[[int], None]) -> Tally:
    try:
        return await plan.run(folder, tries=plan.tries, progress=progress)
    except Exception as error:  # noqa: BLE001 - what breaks a campaign is a finding; others go on
        tally = Tally(plan.name)
        tally.findings.unrecovered.append(f"{type(error).__name__}: {error}")
        return tally


def _show(tallies: list[Tally], console: Console) -> None:
    table = Table()
    table.add_column("fault", no_wrap=True)
    for column in ("tries", "acknowledged", "lost", "doubled", "unrecovered"):
        table.add_column(column, justify="right")
    for tally in tallies:
        found = tally.findings
        counts = (
            tally.tries,
            tally.acknowledged,
            len(found.lost),
            len(found.doubled),
            len(found.unrecovered),
        )
        table.add_row(tally.fault, *(f"{count:,}" for count in counts))
    console.print(table)
    for tally in tallies:
        found = tally.findings
        for finding in (*found.lost, *found.doubled, *found.unrecovered)[:_SHOWN_FINDINGS]:
            console.print(f"{tally.fault}: {finding}", markup=False)


if __name__ == "__main__":
    main()
