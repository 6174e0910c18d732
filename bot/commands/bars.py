"""A bar that moves while a command works, and leaves nothing behind; none where nobody sees it."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def bar_of(noun: str, *, console: Console) -> Progress:
    """``noun`` names what is counted, in the plural."""
    columns = (TextColumn(noun), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Into a file or a pipe it would write an empty line.
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
