"""``hitl simulate``: what other thresholds would have done, and worked examples without data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection

from bot.commands.asked import (
    asked_share,
    asked_thresholds,
    chosen_use_case,
)
from bot.commands.scenarios import show_scenario
from bot.commands.store import use_store
from bot.commands.trade_off import show_trade_off
from bot.commands.trade_off_picture import draw_trade_off
from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.reports.costs import mean_seconds
from hitl.reports.prices import terms_of
from hitl.reports.traffic import Window, newest_model, thresholds_of, traffic
from hitl.reports.windows import parse_window
from hitl.statistics.replay import Replayed, Traffic, replay, trade_off
from hitl.storage.database import Database

_SWEPT = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95, 0.97, 0.98, 0.99, 1.0)


class NothingToReplay(HitlError):
    """No prediction of the window could be replayed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed after ``hitl simulate``."""

    use_case: str | None = None
    scenario: str | None = None
    thresholds: Sequence[str] = ()
    window: str = "28d"
    model: str | None = None
    better_by: str | None = None
    png: Path | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """The policy's thresholds, those asked for, and the way between."""

    use_case: UseCase
    model: str | None
    traffic: Traffic
    now: Replayed
    other: Replayed | None
    sweep: Sequence[Replayed]


def simulate(asked: Asked) -> None:
    """Print it; raises a ``HitlError`` that says what is missing."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if asked.scenario is not None:
        show_scenario(asked.scenario, console, png=asked.png)
        return
    use_case = chosen_use_case(asked.use_case)
    thresholds = asked_thresholds(asked.thresholds, use_case=use_case)
    better_by = 0.0 if asked.better_by is None else asked_share(asked.better_by, name="--better")
    length = parse_window(asked.window)

    async def work(database: Database) -> Simulated:
        until = database.now()

        def read(connection: Connection) -> Simulated:
            return _simulated(
                connection,
                use_case,
                asked_model=asked.model,
                until=until,
                length=length,
                thresholds=thresholds,
                better_by=better_by,
            )

        return await database.read(read)

    found = use_store(work)
    show_trade_off(
        found.use_case,
        model=found.model,
        traffic=found.traffic,
        now=found.now,
        other=found.other,
        sweep=found.sweep,
        console=console,
    )
    if asked.png is not None:
        draw_trade_off(asked.png, sweep=found.sweep, now=found.now, title=use_case.name)
        console.print(f"The picture is in {asked.png}.")


def _simulated(
    connection: Connection,
    use_case: UseCase,
    *,
    asked_model: str | None,
    until: datetime,
    length: timedelta,
    thresholds: Mapping[str, float],
    better_by: float,
) -> Simulated:
    model = asked_model or newest_model(connection, use_case.name)
    window = Window(use_case.name, model, until - length, until)
    seen = traffic(connection, window, use_case=use_case)
    seconds = mean_seconds(connection, use_case=use_case.name, since=window.since, until=until)
    terms = terms_of(use_case, seconds=seconds, better_by=better_by)
    present = thresholds_of(use_case)
    now = replay(seen, present, replace(terms, better_by=0.0))
    if not isinstance(now, Replayed):
        named = f" of {model}" if model else ""
        raise NothingToReplay(
            f"no predictions{named} came for {use_case.name} in this time:"
            " send some, choose a longer --window, or look at a --scenario"
        )
    wanted = {**present, **thresholds}
    other = replay(seen, wanted, terms) if thresholds or better_by else None
    return Simulated(
        use_case=use_case,
        model=model,
        traffic=seen,
        now=now,
        other=other if isinstance(other, Replayed) else None,
        sweep=trade_off(seen, _SWEPT, terms),
    )
