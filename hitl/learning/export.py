"""Reading labels to the end, a page at a time, through a database that others write to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from hitl.learning.documents import label_document
from hitl.learning.feed import (
    CursorAhead,
    Selection,
    count_labels,
    is_label_marked,
    last_position,
    read_labels,
)
from hitl.learning.pseudonyms import Naming, key_of, make_key, pseudonyms
from hitl.learning.publish import publish_labels
from hitl.storage.database import Database

_PAGE = 500
_PAGE_WITH_PICTURES = 20
"""A picture may have megabytes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What will be read, fixed at its beginning: what is told later has later places."""

    selection: Selection
    count: int

    @property
    def until(self) -> int:
        """Where whoever reads it all goes on the next time."""
        return self.selection.until or 0


async def begin_reading(database: Database, wanted: Selection) -> Reading:
    """Give every committed label its place, and see how many there are; raises ``CursorAhead``."""
    while await database.read(is_label_marked):
        if not await database.write(publish_labels):
            break
    selection, count = await database.read(partial(_scope, wanted=wanted))
    return Reading(selection, count)


def _scope(connection: Connection, wanted: Selection) -> tuple[Selection, int]:
    last = last_position(connection)
    if wanted.after > last:
        raise CursorAhead(wanted.after, last)
    selection = replace(wanted, until=last)
    return selection, count_labels(connection, selection)


async def documents(
    database: Database,
    reading: Reading,
    *,
    naming: Naming | None = None,
    with_pictures: bool = False,
    limit: int | None = None,
) -> AsyncIterator[list[dict[str, Any]]]:
    """The labels of a reading, in pages; reviewers under pseudonyms unless named otherwise."""
    name = naming or await pseudonymous(database)
    page = _PAGE_WITH_PICTURES if with_pictures else _PAGE
    at, left = reading.selection.after, limit
    while left is None or left > 0:
        most = page if left is None else min(page, left)
        query = partial(
            read_labels, wanted=reading.selection, start=at, limit=most, with_pictures=with_pictures
        )
        found = await database.read(query)
        if found:
            yield [label_document(label, naming=name) for label in found]
        if len(found) < most:
            return
        at = found[-1].cursor
        left = None if left is None else left - len(found)


async def pseudonymous(database: Database) -> Naming:
    """How reviewers are called where they are not to be known."""
    key = await database.read(key_of)
    if key is None:
        await database.write(make_key)
        key = await database.read(key_of)
    return pseudonyms(key or "")
