"""``/hitl dashboard`` answers with a link for whoever typed it, and for nobody else."""

import re

import pytest

from bot.dashboard.links import Links
from bot.sandbox.person import Person
from tests.conftest import MONDAY
from tests.slack.conftest import CONFIG

People = dict[str, Person]
LINK = re.compile(r"https://hitl\.test/dashboard/enter\?link=([\w.%-]+)")


@pytest.mark.usefixtures("desk")
async def test_the_link_is_for_the_person_who_typed_it(people: People) -> None:
    assert await people["dev"].command("/hitl dashboard", channel="C0MOD")
    told = await people["dev"].wait_for_message("C0MOD", "Open the dashboard")
    assert told.ephemeral
    found = LINK.search(str(told.blocks))
    assert found is not None
    ticket = Links(CONFIG.bot_token, public_url=None).read(found[1], now=MONDAY)
    assert (ticket.actor.user_id, ticket.actor.team_id) == ("U0DEV", "T0LOCAL")
    assert not [m for m in await people["ana"].messages("C0MOD") if m.says("dashboard/enter")]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("outsider", ["gus", "ali"])
async def test_guests_and_outsiders_get_none(people: People, outsider: str) -> None:
    assert await people[outsider].command("/hitl dashboard", channel="C0MOD")
    told = await people[outsider].wait_for_message("C0MOD", "workspace")
    assert LINK.search(str(told.blocks) + told.text) is None
