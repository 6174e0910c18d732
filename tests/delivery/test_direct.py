"""People are told directly what they chose to be told, while it concerns them, and nothing else."""

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from hitl.notifications import Told
from hitl.review import adjudicate, hand_over, vote
from hitl.review.telling import choose_notifications
from hitl.vocabulary import Verdict
from tests.delivery.running import delivered, delivering, unsure_case
from tests.delivery.test_votes import careful, voted


async def chosen(desk: Desk, person: str, *kinds: Told) -> None:
    await desk.database.write(lambda tx: choose_notifications(tx, person=person, wanted=set(kinds)))


def told(workspace: Workspace, person: str) -> list[str]:
    """What the app told a person directly."""
    channel = workspace.state.direct_channel(person).id
    return [message.text for message in workspace.state.messages(channel)]


@pytest.mark.parametrize("person", ["U0CHLOE", "U0DEV", "U0ANA"])
async def test_of_a_dispute_only_those_who_may_settle_it_are_told(
    desk: Desk, workspace: Workspace, person: str
) -> None:
    desk, use_case = careful(desk, 2)
    await chosen(desk, person, Told.DISPUTE)
    case = await unsure_case(desk)
    for by, verdict in (("U0ANA", Verdict.REJECT), ("U0BEN", Verdict.APPROVE)):
        await voted(desk, case, by, verdict, use_case=use_case)
    assert any("Reviewers disagree on “Reply in" in text for text in told(workspace, person)) == (
        person == "U0CHLOE"
    )


async def test_of_a_dispute_that_is_settled_by_then_nobody_is_told(
    desk: Desk, workspace: Workspace
) -> None:
    desk, use_case = careful(desk, 2)
    await chosen(desk, "U0CHLOE", Told.DISPUTE)
    case = await unsure_case(desk)
    for by, verdict in (("U0ANA", Verdict.REJECT), ("U0BEN", Verdict.APPROVE)):
        await desk.database.write(
            lambda tx, b=by, v=verdict: vote(tx, case.id, verdict=v, reviewer=b, use_case=use_case)  # type: ignore[misc]
        )
    await desk.database.write(
        lambda tx: adjudicate(
            tx, case.id, verdict=Verdict.REJECT, reviewer="U0CHLOE", use_case=use_case
        )
    )
    async with delivering(desk):
        await delivered(desk.database)
    assert told(workspace, "U0CHLOE") == []


@pytest.mark.parametrize(
    "kinds", [(), (Told.DISPUTE,), (Told.HANDED,), (Told.HANDED, Told.DISPUTE)]
)
async def test_whoever_is_handed_a_case_is_told_if_they_chose_so(
    desk: Desk, workspace: Workspace, kinds: tuple[Told, ...]
) -> None:
    await chosen(desk, "U0BEN", *Told)
    await chosen(desk, "U0BEN", *kinds)
    case = await unsure_case(desk)
    rules = desk.policy.use_case(case.use_case)
    await desk.database.write(
        lambda tx: hand_over(tx, case.id, by="U0ANA", to="U0BEN", use_case=rules)
    )
    async with delivering(desk):
        await delivered(desk.database)
    expected = ["<@U0ANA> asks you to look at “Reply in r/cooking”, case 1 in content-moderation."]
    assert told(workspace, "U0BEN") == (expected if Told.HANDED in kinds else [])
