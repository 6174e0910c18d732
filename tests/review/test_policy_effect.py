"""A proposal says what is to be expected, by what was predicted and decided before."""

from functools import partial

from hitl.policy import Costs, UseCase, parse_policy
from hitl.reports.policy_effect import Effect, expected_effect
from hitl.review import claim, record_truth, submit, vote
from hitl.storage.database import Database
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import post

TEXT = """
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
labels = {{ clean = {{}}, violation = {{ auto_at = {at} }} }}
costs = {{ review = 2, error = {{ violation = 10, clean = 50 }} }}
"""


def policy(at: float) -> UseCase:
    return parse_policy(TEXT.format(at=at)).use_case("content-moderation")


async def test_the_effect_counts_what_moves_and_what_people_found(
    database: Database, clock: Clock
) -> None:
    async def predicted(key: str, violation: float, verdict: Verdict | None = None) -> int:
        case, _ = await database.write(
            lambda tx: submit(tx, post(key, violation=violation), use_case=policy(0.9), draw=0.5)
        )
        if verdict is not None:
            await database.write(
                lambda tx: vote(
                    tx, case.id, verdict=verdict, reviewer="U0ANA", use_case=policy(0.9)
                )
            )
        return case.id

    await predicted("long ago", 0.85)
    clock.advance(days=29)
    await predicted("agreed", 0.85, Verdict.REJECT)
    await predicted("overturned", 0.85, Verdict.APPROVE)
    await predicted("unanswered", 0.85)
    await predicted("unsure", 0.6, Verdict.REJECT)
    await predicted("stood", 0.95)
    late = await predicted("found out later", 0.95)
    await database.write(
        lambda tx: record_truth(tx, late, label="clean", source="appeal", use_case=policy(0.9))
    )

    effect = await database.read(
        lambda c: expected_effect(c, before=policy(0.9), after=policy(0.8), until=clock.now)
    )
    assert (effect["predictions"], effect["escalated_before"]) == (6, 4)
    assert effect["escalated_after"] == 1
    assert effect["newly_stand"] == {"count": 3, "known": 2, "wrong": 1}
    assert (effect["review_cost"], effect["error_cost"]) == (-6.0, 15.0)

    effect = await database.read(
        lambda c: expected_effect(c, before=policy(0.9), after=policy(0.97), until=clock.now)
    )
    assert effect["escalated_after"] == 6
    assert effect["no_longer_stand"] == {"count": 2, "known": 1, "wrong": 1}
    assert (effect["review_cost"], effect["error_cost"]) == (4.0, -20.0)


async def test_reviews_paid_by_the_hour_cost_what_they_took(
    database: Database, clock: Clock
) -> None:
    by_the_hour = {"costs": Costs(reviewer_hour=100.0)}
    before, after = (policy(at).model_copy(update=by_the_hour) for at in (0.9, 0.8))
    case, _ = await database.write(
        lambda tx: submit(tx, post(violation=0.85), use_case=before, draw=0.5)
    )

    async def effect() -> Effect:
        look = partial(expected_effect, before=before, after=after, until=clock.now)
        return await database.read(look)

    assert (await effect())["review_cost"] is None
    await database.write(lambda tx: claim(tx, case.id, reviewer="U0ANA"))
    clock.advance(seconds=36)
    await database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.REJECT, reviewer="U0ANA", use_case=before)
    )
    clock.advance(seconds=1)
    assert (await effect())["review_cost"] == -1.0
