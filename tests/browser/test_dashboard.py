"""The dashboard in a real Chromium: by link and by key, with a keyboard, on a phone, on paper."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from bot.serving import listen, serving
from bot.slack.people import Actor
from hitl.storage.database import Database
from tests.conftest import Clock
from tests.dashboard.history import weeks_of_work
from tests.dashboard.house import KEY, TEAM, House, opened_house

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]
PHONE = {"width": 390, "height": 800}
CONTRAST = (Path(__file__).with_name("contrast.js")).read_text()


@dataclass(slots=True)
class Site:
    """The dashboard at an address, after some weeks of work."""

    house: House
    url: str
    browser: Browser
    complaints: list[str]

    def link(self, user: str = "U0BEN") -> str:
        return self.house.links.make(
            Actor(user, TEAM, None), now=self.house.services.database.now()
        )

    @asynccontextmanager
    async def page(self, **options: Any) -> AsyncIterator[Page]:
        """A page of a browser of its own."""
        context = await self.browser.new_context(**options)
        context.set_default_timeout(8_000)
        page = await context.new_page()

        def note(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        yield page
        await context.close()

    @asynccontextmanager
    async def signed_in(self, user: str = "U0BEN", **options: Any) -> AsyncIterator[Page]:
        """The dashboard as somebody sees it who has opened their link."""
        async with self.page(**options) as page:
            await page.goto(self.link(user))
            await page.get_by_role("button", name="Open the dashboard").click()
            await page.get_by_role("heading", level=2).first.wait_for()
            yield page


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def worked(prepared_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve weeks, made once."""
    file = tmp_path_factory.mktemp("dashboard") / "hitl.db"
    shutil.copy(prepared_file, file)
    clock = Clock()
    database = Database(f"sqlite:///{file}", clock=clock)
    await weeks_of_work(database, clock, weeks=10, each=40, waiting=5, checked=0.4)
    database.close()
    return file


@pytest_asyncio.fixture(loop_scope="package")
async def site(worked: Path, tmp_path: Path, browser: Browser) -> AsyncIterator[Site]:
    """At the end no page may have logged an error: a forbidden style or script is one."""
    shutil.copy(worked, tmp_path / "hitl.db")
    database = Database(f"sqlite:///{tmp_path / 'hitl.db'}", clock=Clock())
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    complaints: list[str] = []
    async with (
        opened_house(database, public_url=url) as house,
        serving(house.app, listener, timeout_graceful_shutdown=1),
    ):
        yield Site(house, url, browser, complaints)
    database.close()
    assert complaints == []


async def test_a_link_opens_the_figures_and_a_reload_keeps_them(site: Site) -> None:
    async with site.signed_in() as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("content-moderation")
        await expect(page.locator("#visitor")).to_have_text("Ben Okafor")
        assert "link=" not in page.url
        for title in ("Findings", "Where predictions go", "Week by week", "The queue", "Costs"):
            await expect(page.get_by_role("heading", name=title)).to_be_visible()
        for title in ("Thresholds and what they do", "Right by itself"):
            await expect(page.get_by_role("heading", name=title)).to_be_visible()
        assert await page.locator("canvas").count() >= 5
        await page.reload()
        await expect(page.get_by_text("5 cases waiting")).to_be_visible()


async def test_single_reviewers_are_shown_to_leads_by_name(site: Site) -> None:
    async with site.signed_in("U0BEN") as page:
        await expect(page.get_by_role("rowheader", name="Ana Costa")).to_be_visible()
    async with site.signed_in("U0ANA") as page:
        await expect(page.locator("#visitor")).to_have_text("Ana Costa")
        await expect(page.get_by_role("heading", name="Reviewers")).to_have_count(0)


async def test_a_key_opens_it_too_and_signing_out_closes_it(site: Site) -> None:
    async with site.page() as page:
        await page.goto(site.url)
        await page.get_by_label("A key with the scope read").fill(KEY)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", level=2).first.wait_for()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        await page.go_back()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_another_use_case_and_time_are_chosen_and_can_be_bookmarked(site: Site) -> None:
    async with site.signed_in() as page:
        await page.get_by_label("Use case").select_option("digits")
        await expect(page.get_by_role("heading", level=1)).to_have_text("digits")
        await expect(page.get_by_text("No predictions in this time.").first).to_be_visible()
        await page.get_by_label("Last").select_option("12w")
        await page.wait_for_url("**/?use_case=digits&window=12w")
        await page.go_back()
        await page.go_back()
        await expect(page.get_by_role("heading", level=1)).to_have_text("content-moderation")


async def test_every_picture_has_its_numbers_as_a_table_for_the_keyboard(site: Site) -> None:
    async with site.signed_in() as page:
        pictures = page.get_by_role("figure")
        for place in range(await pictures.count()):
            summary = pictures.nth(place).locator("summary")
            await summary.focus()
            await page.keyboard.press("Enter")
            assert await pictures.nth(place).get_by_role("row").count() > 1
        await expect(page.get_by_role("table", name="Escalation").first).to_contain_text("on 40")


async def test_on_a_phone_nothing_runs_over_the_edge(site: Site) -> None:
    async with site.signed_in(viewport=PHONE) as page:
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    async with site.page(viewport=PHONE) as page:
        await page.goto(site.url)
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_what_is_behind_them(site: Site, scheme: Any) -> None:
    async with site.signed_in(color_scheme=scheme) as page:
        assert await page.evaluate(CONTRAST) == []


async def test_on_paper_there_are_figures_and_no_buttons(site: Site) -> None:
    async with site.signed_in(color_scheme="dark") as page:
        await page.emulate_media(media="print")
        await expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
        await expect(page.get_by_text("Where predictions go").last).to_be_visible()
        background = "getComputedStyle(document.body).backgroundColor"
        assert await page.evaluate(background) == "rgb(255, 255, 255)"


async def test_when_the_session_ends_the_page_says_how_to_get_in_again(site: Site) -> None:
    async with site.signed_in() as page:
        await page.context.clear_cookies()
        await page.get_by_label("Last").select_option("7d")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        site.complaints[:] = [each for each in site.complaints if "401" not in each]
