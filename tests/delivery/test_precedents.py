"""A card that is posted says how similar cases were decided."""

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from tests.delivery.running import delivered, delivering, unsure_case
from tests.delivery.test_cards import decide


async def test_a_posted_card_says_how_similar_cases_were_decided(
    desk: Desk, workspace: Workspace
) -> None:
    past = await unsure_case(desk, key="past")
    await decide(desk, past.id)
    await unsure_case(desk, key="new")
    async with delivering(desk):
        await delivered(desk.database)
    [card] = workspace.messages("#moderation")
    assert card.says("1 similar: 1 reject")
    assert "See it" in card.buttons
