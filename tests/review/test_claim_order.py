"""Least certain first, what has little time left before all others, and nothing twice."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, event, select

from hitl.deadlines import urgent_from
from hitl.policy import Deadline, UseCase
from hitl.reports.stats import queue
from hitl.review import SkipReason, claim, claim_next, skip, submit, vote
from hitl.review.claim import SKIP_FOR, wanted_by
from hitl.routing import Prediction, margin
from hitl.storage.claims import count_for, next_to_claim
from hitl.storage.database import Database
from hitl.storage.tables import skips
from hitl.vocabulary import Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post

ANA, BEN = "U0ANA", "U0BEN"
HURRIED = moderation().model_copy(update={"deadline": Deadline(due="40m")})


async def waiting(database: Database, *scores: float) -> list[int]:
    """The ids of cases that the AI took for violations with these scores."""
    found = []
    for number, score in enumerate(scores):
        submission = post(f"post-{database.now()}-{number}", violation=score)
        verb = partial(submit, submission=submission, use_case=moderation(), draw=0.5)
        case, _ = await database.write(verb)
        found.append(case.id)
    return found


async def served(
    database: Database, reviewer: str = ANA, *, use_case: UseCase | None = None, minutes: float = 0
) -> int | None:
    case = await database.write(
        lambda tx: claim_next(
            tx,
            use_case=use_case or moderation(),
            reviewer=reviewer,
            waited=timedelta(minutes=minutes),
        )
    )
    return None if case is None else case.id


async def all_served(database: Database, *, use_case: UseCase | None = None) -> list[int]:
    """Everything that can be served, in order, each to another person."""
    found: list[int] = []
    while (case_id := await served(database, f"U{len(found)}", use_case=use_case)) is not None:
        found.append(case_id)
    return found


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"a": 0.7, "b": 0.3}, 0.4),
        ({"a": 0.2, "b": 0.5, "c": 0.4}, 0.1),
        ({"a": 0.5, "b": 0.5}, 0.0),
        ({"a": 0.8}, 0.6),
        ({"a": 0.3}, 0.0),
    ],
)
def test_the_margin_is_how_far_the_first_label_is_ahead(
    scores: dict[str, float], expected: float
) -> None:
    assert margin(Prediction(scores)) == pytest.approx(expected)


def test_a_label_without_a_score_has_no_margin() -> None:
    assert margin(Prediction.unscored("a")) == 0


async def test_what_the_ai_was_least_sure_of_is_served_first(database: Database) -> None:
    sure, unsure, between = await waiting(database, 0.86, 0.55, 0.70)
    assert await all_served(database) == [unsure, between, sure]


async def test_equally_unsure_the_one_that_waits_longest_is_first(
    database: Database, clock: Clock
) -> None:
    [late] = await waiting(database, 0.70)
    clock.advance(seconds=-5)
    [early] = await waiting(database, 0.70)
    assert await all_served(database) == [early, late]


async def test_a_policy_can_ask_for_the_oldest_first(database: Database, clock: Clock) -> None:
    [first] = await waiting(database, 0.70)
    clock.advance(seconds=1)
    sure, unsure = await waiting(database, 0.86, 0.55)
    oldest_first = moderation().model_copy(update={"order": "oldest"})
    # Of those that came at the same moment, the less certain.
    assert await all_served(database, use_case=oldest_first) == [first, unsure, sure]


async def test_what_has_little_time_left_goes_before_all_others(
    database: Database, clock: Clock
) -> None:
    sure, less_sure = await waiting(database, 0.86, 0.80)
    clock.advance(minutes=30)
    [unsure] = await waiting(database, 0.55)
    assert await all_served(database, use_case=HURRIED) == [less_sure, sure, unsure]


async def test_with_time_left_certainty_alone_counts(database: Database, clock: Clock) -> None:
    [sure] = await waiting(database, 0.86)
    clock.advance(minutes=29)
    [unsure] = await waiting(database, 0.55)
    assert await all_served(database, use_case=HURRIED) == [unsure, sure]


@pytest.mark.parametrize(
    ("deadline", "minutes"),
    [
        (None, None),
        (Deadline(due="40m"), 30),
        (Deadline(remind=("20m",), due="40m"), 30),
        (Deadline(remind=("20m",)), 15),
    ],
)
def test_a_case_is_urgent_in_the_last_quarter_of_its_time(
    deadline: Deadline | None, minutes: float | None
) -> None:
    use_case = moderation().model_copy(update={"deadline": deadline})
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert urgent_from(use_case) == expected


async def test_the_case_in_hand_is_served_before_a_less_certain_one(database: Database) -> None:
    [in_hand] = await waiting(database, 0.70)
    assert await served(database) == in_hand
    await waiting(database, 0.55)
    assert await served(database) == in_hand


async def test_of_two_in_hand_the_one_taken_last_is_served(
    database: Database, clock: Clock
) -> None:
    first, second = await waiting(database, 0.55, 0.70)
    assert await served(database) == first
    clock.advance(seconds=1)
    assert await database.write(lambda tx: claim(tx, second, reviewer=ANA))
    assert await served(database) == second


async def test_what_another_has_cannot_be_taken_by_name(database: Database) -> None:
    [first] = await waiting(database, 0.70)
    await served(database, BEN)
    assert await database.write(lambda tx: claim(tx, first, reviewer=ANA)) is None


async def test_who_is_next_in_line_is_served_what_has_come_to_them(
    database: Database, clock: Clock
) -> None:
    [old] = await waiting(database, 0.86)
    clock.advance(minutes=10)
    await waiting(database, 0.55)
    assert await served(database, minutes=10) == old
    await database.write(
        lambda tx: vote(tx, old, verdict=Verdict.APPROVE, reviewer=ANA, use_case=moderation())
    )
    assert await served(database, minutes=10) is None


async def skipped(database: Database, case_id: int, *, reviewer: str = ANA) -> None:
    await database.write(lambda tx: skip(tx, case_id, reviewer=reviewer, reason=SkipReason.UNCLEAR))


async def test_a_skipped_case_goes_to_others_at_once_and_comes_back_the_next_day(
    database: Database, clock: Clock
) -> None:
    [first] = await waiting(database, 0.70)
    await served(database)
    await skipped(database, first)
    assert await served(database, ANA) is None
    assert await served(database, BEN) == first
    clock.advance(seconds=SKIP_FOR.total_seconds())
    assert await served(database, ANA) == first


async def test_a_skip_is_counted_with_its_reason_once_for_each_time(database: Database) -> None:
    [first] = await waiting(database, 0.70)
    await skipped(database, first)
    rows = await database.read(lambda c: c.execute(select(skips)).all())
    assert [(row.case_id, row.reviewer, row.reason, row.at) for row in rows] == [
        (first, ANA, "unclear", MONDAY)
    ]


async def test_a_decided_case_is_not_skipped_any_more(database: Database) -> None:
    [first] = await waiting(database, 0.70)
    await database.write(
        lambda tx: vote(tx, first, verdict=Verdict.APPROVE, reviewer=BEN, use_case=moderation())
    )
    await skipped(database, first)
    assert await database.read(lambda c: c.execute(select(skips)).all()) == []


async def test_what_is_left_leaves_out_what_others_have_and_what_was_skipped(
    database: Database,
) -> None:
    first, _, _, third = await waiting(database, 0.55, 0.60, 0.65, 0.70)
    await served(database, BEN)
    await served(database, ANA)
    await skipped(database, third)
    wanted = wanted_by(ANA, use_case=moderation(), now=database.now())
    assert await database.read(lambda c: count_for(c, wanted, most=10)) == 2
    assert await database.read(lambda c: count_for(c, wanted, most=1)) == 1
    assert first


def statements(connection: Connection, use_case: UseCase) -> list[str]:
    """What looking for the next case sends."""
    sent: list[str] = []

    def note(*call: object) -> None:
        sent.append(str(call[2]))

    event.listen(connection, "before_cursor_execute", note)
    next_to_claim(connection, wanted_by(ANA, use_case=use_case, now=MONDAY))
    event.remove(connection, "before_cursor_execute", note)
    return sent


async def test_so_many_waiting_cases_are_counted_and_of_more_that_there_are_more(
    database: Database, clock: Clock
) -> None:
    async def counted(most: int) -> tuple[int, bool]:
        found = await database.read(partial(queue, use_case=moderation().name, counted=most))
        assert found.oldest_at == MONDAY
        return found.open, found.is_more

    await waiting(database, 0.6)
    clock.advance(minutes=1)
    await waiting(database, 0.6, 0.7)
    assert [await counted(most) for most in (2, 3, 4)] == [(2, True), (3, False), (3, False)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("use_case", "indexes"),
    [
        (moderation(), ["ix_claims_reviewer", "ix_cases_least_certain"]),
        (HURRIED, ["ix_claims_reviewer", "ix_cases_oldest", "ix_cases_least_certain"]),
        (
            moderation().model_copy(update={"order": "oldest"}),
            ["ix_claims_reviewer", "ix_cases_oldest"],
        ),
    ],
    ids=["least certain", "with a deadline", "oldest"],
)
async def test_the_next_case_is_read_from_the_start_of_an_index(
    database: Database, use_case: UseCase, indexes: list[str]
) -> None:
    def plans(connection: Connection) -> list[str]:
        return [
            str(
                connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {sql}", ("x",) * sql.count("?")
                ).all()
            )
            for sql in statements(connection, use_case)
        ]

    found = await database.read(plans)
    assert len(found) == len(indexes)
    for plan, index in zip(found, indexes, strict=True):
        assert index in plan
        assert "SCAN cases" not in plan
    assert "TEMP B-TREE" not in found[-1]
