"""The Home tab is its reader's own: what waits for them, what they did, what they settle."""

import pytest

from bot.sandbox.person import Person
from bot.slack import ids
from hitl.notifications import Told
from hitl.policy import Policy, parse_policy
from hitl.review import vote
from hitl.storage.notifications import wanted_by_person
from hitl.storage.tables import notifications
from hitl.vocabulary import CaseState, Verdict
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import POLICY, Desk
from tests.slack.test_deciding import scan
from tests.slack.test_review_mode import APPROVE, REJECT, begin, title_in

People = dict[str, Person]


@pytest.fixture
def policy() -> Policy:
    careful = 'reviews_needed = 2\nadjudicators = ["U0CHLOE", "U0ANA"]\n'
    return parse_policy(POLICY.replace("costs =", careful + "costs =", 1))


async def disputed(desk: Desk) -> int:
    """The id of a case on which Ben and somebody else disagree."""
    case = await desk.submit(post(title="Post no. 1"))
    rules = desk.use_case(case.use_case)
    for by, verdict in (("U0BEN", Verdict.APPROVE), ("U0EVE", Verdict.REJECT)):
        await desk.database.write(
            lambda tx, b=by, v=verdict: vote(tx, case.id, verdict=v, reviewer=b, use_case=rules)  # type: ignore[misc]
        )
    return case.id


async def test_it_counts_what_waits_for_its_reader_and_begins_there(
    desk: Desk, people: People
) -> None:
    for number in range(2):
        await desk.submit(post(f"post-{number}", title=f"Post no. {number}"))
    await desk.submit(scan(), use_case="digits")
    for who, words in (("ana", "3 cases wait for you"), ("chloe", "1 case waits for you")):
        await people[who].open_home()
        await people[who].wait_for_home(words)
    home = await people["ana"].wait_for_home("3 cases wait")
    review = [each for each in home.blocks if "Review" in str(each.get("accessory"))]
    assert len(review) == 2
    assert await people["ana"].click(home, "Review")
    assert title_in(await people["ana"].wait_for_view("kept for you until")) == "Post no. 0"


async def test_it_tells_what_its_reader_did_lately(
    desk: Desk, people: People, clock: Clock
) -> None:
    ana = people["ana"]
    await ana.open_home()
    await ana.wait_for_home("You have decided nothing in the last 24 hours")
    for number in range(2):
        await desk.submit(post(f"post-{number}", title=f"Post no. {number}"))
    view = await begin(ana)
    for button in (APPROVE, REJECT):
        clock.advance(seconds=7)
        await ana.click(view, button)
        view = await ana.view()
    await ana.open_home()
    await ana.wait_for_home("*2 reviews* in the last 24 hours, the median in *7.0 s*")
    clock.advance(hours=25)
    await ana.open_home()
    await ana.wait_for_home("You have decided nothing")


async def test_a_dispute_is_settled_from_there(desk: Desk, people: People) -> None:
    case_id = await disputed(desk)
    chloe = people["chloe"]
    await chloe.open_home()
    home = await chloe.wait_for_home("Disputes for you to settle")
    assert home.says("Post no. 1")
    assert await chloe.click(home, "Adjudicate…")
    assert await chloe.submit(await chloe.view(), {"What is right?": REJECT})
    case = await desk.case(case_id)
    assert case.state is CaseState.DECIDED
    assert case.outcome is not None
    assert case.outcome.reviewer == "U0CHLOE"


@pytest.mark.parametrize("who", ["ben", "dev"])
async def test_disputes_are_shown_to_nobody_who_may_not_settle_them(
    desk: Desk, people: People, who: str
) -> None:
    await disputed(desk)
    await people[who].open_home()
    home = await people[who].wait_for_home("Nothing is waiting for you")
    assert not home.says("Post no. 1")
    assert "Adjudicate…" not in home.buttons


async def test_what_to_be_told_of_is_kept_for_each_person(desk: Desk, people: People) -> None:
    ana = people["ana"]

    async def wanted(person: str) -> frozenset[Told]:
        return await desk.database.read(lambda c: wanted_by_person(c, person))

    await ana.open_home()
    home = await ana.wait_for_home("Tell me directly, too, when")
    await ana.choose(home, ids.NOTIFICATIONS, ["Somebody hands me a case"])
    assert await wanted("U0ANA") == {Told.HANDED}
    assert await wanted("U0BEN") == {Told.FATIGUE}  # the one that nobody has to choose
    await ana.open_home()
    await ana.wait_for_home(lambda view: '"initial_options"' in str(view.raw).replace("'", '"'))


async def test_a_tab_published_before_a_box_existed_says_nothing_of_it(
    desk: Desk, people: People
) -> None:
    ana = people["ana"]
    await ana.open_home()
    home = await ana.wait_for_home("Tell me directly, too, when")
    block_id, boxes = home.control(ids.NOTIFICATIONS)
    older = boxes | {"options": [each for each in boxes["options"] if each["value"] != "fatigue"]}
    del older["initial_options"]
    block = {"type": "actions", "block_id": block_id, "elements": [older]}
    await desk.client.views_publish(user_id=ana.id, view={"type": "home", "blocks": [block]})
    home = await ana.wait_for_home(lambda view: len(view.blocks) == 1)
    await ana.choose(home, ids.NOTIFICATIONS, ["Somebody hands me a case"])
    wanted = await desk.database.read(lambda c: wanted_by_person(c, ana.id))
    assert wanted == {Told.HANDED, Told.FATIGUE}


async def test_a_guest_chooses_nothing(desk: Desk, people: People) -> None:
    await people["gus"].open_home()
    closed = await people["gus"].wait_for_home("Only full members")
    assert closed.buttons == []
    kept = await desk.database.read(lambda c: c.execute(notifications.select()).all())
    assert kept == []
