"""Label files: JSON lines, CSV that no spreadsheet runs, and Parquet."""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from typing import Any, BinaryIO

from hitl.learning.documents import json_line
from hitl.learning.formats import Format
from hitl.learning.tabular import COLUMNS, safe_cell, table_row

Write = Callable[[list[dict[str, Any]]], None]
"""Takes the documents of some labels."""


@contextmanager
def label_writer(kind: Format, file: BinaryIO) -> Iterator[Write]:
    """Writes labels to the file, which is whole once the block has ended."""
    with _WRITERS[kind](file) as write:
        yield write


@contextmanager
def _json_lines(file: BinaryIO) -> Iterator[Write]:
    def write(documents: list[dict[str, Any]]) -> None:
        file.write("".join(map(json_line, documents)).encode())

    yield write


@contextmanager
def _csv(file: BinaryIO) -> Iterator[Write]:
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    rows = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    rows.writeheader()

    def write(documents: list[dict[str, Any]]) -> None:
        for document in documents:
            rows.writerow({name: safe_cell(cell) for name, cell in table_row(document).items()})

    try:
        yield write
    finally:
        text.detach()  # writes what is left and leaves the file open


@contextmanager
def _parquet(file: BinaryIO) -> Iterator[Write]:
    import pyarrow as pa  # noqa: PLC0415 - too slow to import for those who need none
    from pyarrow import parquet  # noqa: PLC0415

    kinds = {
        "string": pa.string(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    with parquet.ParquetWriter(file, schema) as table:

        def write(documents: list[dict[str, Any]]) -> None:
            rows = [_timed(table_row(document)) for document in documents]
            table.write_table(pa.Table.from_pylist(rows, schema=schema))

        yield write


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    moments = (name for name, kind in COLUMNS.items() if kind == "time" and row[name] is not None)
    return row | {name: datetime.fromisoformat(row[name]) for name in moments}


_WRITERS: Mapping[Format, Callable[[BinaryIO], Any]] = {
    Format.JSONL: _json_lines,
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
}
