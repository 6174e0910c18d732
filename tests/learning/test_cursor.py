"""Who reads on from a cursor misses no label and is told none twice, whoever writes meanwhile."""

import asyncio
import random
import threading
from functools import partial

import pytest

from hitl.review import overrule
from hitl.storage.database import Database, Transaction
from tests.examples import moderation
from tests.learning.reading import decided, labels_after


class Held:
    """Keeps a transaction open after its verb has done everything."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.commit = threading.Event()

    def __call__(self, tx: Transaction, key: str) -> int:
        case_id = decided(tx, key)
        self.done.set()
        assert self.commit.wait(10)
        return case_id


def corrected(tx: Transaction, case_id: int) -> None:
    overrule(tx, case_id, label="clean", by="U0LEA", reason="No", use_case=moderation())


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_label_committed_after_a_later_one_was_read_is_not_missed(
    database: Database,
) -> None:
    held = Held()
    early = asyncio.create_task(database.write(partial(held, key="drew its ids first")))
    await asyncio.to_thread(held.done.wait, 10)
    await database.write(partial(decided, key="committed first"))
    (read,) = await labels_after(database)
    assert read["key"] == "committed first"
    held.commit.set()
    await early
    (missed,) = await labels_after(database, int(read["cursor"]))
    assert missed["key"] == "drew its ids first"


async def test_readers_beside_writers_miss_nothing_and_are_told_twice_only_of_corrections(
    database: Database,
) -> None:
    writers, each = 4, 12
    revised: set[str] = set()

    async def write(number: int) -> None:
        chance = random.Random(number)
        for turn in range(each):
            key = f"{number}-{turn}"
            case_id = await database.write(partial(decided, key=key))
            if chance.random() < 0.3:
                await database.write(partial(corrected, case_id=case_id))
                revised.add(key)

    async def read(stop: asyncio.Event) -> list[tuple[str, str, str]]:
        seen: list[tuple[str, str, str]] = []
        cursor, last = 0, False
        while not last:
            last = stop.is_set()
            for label in await labels_after(database, cursor):
                seen.append((label["key"], label["change"], label["label"]))
                cursor = int(label["cursor"])
        return seen

    stop = asyncio.Event()
    readers = [asyncio.create_task(read(stop)) for _ in range(2)]
    await asyncio.gather(*(write(number) for number in range(writers)))
    stop.set()
    for seen in await asyncio.gather(*readers):
        added = [key for key, change, _ in seen if change == "added"]
        assert sorted(added) == sorted({key for key, _, _ in seen})
        assert len(added) == writers * each
        again = [key for key, change, _ in seen if change == "revised"]
        assert len(again) == len(set(again))
        assert set(again) <= revised
        assert {key: label for key, _, label in seen} == {
            key: "clean" if key in revised else "violation" for key in added
        }
