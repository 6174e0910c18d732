"""Databases with so much in every table that PostgreSQL has reason to look for an index."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, create_engine, inspect, text
from sqlalchemy.types import JSON, Boolean, Float, Integer
from sqlmodel import SQLModel

from hitl.storage.database import Transaction
from hitl.storage.engines import database_url, is_sqlite, writing_engine
from hitl.storage.moments import Moment, to_microseconds
from hitl.storage.outbox import Sending
from hitl.storage.queue_cards import Numbers, begin_queue_card
from hitl.storage.rollups import Progress, advance, horizon
from hitl.vocabulary import CheckKind, CheckState
from tests.benchmarks.grown import fill
from tests.benchmarks.year import END, YEAR, clean_up, year_of_use_case

USE_CASE = year_of_use_case()
WAITING, DECIDED = 1_500, 4_000
GROWING = (
    "audit_events", "case_contents", "cases", "checks", "claims", "embeddings", "flags",
    "inquiries", "known_answers", "notes", "opinions", "outbox", "outcomes", "pictures",
    "practised", "questions", "queue_cards", "reviews", "skips", "slack_messages",
    "strategy_steps", "tallies", "thread_replies", "truths",
)  # fmt: skip
"""Tables that keep something of each case, or of some; known turns are deleted when they are taken,
and rollups grow with the hours."""
_OVER = {
    ("checks", "kind"): CheckKind.AUDIT,
    ("checks", "state"): CheckState.SETTLED,
    ("outbox", "state"): Sending.SENT,
}
"""What says in a column of text that a row is over, or must be one of a few words."""


def fill_all(url: str) -> None:
    """In every table of ``GROWING`` there is much that is over, all hours are counted."""
    fill(url, waiting=WAITING, decided=DECIDED)
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        for name in GROWING:
            _more(connection, SQLModel.metadata.tables[name])
    engine.dispose()
    with transaction(url) as tx:
        known = horizon(tx.connection)
        advance(tx, None, Progress(1, END, known.event, known.tally))
        told = Numbers(WAITING, END)
        begin_queue_card(tx, USE_CASE.name, channel=USE_CASE.channel, told=told)
        tx.connection.commit()
    if not is_sqlite(database_url(url)):
        _stretch(url)
        clean_up(url)


@contextmanager
def transaction(url: str) -> Iterator[Transaction]:
    """Undone in the end, unless it is committed."""
    engine = writing_engine(url)
    with engine.connect() as connection:
        connection.begin()
        yield Transaction(connection, END)
    engine.dispose()


def _stretch(url: str) -> None:
    """Have every index take ten times its pages, so that it shows when one is read in vain."""
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        for name in GROWING:
            for index in inspect(connection).get_indexes(name):
                connection.execute(text(f"ALTER INDEX {index['name']} SET (fillfactor = 10)"))
            connection.execute(text(f"REINDEX TABLE {name}"))
    engine.dispose()


def _more(connection: Connection, table: Table) -> None:
    """A row for each decided case that has none."""
    columns = [column for column in table.c if not _is_counted(column)]
    connection.execute(
        text(f"""
INSERT INTO {table.name} ({", ".join(f'"{column.name}"' for column in columns)})
SELECT {", ".join(map(_value, columns))} FROM cases WHERE id <= {DECIDED}
ON CONFLICT DO NOTHING
""")  # noqa: S608 - made of the names of our own tables
    )


def _is_counted(column: Column[Any]) -> bool:
    return column.name == "id" and column.primary_key


def _value(column: Column[Any]) -> str:
    """Of the case's number; what may be over is over."""
    if any(key.column.table.name == "cases" for key in column.foreign_keys):
        return "id"
    if word := _OVER.get((column.table.name, column.name)):
        return f"'{word}'"
    kinds: list[tuple[Any, str]] = [
        (Moment, f"{to_microseconds(END - YEAR)} + id"),
        (Boolean, "is_blind AND NOT is_blind"),
        (JSON, "scores"),
        (Float, "0.5"),
        (Integer, "id"),
        (LargeBinary, "CAST('' AS BYTEA)"),
    ]
    found = (value for kind, value in kinds if isinstance(column.type, kind))
    value = next(found, f"'{column.name}-' || CAST(id AS TEXT)")
    return "NULL" if column.nullable and not isinstance(column.type, Moment) else value
