"""Adjudicators are called under a disputed card; whoever was overruled is told there."""

from dataclasses import replace

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from hitl.cases import Case
from hitl.policy import Policy, UseCase
from hitl.review import adjudicate, overrule, undo, vote
from hitl.vocabulary import Verdict
from tests.delivery.running import delivered, delivering, unsure_case


def careful(desk: Desk, needed: int) -> tuple[Desk, UseCase]:
    use_case = desk.policy.use_case("content-moderation").model_copy(
        update={"reviews_needed": needed, "adjudicators": ("U0CHLOE",)}
    )
    return replace(desk, policy=Policy(use_cases={use_case.name: use_case})), use_case


async def voted(desk: Desk, case: Case, by: str, verdict: Verdict, *, use_case: UseCase) -> None:
    await desk.database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=by, use_case=use_case)
    )
    await send(desk)


async def send(desk: Desk) -> None:
    async with delivering(desk):
        await delivered(desk.database)


async def test_a_dispute_calls_its_adjudicators_and_ends_on_the_card(
    desk: Desk, workspace: Workspace
) -> None:
    desk, use_case = careful(desk, 2)
    case = await unsure_case(desk)
    await send(desk)
    await voted(desk, case, "U0ANA", Verdict.REJECT, use_case=use_case)
    assert "1 of 2 votes are in" in workspace.messages("#moderation")[0].text
    await voted(desk, case, "U0BEN", Verdict.APPROVE, use_case=use_case)
    card, reply = workspace.messages("#moderation")
    assert reply.thread_ts == card.ts
    assert reply.text.startswith("Reviewers disagree on this case. <@U0CHLOE>: press")
    await desk.database.write(
        lambda tx: adjudicate(
            tx, case.id, verdict=Verdict.APPROVE, reviewer="U0CHLOE", use_case=use_case
        )
    )
    await send(desk)
    assert workspace.messages("#moderation")[0].text.startswith(
        "Approve · keep post, by <@U0CHLOE>"
    )


async def test_an_undone_case_asks_again_on_the_same_card(desk: Desk, workspace: Workspace) -> None:
    desk, use_case = careful(desk, 1)
    case = await unsure_case(desk)
    await send(desk)
    await voted(desk, case, "U0ANA", Verdict.REJECT, use_case=use_case)
    await desk.database.write(lambda tx: undo(tx, case.id, by="U0ANA", use_case=use_case))
    await send(desk)
    [card] = workspace.messages("#moderation")
    assert card.text.startswith("May this post stay up?")


async def test_who_was_overruled_is_told_by_whom_and_why(desk: Desk, workspace: Workspace) -> None:
    desk, use_case = careful(desk, 1)
    case = await unsure_case(desk)
    await send(desk)
    await voted(desk, case, "U0ANA", Verdict.REJECT, use_case=use_case)
    await desk.database.write(
        lambda tx: overrule(
            tx, case.id, label="clean", by="U0BEN", reason="It quotes <a film>.", use_case=use_case
        )
    )
    await send(desk)
    _, reply = workspace.messages("#moderation")
    assert reply.text == (
        "<@U0BEN> overruled <@U0ANA>: *Approve · keep post* stands, no longer"
        " Reject · remove post. “It quotes &lt;a film&gt;.”"
    )
