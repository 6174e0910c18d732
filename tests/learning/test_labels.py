"""A label is what people say of an item now: not what they said before, nor what a machine did."""

from functools import partial

import pytest
from sqlalchemy import update

from hitl.learning.feed import CursorAhead
from hitl.review import overrule, record_truth, submit, undo, vote
from hitl.storage.database import Database, Transaction
from hitl.storage.label_marks import mark_label
from hitl.storage.tables import cases, checks
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import moderation, post
from tests.learning.reading import decided, labels_after, submitted, voted


async def test_a_label_carries_what_a_trainer_needs(database: Database) -> None:
    await database.write(partial(decided, key="post-1"))
    (label,) = await labels_after(database)
    who = label.pop("reviewers")
    assert len(who) == 1
    assert "U0ANA" not in who[0]
    assert label == {
        "cursor": "1",
        "change": "added",
        "case": 1,
        "use_case": "content-moderation",
        "key": "post-1",
        "label": "violation",
        "verdict": "reject",
        "flagged": False,
        "source": "reviewers",
        "votes": 1,
        "adjudicated": False,
        "known": False,
        "decided_at": "2026-11-23T09:00:00Z",
        "prediction": {
            "label": "violation",
            "confidence": 0.7,
            "scores": {"violation": 0.7, "clean": 0.3},
            "model": "toxicity@3",
        },
        "policy_version": moderation().version,
        "escalated": True,
        "draw": 0.5,
        "audit_rate": 0.02,
        "weight": 1.0,
        "submitted_at": "2026-11-23T09:00:00Z",
        "input": {
            "title": "Reply in r/cooking",
            "text": "You call that a risotto?",
            "reason": None,
            "evidence": [],
            "metadata": None,
        },
    }


async def test_what_nobody_decided_is_no_label(database: Database) -> None:
    await database.write(partial(submitted, key="waits"))
    await database.write(partial(submitted, key="stood by itself", violation=0.99))
    assert await labels_after(database) == []


async def test_a_reader_who_goes_on_is_told_each_label_once(database: Database) -> None:
    for number in range(3):
        await database.write(partial(decided, key=f"post-{number}"))
    first = await labels_after(database)
    assert [label["key"] for label in first] == ["post-0", "post-1", "post-2"]
    assert await labels_after(database, int(first[1]["cursor"])) == first[2:]
    await database.write(partial(decided, key="post-3"))
    (new,) = await labels_after(database, int(first[2]["cursor"]))
    assert (new["key"], new["change"]) == ("post-3", "added")


async def test_a_revised_label_comes_again_and_the_superseded_one_never(
    database: Database,
) -> None:
    case_id = await database.write(partial(decided, key="post-1"))
    await database.write(partial(decided, key="post-2"))
    cursor = int((await labels_after(database))[-1]["cursor"])
    await database.write(
        lambda tx: overrule(
            tx, case_id, label="clean", by="U0LEA", reason="A quotation", use_case=moderation()
        )
    )
    (again,) = await labels_after(database, cursor)
    assert (again["case"], again["change"], again["label"]) == (case_id, "revised", "clean")
    assert again["adjudicated"]
    everything = await labels_after(database)
    assert [(label["key"], label["label"]) for label in everything] == [
        ("post-2", "violation"),
        ("post-1", "clean"),
    ]
    assert {label["change"] for label in everything} == {"added"}


async def test_an_undone_label_is_retracted_for_those_who_have_read_it(
    database: Database,
) -> None:
    case_id = await database.write(partial(decided, key="post-1"))
    (label,) = await labels_after(database)
    await database.write(lambda tx: undo(tx, case_id, by="U0ANA", use_case=moderation()))
    (retracted,) = await labels_after(database, int(label["cursor"]))
    assert (retracted["case"], retracted["change"]) == (case_id, "retracted")
    assert (retracted["label"], retracted["input"], retracted["reviewers"]) == (None, None, [])
    assert await labels_after(database) == []


async def test_what_was_undone_and_decided_alike_between_two_readings_is_not_told_again(
    database: Database, clock: Clock
) -> None:
    case_id = await database.write(partial(decided, key="post-1"))
    (label,) = await labels_after(database)
    await database.write(lambda tx: undo(tx, case_id, by="U0ANA", use_case=moderation()))
    await database.write(partial(voted, case_id=case_id))
    assert await labels_after(database, int(label["cursor"])) == []
    clock.advance(seconds=1)
    await database.write(lambda tx: undo(tx, case_id, by="U0ANA", use_case=moderation()))
    await database.write(partial(voted, case_id=case_id, reviewer="U0BEN"))
    (again,) = await labels_after(database, int(label["cursor"]))
    assert again["change"] == "revised"
    assert again["reviewers"] != label["reviewers"]


