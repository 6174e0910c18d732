"""What is beneath: the databases without us, and a web framework with nothing to do."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from fastapi import FastAPI
from pydantic import BaseModel

from bot.serving import listen, serving
from tests.benchmarks.measuring import Measured, measure, measured
from tests.benchmarks.processes import SERVICE_CORE, spawned, use_core
from tests.benchmarks.service import caller
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
        url = f"http://127.0.0.1:{port}/"
        async with caller() as http, asyncio.timeout(30):
            while True:
                try:
                    async with http.get(f"{url}openapi.json"):
                        break
                except OSError:
                    await asyncio.sleep(0.02)
        yield url


class _Item(BaseModel):
    use_case: str
    key: str
    scores: dict[str, float]
    text: str


def _serve_no_op(port: int) -> None:
    import uvloop  # noqa: PLC0415 - as the service does, where it is there

    use_core(SERVICE_CORE)
    app = FastAPI()

    @app.post("/")
    async def echo(item: _Item) -> dict[str, Any]:
        return {"key": item.key}

    async def forever() -> None:
        with listen("127.0.0.1", port) as listener:
            async with serving(app, listener):
                await asyncio.Event().wait()

    uvloop.run(forever())


def _again(go: Any, *, seconds: float) -> list[float]:
    clock = time.perf_counter
    until, took = clock() + seconds, []
    while (start := clock()) < until:
        go()
        took.append(clock() - start)
    return took
