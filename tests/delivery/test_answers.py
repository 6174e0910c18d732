"""What a submitter answers is told to whoever asked."""

from sqlalchemy import update

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from hitl.cases import Case
from hitl.review import ask_submitter, take_reply
from hitl.storage.outbox import Kind, Sending
from hitl.storage.tables import outbox
from tests.delivery.running import delivered, delivering, unsure_case, until

CALLER = "https://caller.example/told"


async def answered(desk: Desk, case: Case) -> None:
    rules = desk.policy.use_case(case.use_case)

    asked = await desk.database.write(
        lambda tx: ask_submitter(tx, case.id, by="U0ANA", text="Posted <before>?", use_case=rules)
    )
    [question] = asked.inquiries
    await desk.database.write(
        lambda tx: take_reply(
            tx, case.id, question.id, by="key 1", text="Twice & more", channel="#moderation"
        )
    )


async def test_an_answer_stands_on_the_card_and_calls_whoever_asked_in_its_thread(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk, callback_url=CALLER)
    async with delivering(desk):
        await delivered(desk.database)
        await answered(desk, case)

        async def shown() -> bool:
            return len(workspace.messages("#moderation")) > 1

        await until(shown)
    card, reply = workspace.messages("#moderation")
    assert card.says("Twice & more")
    assert reply.thread_ts == card.ts
    assert reply.says("<@U0ANA> asked: “Posted &lt;before&gt;?”")
    assert reply.says("“Twice &amp; more”")


async def test_an_answer_on_a_case_without_a_card_goes_to_whoever_asked(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk, callback_url=CALLER)
    waiting = update(outbox).where(outbox.c.kind == Kind.CARD_POST)
    await desk.database.write(
        lambda tx: tx.connection.execute(waiting.values(state=Sending.SKIPPED))
    )
    await answered(desk, case)
    async with delivering(desk):
        await until(lambda: told(workspace))
    assert workspace.messages("#moderation") == []


async def told(workspace: Workspace) -> bool:
    """Whether Ana has been told directly."""
    direct = workspace.state.messages(workspace.state.direct_channel("U0ANA").id)
    return any("The submitter answers: “Twice &amp; more”" in each.text for each in direct)
