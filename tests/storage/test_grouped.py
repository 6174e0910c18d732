"""What waits together is written together; what one item does wrong is its own."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.grouped import Grouped
from tests.storage.marks import Refused, mark, marks


class Marking:
    """A verb that stores each item as a mark, and refuses one by name."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []

    def __call__(self, tx: Transaction, items: Sequence[str]) -> list[str | Exception]:
        self.groups.append(list(items))
        return [Refused() if item == "refused" else str(mark(tx, item)) for item in items]


async def test_those_who_wait_at_the_same_time_share_one_verb(database: Database) -> None:
    marking = Marking()
    grouped = Grouped(database, marking)
    await asyncio.gather(*(grouped.one(name) for name in "abc"))
    assert marking.groups == [["a", "b", "c"]]
    assert await marks(database) == {"a", "b", "c"}


async def test_those_who_come_while_one_is_written_go_next(database: Database) -> None:
    marking = Marking()
    grouped = Grouped(database, marking)
    first = asyncio.create_task(grouped.one("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.gather(first, grouped.one("b"), grouped.one("c"))
    assert marking.groups == [["a"], ["b", "c"]]


async def test_a_refusal_is_raised_to_whom_it_is_for(database: Database) -> None:
    grouped = Grouped(database, Marking())
    answers = await asyncio.gather(
        *(grouped.one(name) for name in ("a", "refused", "b")), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [str, Refused, str]
    assert await marks(database) == {"a", "b"}


async def test_what_one_does_wrong_spoils_no_other(database: Database) -> None:
    grouped = Grouped(database, Marking())
    one, *others, same = await grouped.all(["a", "b", "c", "a"])
    assert [type(answer) for answer in others] == [str, str]
    # On PostgreSQL each is run again beside the others: which of the two comes first is open.
    assert {type(one), type(same)} == {str, IntegrityError}
    assert await marks(database) == {"a", "b", "c"}


async def test_where_nothing_can_be_stored_everyone_is_told(database: Database) -> None:
    def unavailable(_tx: Transaction, items: Sequence[str]) -> list[str]:
        raise StorageUnavailable(f"{len(items)} are lost")

    grouped = Grouped(database, unavailable)
    answers = await asyncio.gather(grouped.one("a"), grouped.one("b"), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["2 are lost", "2 are lost"]


async def test_one_who_goes_away_leaves_the_others_their_answers(database: Database) -> None:
    grouped = Grouped(database, Marking())
    leaves, stays = (asyncio.create_task(grouped.one(name)) for name in ("a", "b"))
    await asyncio.sleep(0)
    leaves.cancel()
    assert await stays
    assert await marks(database) == {"a", "b"}
