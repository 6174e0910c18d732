"""``hitl audit verify``: whether the record still is what was written."""

from rich.console import Console
from sqlalchemy import Connection

from bot.commands.bars import bar_of
from bot.commands.store import read_store
from hitl.audit import Break
from hitl.errors import HitlError
from hitl.storage.checkpoints import latest_checkpoint, missing_checkpoint
from hitl.storage.verification import count_cases, first_break

_FEWEST_DIGITS = 12


class CheckpointTooShort(HitlError):
    """So few digits could be met by accident."""


def verify(checkpoint: str | None) -> bool:
    """Walk everything and say what was found; whether the record is whole."""
    if checkpoint is not None and len(checkpoint) < _FEWEST_DIGITS:
        raise CheckpointTooShort(f"give at least {_FEWEST_DIGITS} digits of the checkpoint")
    console = Console(highlight=False, soft_wrap=True)
    broken, words = read_store(lambda c: _walk(c, checkpoint, console=console))
    console.print(str(broken) if broken else words, markup=False)
    return broken is None


def _walk(
    connection: Connection, checkpoint: str | None, *, console: Console
) -> tuple[Break | None, str]:
    total = count_cases(connection)
    with bar_of("cases", console=console) as bar:
        task = bar.add_task("cases", total=total)
        broken = first_break(connection, progress=lambda count: bar.advance(task, count))
    if broken is None and checkpoint is not None:
        broken = missing_checkpoint(connection, checkpoint)
    latest = latest_checkpoint(connection)
    covered = "no checkpoint yet" if latest is None else f"the latest checkpoint is {latest.shown}"
    return broken, f"{total:,} cases are as they were written; {covered}."
