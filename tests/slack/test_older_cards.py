"""A card that was there before its case decides nothing: a restore gives numbers again."""

from datetime import datetime

from sqlalchemy import delete, text, update

from bot.sandbox.person import Person
from hitl.storage.tables import case_contents, cases, outbox, slack_messages
from hitl.vocabulary import CaseState
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def give_numbers_again(desk: Desk) -> None:
    """What restoring a backup does: the newest case is gone, and with it its number."""
    await desk.database.write(
        lambda tx: [
            tx.connection.execute(statement)
            for statement in (
                text("PRAGMA defer_foreign_keys = ON"),
                delete(outbox),
                delete(slack_messages),
                text("DELETE FROM audit_events"),
                delete(case_contents),
                delete(cases),
                text("DELETE FROM sqlite_sequence WHERE name = 'cases'"),
            )
        ]
    )


async def test_a_card_from_before_a_restore_decides_nothing(
    desk: Desk, people: People, clock: Clock
) -> None:
    kitten = await desk.submit(post("kitten"))
    old_card = await desk.show(kitten)
    await give_numbers_again(desk)
    clock.now = datetime.fromtimestamp(float(old_card.ts) + 3_600, tz=clock.now.tzinfo)
    threat = await desk.submit(post("threat"))
    assert threat.id == kitten.id
    await people["ana"].click(old_card, "Approve · keep post", stale=True)
    told = await people["ana"].wait_for_message("C0MOD", lambda m: m.ephemeral)
    assert told.says("before the database was restored")
    assert (await desk.case(threat.id)).state is CaseState.OPEN


async def test_the_recorded_card_counts_however_far_the_clocks_are_apart(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    later = datetime.fromtimestamp(float(card.ts) + 86_400, tz=case.submitted_at.tzinfo)
    await desk.database.write(
        lambda tx: tx.connection.execute(update(cases).values(submitted_at=later))
    )
    assert await people["ana"].click(card, "Approve · keep post")
    assert (await desk.case(case.id)).state is CaseState.DECIDED
