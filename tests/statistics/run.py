"""``task statistics``: how often intervals, alarms and certificates are wrong, in full length.

    uv run task statistics --runs 1000

Each line simulates worlds whose truth is known, counts how often an answer misses it, and compares
that with what was promised. It prints a table and ends with 1 if a promise is broken by more than
chance allows; the naive ways that are shown beside are expected to break it.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from scipy.stats import binomtest

from tests.statistics.campaigns import CAMPAIGNS, Campaign

_CHANCE = 0.001
"""A broken promise is one that a kept one would look like so rarely."""


@dataclass(frozen=True, slots=True)
class Tally:
    """So many misses in so many runs, against what is allowed."""

    campaign: Campaign
    misses: int
    runs: int

    @property
    def is_broken(self) -> bool:
        """Whether a kept promise would hardly ever look like this."""
        found = binomtest(self.misses, self.runs, self.campaign.allowed, alternative="greater")
        return float(found.pvalue) < _CHANCE

    @property
    def is_as_expected(self) -> bool:
        """Kept by ours, broken by the naive way."""
        return self.is_broken is self.campaign.is_naive


def main() -> None:
    """Run what the command line asks for."""
    options = _options(sys.argv[1:])
    console = Console()
    tallies = list(_tallied(options, console))
    console.print(_table(tallies))
    if not all(tally.is_as_expected for tally in tallies):
        sys.exit(1)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="task statistics",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=1_000, help="of each simulation")
    parser.add_argument("--only", help="campaigns whose name has this in it")
    parser.add_argument("--seed", type=int, default=0, help="another one, another course")
    return parser.parse_args([argument for argument in arguments if argument != "--"])


def _tallied(options: argparse.Namespace, console: Console) -> Iterator[Tally]:
    chosen = [each for each in CAMPAIGNS if not options.only or options.only in each.name]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        for campaign in chosen:
            bar = bars.add_task(campaign.name, total=options.runs)
            yield tallied(
                campaign, runs=options.runs, seed=options.seed, progress=partial(bars.advance, bar)
            )


def tallied(
    campaign: Campaign,
    *,
    runs: int,
    seed: int,
    progress: Callable[[], object] = lambda: None,
) -> Tally:
    """Run it so often; runs in which nothing was answered are no runs."""
    misses = answered = 0
    for number in range(runs):
        missed = campaign.run(seed * 1_000_003 + number)
        progress()
        if missed is not None:
            answered += 1
            misses += missed
    return Tally(campaign, misses, answered)


def _table(tallies: list[Tally]) -> Table:
    table = Table("what", "of", "wrong", "promised", "")
    for tally in tallies:
        share = tally.misses / tally.runs if tally.runs else 0.0
        words = "broken" if tally.is_broken else "kept"
        table.add_row(
            tally.campaign.name,
            f"{tally.runs:,}",
            f"{share:.1%}",
            f"at most {tally.campaign.allowed:.1%}",
            f"{words}, as expected" if tally.campaign.is_naive and tally.is_broken else words,
        )
    return table


if __name__ == "__main__":
    main()
