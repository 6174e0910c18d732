"""Verbs that leave a mark and nothing else, and ways to run them together."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from hitl.errors import HitlError
from hitl.storage.database import Database, Transaction
from hitl.storage.tables import paces


class Refused(HitlError):
    """A rule said no."""


def mark(tx: Transaction, name: str) -> str:
    values = {"name": name, "free_at": tx.now, "held_until": tx.now}
    tx.connection.execute(insert(paces), values)
    return name


def mark_and_refuse(tx: Transaction, name: str) -> None:
    mark(tx, name)
    tx.announce(name)
    raise Refused


async def marks(database: Database) -> set[str]:
    return await database.read(lambda c: set(c.execute(select(paces.c.name)).scalars()))


class Gate:
    """Holds the writer inside a verb so that others queue up behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def hold(self, _tx: Transaction) -> None:
        self.entered.set()
        self._open.wait(5)

    def open(self) -> None:
        self._open.set()


async def together(database: Database, *verbs: Callable[[Transaction], Any]) -> list[Any]:
    """Run verbs so that they share one commit."""
    gate = Gate()
    first = asyncio.create_task(database.write(gate.hold))
    await asyncio.to_thread(gate.entered.wait, 5)
    tasks = [asyncio.create_task(database.write(verb)) for verb in verbs]
    await asyncio.sleep(0.01)
    gate.open()
    await first
    return list(await asyncio.gather(*tasks, return_exceptions=True))
