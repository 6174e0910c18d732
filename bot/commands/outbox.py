"""``hitl outbox``: what waits to be sent, what could not be sent, and trying that again."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bot.commands.store import read_store, write_store
from hitl.errors import HitlError
from hitl.storage.dead_letters import Backlog, DeadLetter, backlog, dead_letters, replay

_SHOWN = 50


class NothingNamed(HitlError):
    """It was not said what to send again, or said twice."""


def show() -> None:
    """Print the backlog and the newest dead letters."""
    lanes, dead = read_store(lambda c: (backlog(c), dead_letters(c, most=_SHOWN)))
    console = Console(highlight=False, markup=False)
    if not lanes:
        console.print("Everything was sent.")
        return
    console.print(_lanes(lanes))
    if dead:
        console.print(_dead(dead))
        console.print("Send them again with: hitl outbox replay <number>… or --all")


def send_again(numbers: Sequence[int], *, everything: bool) -> str:
    """Put dead letters back; what was done, in words. Raises ``NoSuchLetter``."""
    if everything == bool(numbers):
        raise NothingNamed("name the numbers of dead letters, or --all")
    count = write_store(lambda tx: replay(tx, None if everything else numbers))
    if not count:
        return "There are no dead letters."
    return f"{count} will be sent again by the running service."


def _lanes(lanes: Sequence[Backlog]) -> Table:
    table = Table("state", "to", "how many", "oldest", title="Outbox", title_justify="left")
    for lane in lanes:
        table.add_row(
            lane.state, lane.lane, str(lane.count), f"{lane.oldest_at:%Y-%m-%d %H:%M} UTC"
        )
    return table


def _dead(dead: Sequence[DeadLetter]) -> Table:
    table = Table(
        "number", "what", "case", "tries", "why", title="Dead letters", title_justify="left"
    )
    for letter in dead:
        case = "" if letter.case_id is None else str(letter.case_id)
        table.add_row(str(letter.id), letter.kind, case, str(letter.attempts), letter.error)
    return table
