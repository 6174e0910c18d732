"""A newcomer decides one case after the other in the page, one click each."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection, select

from bot.sandbox.workspace import Workspace
from bot.services import Services
from bot.slack.app import build_slack_app
from bot.slack.whispers import Whispers
from hitl.policy import parse_policy
from hitl.review import Submission, submit
from hitl.routing import Prediction
from hitl.storage.database import Database
from hitl.storage.tables import cases, reviews
from tests.browser.conftest import OpenPage
from tests.examples import post
from tests.sandbox.running import over_socket

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

PHONE = {"width": 390, "height": 844}
POLICY = parse_policy("""
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"

[use_cases.digits]
channel = "#digits"
question = "Which digit is this?"
labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
auto_at = 0.9
""")


CLOCKS_DIFFER = 0.05
"""Seconds; one goes steadily, the other is set by the network's time."""


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Real time, which the page's own clock can be held against."""
    return lambda: datetime.now(UTC)


@pytest.fixture
def engine() -> str:
    """What is looked at is the page."""
    return "sqlite"


@pytest_asyncio.fixture(loop_scope="package")
async def waiting(
    workspace: Workspace, client: AsyncWebClient, database: Database
) -> AsyncIterator[Database]:
    """Twelve posts and eight digits that wait for somebody, with the product behind them."""
    digits = [
        Submission(key=f"scan-{n}", fingerprint=str(n), prediction=Prediction({"3": 0.4}))
        for n in range(8)
    ]
    for use_case, submissions in (
        ("content-moderation", [post(f"post-{n}", title=f"Post no. {n}") for n in range(12)]),
        ("digits", digits),
    ):
        for each in submissions:
            rules = POLICY.use_case(use_case)
            await database.write(partial(submit, submission=each, use_case=rules, draw=0.5))
    services = Services(database=database, policy=POLICY, draw=lambda: 0.5)
    app = build_slack_app(services, client=client, whispers=Whispers(client))
    async with over_socket(app, workspace):
        yield database


async def modal_of(page: Page, workspace: Workspace, line: str) -> Locator:
    """Review mode, begun by a command."""
    async with workspace.person("U0ANA") as ana:
        assert await ana.command(line, channel="C0001LOCAL")
    return page.get_by_role("dialog", name="Review")


WATCH = """
() => {
  const marks = { begun: performance.now(), shown: [], clicks: [] };
  const look = () => {
    const found = document.querySelector("[role=dialog]")?.innerText.match(/(\\d+) done/);
    if (found) marks.shown[found[1]] ??= performance.now();
  };
  window.marks?.stop();
  const observer = new MutationObserver(look);
  const count = () => marks.clicks.push(performance.now());
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  addEventListener("click", count, true);
  window.marks = { read: () => marks, stop: () => {
    observer.disconnect();
    removeEventListener("click", count, true);
  }};
}
"""
"""Keeps by the page's own clock when each case appeared, and every click, in milliseconds."""


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
async def test_a_newcomer_decides_twenty_mixed_cases_without_leaving_the_modal(
    workspace: Workspace,
    waiting: Database,
    open_page: OpenPage,
    viewport: dict[str, int] | None,
) -> None:
    page = await open_page(**({"viewport": viewport} if viewport else {}))
    await page.evaluate(WATCH)
    modal = await modal_of(page, workspace, "/hitl review")
    for number in range(12):
        await expect(modal).to_contain_text(f"{number} done · {12 - number} left")
        word = "Reject" if number % 4 == 0 else "Approve"
        await modal.get_by_role("button", name=word).click()
    await expect(modal).to_contain_text("Nothing is waiting. Thank you!")
    marks = await page.evaluate("() => marks.read()")
    assert len(marks["clicks"]) == 12
    await agree(marks, waiting, "content-moderation")
    await modal.get_by_role("button", name="Stop").click()

    await page.evaluate(WATCH)
    modal = await modal_of(page, workspace, "/hitl review digits")
    for number in range(8):
        await expect(modal).to_contain_text(f"{number} done · {8 - number} left")
        if number % 4:
            await modal.get_by_role("button", name="Approve · 3").click()
        else:
            await modal.get_by_text("Reject…").click()
            await page.get_by_role("menu").get_by_text("8", exact=True).click()
    await expect(modal).to_contain_text("8 done · 0 left")
    marks = await page.evaluate("() => marks.read()")
    assert len(marks["clicks"]) == 8 + 2
    await agree(marks, waiting, "digits")


async def agree(marks: dict[str, Any], database: Database, use_case: str) -> None:
    """What is stored of each case lies between what the page saw of it, however slow both are.

    At least from its appearance to the click that decided it; at most from the click before to
    the appearance of what followed.
    """
    stored = await database.read(lambda c: seconds_of(c, use_case))
    shown, clicks = marks["shown"], marks["clicks"]
    begun = marks["begun"]
    for number, seconds in enumerate(stored):
        decided = max(click for click in clicks if click < shown[number + 1])
        least = (decided - shown[number]) / 1_000
        most = (shown[number + 1] - begun) / 1_000
        assert least - CLOCKS_DIFFER <= seconds <= most + CLOCKS_DIFFER
        begun = decided


def seconds_of(connection: Connection, use_case: str) -> list[float]:
    rows = connection.execute(
        select(reviews.c.seconds)
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(cases.c.use_case == use_case)
        .order_by(reviews.c.id)
    )
    return list(rows.scalars())


@pytest.mark.usefixtures("waiting")
async def test_a_slip_is_taken_back_and_a_case_left_to_others(
    workspace: Workspace, open_page: OpenPage
) -> None:
    page = await open_page()
    modal = await modal_of(page, workspace, "/hitl review")
    await expect(modal).to_contain_text("12 left")
    await modal.get_by_role("button", name="Reject").click()
    await expect(modal).to_contain_text("1 done · 11 left")
    await modal.get_by_role("button", name="Undo last").click()
    await expect(modal).to_contain_text("0 done · 12 left")
    await modal.get_by_text("Skip…").click()
    await page.get_by_role("menu").get_by_text("Not my area").click()
    await expect(modal).to_contain_text("0 done · 11 left · 1 skipped")
