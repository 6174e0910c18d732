"""A proposal says what is to be expected, by what was predicted and decided before."""

from hitl.policy import UseCase, parse_policy
from hitl.reports.policy_effect import expected_effect
from hitl.review import record_truth, submit, vote
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
