"""Who reads on from a cursor misses no label and is told none twice, whoever writes meanwhile."""

import asyncio
import random
import threading
from functools import partial

import pytest

from hitl.learning.export import begin_reading, documents
from hitl.learning.feed import Selection
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


async def test_what_is_corrected_while_it_is_read_comes_as_a_correction_to_who_never_had_it(
    database: Database,
) -> None:
    early = await database.write(partial(decided, key="early"))
    await database.write(partial(decided, key="late"))
    reading = await begin_reading(database, Selection())
    await database.write(partial(corrected, case_id=early))
    await labels_after(database)
    [[only]] = [page async for page in documents(database, reading)]
    assert only["key"] == "late"
    [label] = await labels_after(database, int(only["cursor"]))
    assert (label["key"], label["change"], label["label"]) == ("early", "revised", "clean")


async def test_readers_beside_writers_miss_nothing_and_are_told_twice_only_of_corrections(
    database: Database,
) -> None:
    writers, each = 4, 12
    everything = {f"{number}-{turn}" for number in range(writers) for turn in range(each)}
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
        again = [key for key, change, _ in seen if change == "revised"]
        assert len(added) == len(set(added))
        assert len(again) == len(set(again))
        assert set(again) <= revised
        # What is corrected between two looks of one reading comes as that, and not before.
        assert set(added) | set(again) == everything
        assert {key: label for key, _, label in seen} == {
            key: "clean" if key in revised else "violation" for key in everything
        }
