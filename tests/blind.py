"""The same item three times, as each sort of blind case: no reader is to tell them apart."""

import json
import re
from typing import Any

from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review import Submission, add_known_answer, serve_known, submit
from hitl.routing import Prediction
from hitl.storage.database import Database, Transaction
from hitl.storage.known_answers import plan_turn, turns_due

ITEM: dict[str, Any] = {"title": "Reply in r/cooking", "text": "You call that a risotto?"}
IN_THE_SAMPLE = 0.01


async def three_alike(database: Database, use_case: UseCase, *, label: str) -> list[Case]:
    """A prediction that stood, one that waits for people, and a known answer; in this order."""
    await database.write(_count_from_here)
    other = next(each for each in use_case.labels if each != label)
    return [
        await _predicted(database, use_case, "stood", {label: 0.99, other: 0.01}),
        await _predicted(database, use_case, "waits", {label: 0.6, other: 0.4}),
        await known(database, use_case, label=label),
    ]


def _count_from_here(tx: Transaction) -> None:
    """Give cases numbers that nothing else on a card has."""
    tx.connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('cases', 7040)")


async def known(database: Database, use_case: UseCase, *, label: str, key: str = "gold") -> Case:
    """A known answer, served."""
    submission = Submission(
        key=key,
        fingerprint=key,
        prediction=Prediction.unscored(label),
        submitted_by="key abc123",
        **ITEM,
    )
    await database.write(
        lambda tx: add_known_answer(tx, submission, label=label, use_case=use_case)
    )
    served = await serve(database, use_case)
    assert served is not None
    return served


async def serve(database: Database, use_case: UseCase) -> Case | None:
    """Whatever known answer is next."""

    def next_one(tx: Transaction) -> Case | None:
        plan_turn(tx, use_case.name, due_at=tx.now, draw=0.5)
        [turn] = turns_due(tx.connection, now=tx.now)
        return serve_known(tx, turn, use_case=use_case)

    return await database.write(next_one)


async def _predicted(
    database: Database, use_case: UseCase, key: str, scores: dict[str, float]
) -> Case:
    submission = Submission(
        key=key,
        fingerprint=key,
        prediction=Prediction(scores, model="secret@3"),
        reason="A secret reason",
        callback_url="https://secret.example/",
        metadata={"secret": True},
        submitted_by="key secret",
        **ITEM,
    )
    case, _ = await database.write(
        lambda tx: submit(tx, submission, use_case=use_case, draw=IN_THE_SAMPLE)
    )
    return case


def without_number(shown: Any, case: Case) -> str:
    """What is shown of the case, with its own number blacked out, and the ids that Slack made."""
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False)
    return re.sub(rf'\b{case.id}\b|(?<="block_id": ")[\w-]{{6}}(?=")', "N", text)
