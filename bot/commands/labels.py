"""``hitl labels export``: what people decided, as a file to train from."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rich.console import Console

from bot.commands.asked import refuse_without_cases
from bot.commands.bars import bar_of
from bot.commands.store import use_store
from bot.slack.text import counted
from hitl.errors import HitlError
from hitl.learning.export import begin_reading, documents
from hitl.learning.feed import Selection
from hitl.learning.formats import Format
from hitl.learning.writers import label_writer
from hitl.storage.database import Database
from hitl.storage.erasure import use_cases_kept


class ExportRefused(HitlError):
    """The file can't be written as it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What was asked for on the command line."""

    kind: Format
    out: Path | None
    """None for standard output."""
    use_case: str | None
    after: int
    named: bool
    pictures: bool


def export(options: ExportOptions) -> None:
    """Write the file, and say on standard error how many labels it holds and where to go on."""
    if options.out is None and options.kind is Format.PARQUET and sys.stdout.isatty():
        raise ExportRefused("Parquet is no text: name a file with --out")
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    count, cursor = use_store(lambda database: _export(database, options, console=console))
    where = options.out or "standard output"
    console.print(f"{where}: {counted(count, 'label')}. Go on from there with --after {cursor}.")


async def _export(
    database: Database, options: ExportOptions, *, console: Console
) -> tuple[int, int]:
    use_cases = None
    if options.use_case is not None:
        refuse_without_cases(options.use_case, known=await database.read(use_cases_kept))
        use_cases = frozenset({options.use_case})
    reading = await begin_reading(database, Selection(after=options.after, use_cases=use_cases))
    count = 0
    with (
        _opened(options.out) as file,
        label_writer(options.kind, file) as write,
        bar_of("labels", console=console) as bar,
    ):
        task = bar.add_task("labels", total=reading.count)
        pages = documents(
            database,
            reading,
            naming=str if options.named else None,
            with_pictures=options.pictures,
        )
        async for page in pages:
            write(page)
            count += len(page)
            bar.update(task, completed=count)
    return count, reading.until


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except OSError as error:
        # What is left in the buffer can't be written when Python ends, either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ExportRefused(f"can't write to standard output: {error.strerror}") from error


@contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    """The file under another name until it is whole; what is no file as it is."""
    if out is None:
        with _standard_output() as file:
            yield file
        return
    if not out.name or out.is_dir():
        raise ExportRefused(f"can't write {out}: it is a folder")
    try:
        # A device or a pipe is written to, and never replaced by a file.
        is_special = out.exists() and not out.is_file()
        with out.open("wb") if is_special else _whole(out.resolve()) as file:
            yield file
    except OSError as error:
        raise ExportRefused(f"can't write {out}: {error.strerror}") from error


@contextmanager
def _whole(out: Path) -> Iterator[BinaryIO]:
    unfinished = out.with_name(f"{out.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
