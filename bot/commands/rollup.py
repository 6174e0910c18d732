"""``hitl rollup``: count every hour anew, or see whether the counts are right."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

import typer
from rich.console import Console
from sqlalchemy import Connection

from bot.commands.bars import bar_of
from bot.commands.store import use_store
from bot.scheduler.rollups import roll_up
from hitl.reports.rolling import begin_anew, first_hour
from hitl.reports.rollup_check import differences
from hitl.storage.database import Database
from hitl.storage.rollups import progress

_SHOWN = 20
_DAY = timedelta(days=1)


def rebuild() -> None:
    """Count every hour anew, from the cases."""
    until = use_store(_rebuilt)
    words = f"{until:%Y-%m-%d %H:%M} UTC" if until else "nothing is old enough to be counted"
    typer.echo(f"Counted anew up to {words}.")


def check() -> bool:
    """Whether the counts are those of the cases; each difference is said."""
    wrong = use_store(lambda database: database.read(_differences))
    for difference in wrong:
        typer.echo(difference)
    typer.echo(
        "Count them anew with: hitl rollup" if wrong else "The counts are those of the cases."
    )
    return not wrong


async def _rebuilt(database: Database) -> datetime | None:
    await database.write(begin_anew)
    since = await database.read(first_hour)
    with _days(since, database.now()) as told:
        await roll_up(database, told=told)
    return await database.read(_until)


def _differences(connection: Connection) -> list[str]:
    with _days(first_hour(connection), _until(connection)) as told:
        return list(islice(differences(connection, told=told), _SHOWN))


def _until(connection: Connection) -> datetime | None:
    done = progress(connection)
    return None if done is None else done.until


@contextmanager
def _days(since: datetime | None, until: datetime | None) -> Iterator[Callable[[datetime], None]]:
    """A bar of the days between; what it yields moves it to the moment that is reached."""
    console = Console(highlight=False, soft_wrap=True)
    with bar_of("days", console=console) as bar:
        if since is None or until is None:
            yield lambda _: None
            return
        first = since
        task = bar.add_task("days", total=(until - first) // _DAY)
        yield lambda reached: bar.update(task, completed=(reached - first) // _DAY)
