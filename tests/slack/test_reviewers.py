"""``/hitl reviewers``: everybody sees their own figures, and leads those of their team."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from hitl.storage.database import Transaction
from hitl.storage.tables import checks, reviews
from tests.examples import post
from tests.slack.conftest import Desk
from tests.statistics.stored import Predicted, store

People = dict[str, Person]
ANA = "U0ANA"


async def told(person: Person, line: str) -> SeenMessage:
    """What only this person sees after the command."""
    assert await person.command(line, channel="C0MOD")
    found = await person.wait_for_message("C0MOD", "How you review")
    assert found.ephemeral
    return found


async def decided(
    desk: Desk, reviewer: str, *, count: int, right: int, seconds: float = 6, days: float = 10
) -> None:
    """Blind checks that the reviewer answered over the last days, so many of them rightly."""
    use_case = desk.use_case("content-moderation")
    since = desk.database.now() - timedelta(days=days)
    apart = timedelta(days=days) / (count + 1)

    def write(tx: Transaction) -> None:
        store(
            tx,
            [Predicted("clean", 0.99, right=True)] * count,
            use_case=use_case,
            since=since,
            apart=apart,
            is_blind=True,
            model=reviewer,
        )
        connection = tx.connection
        found = connection.execute(
            checks.select().where(checks.c.reviewer == "U1").order_by(checks.c.id)
        ).all()
        for number, check in enumerate(found):
            label = "clean" if number < right else "violation"
            connection.execute(
                checks.update()
                .where(checks.c.id == check.id)
                .values(reviewer=reviewer, label=label, seconds=seconds)
            )
            connection.execute(
                insert(reviews),
                {
                    "case_id": check.case_id,
                    "reviewer": reviewer,
                    "verdict": "approve",
                    "label": label,
                    "seconds": seconds,
                    "at": check.answered_at,
                    "is_adjudication": False,
                },
            )

    await desk.database.write(write)


async def test_everybody_sees_their_own_figures_and_nobody_elses(
    desk: Desk, people: People
) -> None:
    await decided(desk, ANA, count=74, right=69)
    await decided(desk, "U0BEN", count=60, right=60)
    own = await told(people["ana"], "/hitl reviewers content-moderation")
    assert own.says("Checked accuracy 93 % (86\N{EN DASH}97) on 74 checked cases")
    assert own.says("Median 6.0 s")
    assert own.says("74 decisions on")
    assert own.says("Only leads see how others review")
    assert not own.says("U0BEN")
    assert not own.says("the team")


async def test_a_lead_sees_the_team_in_no_order_of_merit(desk: Desk, people: People) -> None:
    await decided(desk, "U0BEN", count=60, right=60)
    await decided(desk, ANA, count=74, right=60)
    await decided(desk, "ana@example.com", count=12, right=2)
    team = await told(people["ben"], "/hitl reviewers content-moderation")
    assert team.says("the team, only leads see this")
    assert team.says("accuracy: not enough yet (12 of 50 checked cases)")
    words = team.words
    assert words.index(f"<@{ANA}>") < words.index("<@U0BEN>")


async def test_who_decided_nothing_is_told_so(desk: Desk, people: People) -> None:
    await desk.submit(post())
    own = await told(people["ana"], "/hitl reviewers content-moderation")
    assert own.says("not enough yet (0 of 50 checked cases)")
    assert own.says("No decisions in the last four weeks")


@pytest.mark.usefixtures("desk")
async def test_every_use_case_is_told_where_none_is_named(people: People) -> None:
    own = await told(people["ana"], "/hitl reviewers")
    assert own.says("*digits* · you")
    assert own.says("*content-moderation* · you")


async def test_signs_of_fatigue_are_for_the_person_alone(desk: Desk, people: People) -> None:
    await decided(desk, ANA, count=300, right=300, seconds=5, days=20)
    await decided(desk, ANA, count=40, right=40, seconds=30, days=0.1)
    own = await told(people["ana"], "/hitl reviewers content-moderation")
    assert own.says("You took about 2")  # with the first ones of the day, at 5 s
    assert own.says("only you see this, and it is no diagnosis")
    team = await told(people["ben"], "/hitl reviewers content-moderation")
    assert not team.says("You took about")


@pytest.mark.usefixtures("desk")
async def test_guests_are_refused(people: People) -> None:
    assert await people["gus"].command("/hitl reviewers", channel="C0MOD")
    found = await people["gus"].wait_for_message("C0MOD", "Only full members")
    assert not found.says("How you review")
