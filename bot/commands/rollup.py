"""``hitl rollup``: count every hour anew, or see whether the counts are right."""

from itertools import islice

import typer

from bot.commands.store import use_store
from bot.scheduler.rollups import roll_up
from hitl.reports.rolling import begin_anew
from hitl.reports.rollup_check import differences
from hitl.storage.database import Database
from hitl.storage.rollups import Progress, progress

_SHOWN = 20


def rebuild() -> None:
    """Count every hour anew, from the cases."""
    done = use_store(_rebuilt)
    until = (
        "nothing is old enough to be counted"
        if done is None
        else f"{done.until:%Y-%m-%d %H:%M} UTC"
    )
    typer.echo(f"Counted anew up to {until}.")


def check() -> bool:
    """Whether the counts are those of the cases; each difference is said."""
    wrong = use_store(
        lambda database: database.read(lambda c: list(islice(differences(c), _SHOWN)))
    )
    for difference in wrong:
        typer.echo(difference)
    typer.echo(
        "Count them anew with: hitl rollup" if wrong else "The counts are those of the cases."
    )
    return not wrong


async def _rebuilt(database: Database) -> Progress | None:
    await database.write(begin_anew)
    await roll_up(database)
    return await database.read(progress)
