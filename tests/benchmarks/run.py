"""``task bench``: how fast everything is, in one table, and as JSON.

    uv run task bench --seconds 5 --repeats 3 --json bench.json

Service and load keep to a core each where there are two. What is compared is measured in turns,
A B A B, in one run; of repeats the middle one counts. Slack is the local workspace, which keeps to
no rates here. Nothing is asserted: figures move with the machine, only ratios stay.

    uv run task bench --growth --sizes 1000 100000 1000000

tells instead how each thing grows with how much waits and how much was decided before.

    uv run task bench --year 10000000

makes a year of decisions instead and tells the processor time of every report over it.
"""

import argparse
import asyncio
import gc
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks import calls, floors
from tests.benchmarks.awaiting import awaithumans
from tests.benchmarks.bare_service import nothing_stored
from tests.benchmarks.bench import Bench, running_bench
from tests.benchmarks.growth import DECIDED_FOR_EACH_OPEN, measure_growth, show_growth
from tests.benchmarks.measuring import Figure, Measured, middle
from tests.benchmarks.peers import langgraph
from tests.benchmarks.processes import LOAD_CORE, use_core
from tests.benchmarks.reports import measure_year, show_year
from tests.benchmarks.starting import starts
from tests.postgres import FAST, NoPostgresql, Server, running_server

_TIMES = 100
_MOST_TASKS = 16
_LACK = """What the others leave out:
LangGraph has no policy, no queue, no check of who may decide, no record of what happened, and does
not keep two clicks apart; taking cases, posting and Slack's signature are a service around it.
awaithumans has no part in Slack here: nothing is posted, clicked, signed or waited for."""
Run = Callable[[], Awaitable[Measured]]


def main() -> None:
    """Measure what the command line asks for."""
    options = _options(sys.argv[1:])
    console = Console()
    use_core(LOAD_CORE)
    with ExitStack() as stack:
        servers: list[Server | None] = [None]
        if options.database != "sqlite":
            servers += _servers(stack, console, is_fast=options.growth or options.year is not None)
        if options.database == "postgresql":
            del servers[0]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hitl-bench-")))
        if options.growth:
            _grow(options, folder, servers, console)
            return
        if options.year is not None:
            _year(options, folder, servers, console)
            return
        runs, figures = asyncio.run(_measure(options, folder, servers, console))
    _show(runs, figures, console)
    if options.peers:
        console.print(_LACK)
    if options.json:
        _write(options.json, runs, figures)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="task bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=5, help="of each run")
    parser.add_argument("--repeats", type=int, default=3, help="turns of what is compared")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64], help="at once")
    parser.add_argument("--peers", action="store_true", help="others too: the extra `peers`")
    parser.add_argument("--growth", action="store_true", help="by how much there is, instead")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[1_000, 100_000, 1_000_000],
        help=f"open cases for --growth, each with {DECIDED_FOR_EACH_OPEN} times as many decided",
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--year", type=int, metavar="N", help="reports over N decisions instead")
    return parser.parse_args([argument for argument in arguments if argument != "--"])


def _servers(stack: ExitStack, console: Console, *, is_fast: bool) -> list[Server]:
    try:
        # As durable as it comes, unless it is processor time that is told.
        return [stack.enter_context(running_server(FAST if is_fast else {}))]
    except NoPostgresql as none:
        console.print(f"[yellow]Not measured on PostgreSQL: {none}[/]")
        return []


def _year(
    options: argparse.Namespace, folder: Path, servers: list[Server | None], console: Console
) -> None:
    found = [
        spent
        for server in servers
        for spent in measure_year(folder, server, console, cases=options.year)
    ]
    show_year(found, console, cases=options.year)
    if options.json:
        _write(options.json, [], [Figure(e.what, e.on, e.seconds, "s") for e in found])


def _grow(
    options: argparse.Namespace, folder: Path, servers: list[Server | None], console: Console
) -> None:
    found = [
        grown
        for server in servers
        for grown in measure_growth(folder, server, console, sizes=options.sizes)
    ]
    show_growth(found, console)
    if options.json:
        document = {"machine": _machine(), "growth": [asdict(grown) for grown in found]}
        options.json.write_text(json.dumps(document, indent=2) + "\n")


async def _measure(
    options: argparse.Namespace, folder: Path, servers: list[Server | None], console: Console
) -> tuple[list[Measured], list[Figure]]:
    runs, figures = [calls.routing()], []
    for server in servers:
        on = "sqlite" if server is None else "postgresql"
        console.print(f"Measuring on {on} …")
        place = folder / on
        figures += await starts(place / "starts", server, times=options.repeats)
        async with running_bench(place, server=server) as bench:
            compared = _compared(options, place, server, bench)
            turns = [[await _alone(run) for run in compared] for _ in range(options.repeats)]
            runs += [middle(list(same)) for same in zip(*turns, strict=True)]
            runs += [await _alone(run) for run in _singles(bench, options)]
            figures.append(Figure("memory under load", on, bench.service.memory(), "MB"))
    return runs, figures


def _compared(
    options: argparse.Namespace, folder: Path, server: Server | None, bench: Bench
) -> list[Run]:
    """What stands beside each other, to be measured in turns."""
    seconds = options.seconds
    runs: list[Run] = []
    for at_once in options.clients:
        runs.append(partial(calls.round_trip, bench, at_once=at_once, seconds=seconds))
        if options.peers:
            # Of 64 at once, awaithumans completes none in a minute.
            peers = [langgraph] if at_once > _MOST_TASKS else [langgraph, awaithumans]
            runs += (
                partial(peer, folder, server, at_once=at_once, seconds=seconds) for peer in peers
            )
    runs.append(partial(calls.intake, bench, at_once=16, seconds=seconds))
    runs.append(partial(floors.no_op_fastapi, at_once=16, seconds=seconds))
    runs.append(partial(nothing_stored, at_once=16, seconds=seconds))
    runs.append(partial(floors.raw_database, folder, server, seconds=seconds))
    return runs


def _singles(bench: Bench, options: argparse.Namespace) -> list[Run]:
    """What is measured once."""
    return [
        partial(calls.batches, bench, times=max(1, round(options.seconds))),
        partial(calls.clicks, bench, times=_TIMES),
        partial(calls.next_cases, bench, times=_TIMES),
        partial(calls.wake_ups, bench, times=_TIMES),
    ]


async def _alone(run: Run) -> Measured:
    """Without this process looking for garbage meanwhile.

    The workspace keeps every message, so that a look stops callers and Slack for a quarter of a
    second, which would be told as the service's.
    """
    gc.collect()
    gc.disable()
    try:
        return await run()
    finally:
        gc.enable()


def _show(runs: list[Measured], figures: list[Figure], console: Console) -> None:
    table = Table("what", "on")
    for column in ("at once", "a second", "median ms", "p99 ms"):
        table.add_column(column, justify="right")
    for run in runs:
        numbers = (f"{run.a_second:,.0f}", f"{run.median_ms:,.3g}", f"{run.p99_ms:,.3g}")
        table.add_row(run.what, run.on, str(run.at_once), *numbers)
    console.print(table)
    for figure in figures:
        console.print(f"{figure.what}, {figure.on}: {figure.value:,.3g} {figure.unit}")


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }


def _write(file: Path, runs: list[Measured], figures: list[Figure]) -> None:
    document = {
        "machine": _machine(),
        "runs": [asdict(run) | {"a_second": run.a_second} for run in runs],
        "figures": [asdict(figure) for figure in figures],
    }
    file.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
