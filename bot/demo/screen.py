"""What the demo shows in the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of progress."""

    progress: Progress
    task: TaskID

    def advance(self, *, note: str) -> None:
        """One more, and what is to be said beside the bar."""
        self.progress.update(self.task, advance=1, note=note)

    def note(self, note: str) -> None:
        """What is to be said beside the bar."""
        self.progress.update(self.task, note=note)

    def show(self, *, done: int, total: int, note: str) -> None:
        """How far it is."""
        self.progress.update(self.task, completed=done, total=total, note=note)


class Screen:
    """The demo's output, on a terminal or into a file."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def say(self, text: str) -> None:
        """A line, as it is."""
        self._console.print(escape(text))

    def welcome(self, *, workspace: str, api: str, key: str) -> None:
        """Where everything is."""
        self._console.print(
            Panel.fit(
                f"[bold]The local workspace[/]  [link={workspace}]{workspace}[/]\n"
                f"The dashboard        [link={api}]{api}[/], by /hitl dashboard or the key below\n"
                f"The HTTP API         {api}/docs\n"
                f"Its key              {key}\n\n"
                "Open the workspace in a browser, answer a card, type [bold]/hitl stats[/].\n"
                "Ctrl-C ends the demo.",
                title="hitl demo",
            )
        )

    def show(self, table: RenderableType) -> None:
        """A table, as it is."""
        self._console.print(table)

    def report(self, title: str, text: str) -> None:
        """A message of the workspace, framed."""
        self._console.print(Panel(escape(text), title=escape(title), title_align="left"))

    @contextmanager
    def progress(self) -> Iterator["Bars"]:
        """Bars for as long as the block runs."""
        with Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=self._console,
        ) as progress:
            yield Bars(progress)


@dataclass(frozen=True, slots=True)
class Bars:
    """Makes bars."""

    _progress: Progress

    def add(self, name: str, *, total: int) -> Bar:
        """A new bar below the others."""
        return Bar(self._progress, self._progress.add_task(name, total=total, note=""))
