"""What is beneath: the databases without us, and a web framework with nothing to do."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
from fastapi import FastAPI
from pydantic import BaseModel

from tests.benchmarks.measuring import Measured, measure, measured
from tests.benchmarks.processes import spawned
from tests.benchmarks.service import answering, caller, serve_alone
from tests.ports import free_port
from tests.postgres import Server

_TABLE = "CREATE TABLE work (id INTEGER PRIMARY KEY, text TEXT NOT NULL, state TEXT NOT NULL)"
_TEXT = "You call that a risotto?" * 10


async def raw_database(folder: Path, server: Server | None, *, seconds: float) -> Measured:
    """One insert and one update, each committed and synced, one after the other."""
    if server is None:
        return _raw_sqlite(folder, seconds=seconds)
    return _raw_postgresql(server, seconds=seconds)


def _raw_sqlite(folder: Path, *, seconds: float) -> Measured:
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("DROP TABLE IF EXISTS work")
    connection.execute(_TABLE)

    def go() -> None:
        cursor = connection.execute("INSERT INTO work (text, state) VALUES (?, 'open')", (_TEXT,))
        connection.execute("UPDATE work SET state = 'decided' WHERE id = ?", (cursor.lastrowid,))

    took = _again(go, seconds=seconds)
    connection.close()
    return measured(took, what="raw database: insert, update", on="sqlite", at_once=1)


def _raw_postgresql(server: Server, *, seconds: float) -> Measured:
    name = server.create()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute(_TABLE.replace("INTEGER PRIMARY KEY", "BIGSERIAL PRIMARY KEY"))

        def go() -> None:
            insert = "INSERT INTO work (text, state) VALUES (%s, 'open') RETURNING id"
            (number,) = connection.execute(insert, (_TEXT,)).fetchone() or (0,)
            connection.execute("UPDATE work SET state = 'decided' WHERE id = %s", (number,))

        took = _again(go, seconds=seconds)
    server.drop(name)
    return measured(took, what="raw database: insert, update", on="postgresql", at_once=1)


async def no_op_fastapi(*, at_once: int, seconds: float) -> Measured:
    """A POST that reads a small model and answers it, by the same server as the service."""
    async with _running_no_op() as url, caller() as http:
        body = {"use_case": "x", "key": "k", "scores": {"a": 0.7, "b": 0.3}, "text": _TEXT}

        async def go(_number: int) -> None:
            async with http.post(url, json=body) as answer:
                await answer.read()

        return await measure(
            go, what="no-op FastAPI POST", on="-", at_once=at_once, seconds=seconds
        )


@asynccontextmanager
async def _running_no_op() -> AsyncIterator[str]:
    port = free_port()
    async with spawned(_serve_no_op, port):
        async with caller() as http:
            url = await answering(http, port)
        yield url


class _Item(BaseModel):
    use_case: str
    key: str
    scores: dict[str, float]
    text: str


def _serve_no_op(port: int) -> None:
    app = FastAPI()

    @app.post("/")
    async def echo(item: _Item) -> dict[str, Any]:
        return {"key": item.key}

    serve_alone(nullcontext(app), port=port)


def _again(go: Any, *, seconds: float) -> list[float]:
    clock = time.perf_counter
    until, took = clock() + seconds, []
    while (start := clock()) < until:
        go()
        took.append(clock() - start)
    return took
