"""A few items whose right label the demo tells, to be mixed in: they show how right people are."""

from collections.abc import Iterable, Sequence

import httpx
from sqlalchemy import update

from bot.demo.data import Item
from hitl.storage.database import Transaction
from hitl.storage.tables import known_turns

_EVERY, _MOST = 10, 12
_TOLD = ("use_case", "key", "title", "context")


def parted(items: Iterable[Item], *, most: int | None) -> tuple[list[Item], list[Item]]:
    """Those to be sent as predictions, ``most`` if it says so, and those whose label is told.

    These are taken from among them, so that nothing in an item gives away what it is.
    """
    sent: list[Item] = []
    known: list[Item] = []
    for number, item in enumerate(items, start=1):
        if len(sent) == most:
            break
        is_known = number % _EVERY == 0 and len(known) < _MOST
        (known if is_known else sent).append(item)
    return sent, known


async def tell_answers(known: Sequence[Item], *, url: str, key: str) -> None:
    """Through the HTTP API, as any caller would."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        for item in known:
            told = {name: item.case[name] for name in _TOLD} | {"label": item.truth}
            (await client.post("/v1/known-answers", json=told)).raise_for_status()


def hurry(tx: Transaction) -> None:
    """Let those that are to follow some case within minutes follow now.

    Who simulates people, sixty times faster than they are, has not got these minutes.
    """
    tx.connection.execute(
        update(known_turns).where(known_turns.c.due_at > tx.now).values(due_at=tx.now)
    )
