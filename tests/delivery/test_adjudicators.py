"""Those who may settle what a blind answer left open are asked by direct message, nobody else."""

from dataclasses import replace

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from hitl.cases import Case
from hitl.policy import Deadline, Policy
from hitl.review import adjudicate, submit, take_steps, vote
from hitl.storage.outbox import Kind
from hitl.vocabulary import Verdict
from tests.delivery.running import RunningClock, delivered, delivering, rows
from tests.examples import post


def with_adjudicators(desk: Desk, *named: str, deadline: Deadline | None = None) -> Desk:
    use_case = desk.policy.use_case("content-moderation")
    use_case = use_case.model_copy(update={"adjudicators": named, "deadline": deadline})
    return replace(desk, policy=Policy(use_cases={use_case.name: use_case}))


async def contradicted(desk: Desk) -> Case:
    """An audit whose answer is not the AI's, told to whom it concerns."""
    use_case = desk.policy.use_case("content-moderation")
    case, _ = await desk.database.write(
        lambda tx: submit(tx, post(violation=0.99), use_case=use_case, draw=0.001)
    )
    await send(desk)
    await desk.database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.APPROVE, reviewer="U0ANA", use_case=use_case)
    )
    return case


async def send(desk: Desk) -> None:
    async with delivering(desk):
        await delivered(desk.database)


async def asked(desk: Desk) -> dict[str, str]:
    found = await rows(desk.database)
    return {row.payload["user"]: row.state for row in found if row.kind == Kind.ADJUDICATOR}


@pytest.mark.parametrize(
    ("named", "people"),
    [
        (("U0CHLOE", "U0ANA"), {"U0CHLOE"}),
        # Nobody is named: those reviewers who have not answered; bots are no reviewers.
        ((), {"U0BEN", "U0CHLOE", "U0DEV"}),
    ],
)
async def test_each_of_them_but_whoever_answered_is_asked(
    desk: Desk, workspace: Workspace, named: tuple[str, ...], people: set[str]
) -> None:
    desk = with_adjudicators(desk, *named)
    await contradicted(desk)
    await send(desk)
    assert await asked(desk) == dict.fromkeys(people, "sent")
    [card] = workspace.messages("#moderation")
    assert card.text.startswith("Approve · keep post, by <@U0ANA>")


async def test_they_are_reminded_as_they_were_asked(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    desk = with_adjudicators(desk, "U0CHLOE", "U0ANA", deadline=Deadline(remind=("30m",)))
    case = await contradicted(desk)
    await send(desk)
    clock.advance(minutes=30)
    use_case = desk.policy.use_case(case.use_case)
    await desk.database.write(lambda tx: take_steps(tx, case.id, use_case=use_case))
    await send(desk)
    direct = workspace.state.direct_channel("U0CHLOE").id
    first, second = (message.text for message in workspace.state.messages(direct))
    assert first.startswith("⚖ *Which is right?*")
    assert second.startswith("⚖ *Still open: which is right?*")
    assert len(workspace.messages("#moderation")) == 1


async def test_nobody_is_asked_what_is_settled_by_then(desk: Desk) -> None:
    desk = with_adjudicators(desk, "U0CHLOE")
    case = await contradicted(desk)
    use_case = desk.policy.use_case("content-moderation")
    await desk.database.write(
        lambda tx: adjudicate(
            tx, case.id, verdict=Verdict.APPROVE, reviewer="U0CHLOE", use_case=use_case
        )
    )
    await send(desk)
    assert await asked(desk) == {}