async def test_truth_goes_before_what_people_said(database: Database) -> None:
    case_id = await database.write(partial(decided, key="post-1"))
    stood = await database.write(partial(submitted, key="post-2", violation=0.99))
    for each in (case_id, stood):
        await database.write(
            partial(record_truth, case_id=each, label="clean", source="appeal",
                    use_case=moderation())
        )  # fmt: skip
    labels = await labels_after(database)
    assert [(each["label"], each["source"], each["known"]) for each in labels] == [
        ("clean", "truth", True),
        ("clean", "truth", True),
    ]
    assert [each["weight"] for each in labels] == [1.0, None]


async def test_each_vote_behind_a_label_counts(database: Database) -> None:
    twice = moderation().model_copy(update={"reviews_needed": 2})
    case, _ = await database.write(lambda tx: submit(tx, post("post-1"), use_case=twice, draw=0.5))
    for who in ("U0ANA", "U0BEN"):
        cast = partial(vote, case_id=case.id, verdict=Verdict.REJECT, reviewer=who, use_case=twice)
        assert await labels_after(database) == []
        await database.write(cast)
    (label,) = await labels_after(database)
    assert label["votes"] == len(set(label["reviewers"])) == 2


async def test_a_case_that_a_person_sent_has_a_label_and_no_prediction(
    database: Database,
) -> None:
    await database.write(partial(decided, key="from Slack", sent_by_person=True))
    (label,) = await labels_after(database)
    assert (label["label"], label["prediction"]) == ("violation", None)


async def test_a_reviewer_keeps_their_pseudonym(database: Database) -> None:
    for number in range(2):
        await database.write(partial(decided, key=f"post-{number}"))
    first, second = await labels_after(database)
    assert first["reviewers"] == second["reviewers"]


async def test_labels_of_one_use_case_or_model_can_be_read_alone(database: Database) -> None:
    await database.write(partial(decided, key="post-1"))
    assert await labels_after(database, use_cases=frozenset({"digits"})) == []
    assert len(await labels_after(database, use_cases=frozenset({"content-moderation"}))) == 1
    assert await labels_after(database, model="toxicity@4") == []
    assert len(await labels_after(database, model="toxicity@3", escalated=True)) == 1
    assert await labels_after(database, escalated=False) == []


async def test_a_cursor_from_another_life_of_the_database_is_refused(database: Database) -> None:
    await database.write(partial(decided, key="post-1"))
    with pytest.raises(CursorAhead, match="last one is 1"):
        await labels_after(database, 7)


async def test_a_settled_audit_check_is_a_label_of_a_prediction_that_stood(
    database: Database, clock: Clock
) -> None:
    case_id = await database.write(partial(submitted, key="stood", violation=0.99, draw=0.01))
    await database.write(partial(settle_check, case_id=case_id, label="violation"))
    (label,) = await labels_after(database)
    assert (label["source"], label["label"], label["escalated"]) == ("audit", "violation", False)
    assert (label["weight"], label["votes"], label["adjudicated"]) == (50.0, 1, False)
    clock.advance(seconds=1)
    await database.write(partial(settle_check, case_id=case_id, label="clean", settled_by="U0LEA"))
    (again,) = await labels_after(database, int(label["cursor"]))
    assert (again["label"], again["change"], again["adjudicated"]) == ("clean", "revised", True)
    assert again["reviewers"] != label["reviewers"]


def settle_check(tx: Transaction, case_id: int, label: str, settled_by: str = "U0ANA") -> None:
    """As whoever answers or adjudicates it does."""
    tx.connection.execute(
        update(checks)
        .where(checks.c.case_id == case_id)
        .values(
            state="settled", reviewer="U0ANA", verdict="reject", label="violation",
            answered_at=tx.now, final_label=label, settled_by=settled_by, settled_at=tx.now,
        )
    )  # fmt: skip
    mark_label(tx, case_id)


async def test_known_answers_are_no_labels(database: Database) -> None:
    case_id = await database.write(partial(decided, key="post-1"))
    await database.write(
        lambda tx: tx.connection.execute(
            update(cases).where(cases.c.id == case_id).values(routed_by="known")
        )
    )
    assert await labels_after(database) == []
