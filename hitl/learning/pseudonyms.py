"""Names for reviewers that say who is the same person and not who it is."""

import hashlib
import hmac
from collections.abc import Callable

from sqlalchemy import Connection, select

from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import feed_keys

_DIGITS = 12
Naming = Callable[[str], str]


def pseudonyms(key: str) -> Naming:
    """A keyed hash: without the key nobody can try names until one fits."""

    def name(reviewer: str) -> str:
        digest = hmac.new(key.encode(), reviewer.encode(), hashlib.sha256).hexdigest()
        return f"reviewer-{digest[:_DIGITS]}"

    return name


def make_key(tx: Transaction) -> None:
    """Make the key unless there is one; it stays as long as the database."""
    insert_new(tx.connection, feed_keys, {"id": 1, "pseudonyms": tx.salt()})


def key_of(connection: Connection) -> str | None:
    """The key; None before it is made."""
    return connection.execute(select(feed_keys.c.pseudonyms)).scalar()
