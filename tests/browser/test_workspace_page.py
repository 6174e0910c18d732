"""The page does what a person wants of it: decide, note, reply, ask, switch, by hand and by key."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Workspace
from tests.browser.conftest import CHANNEL, OTHER_CHANNEL, OpenPage
from tests.browser.review_app import card

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.usefixtures("app"),
]

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
BOX = "Message #moderation"


async def test_a_click_replaces_the_card_by_what_was_decided(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    await client.chat_postMessage(channel=CHANNEL, **card(41))
    await page.get_by_role("button", name="Approve · keep post").click()
    await expect(page.locator(".row")).to_contain_text("Approved by @Ana Costa")
    await expect(page.get_by_role("button", name="Approve · keep post")).to_have_count(0)


async def test_a_silent_app_is_told_and_the_button_can_be_pressed_again(
    workspace: Workspace, client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    await client.chat_postMessage(channel=CHANNEL, **card())
    workspace.order_fault("delivery", "timeout_before", seconds=2)
    approve = page.get_by_role("button", name="Approve · keep post")
    await approve.click()
    await expect(approve).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_role("alert")).to_contain_text("The app took too long to answer")
    await expect(approve).not_to_have_attribute("aria-busy", "true")
    await approve.click()
    await expect(page.locator(".row")).to_contain_text("Approved by @Ana Costa")


async def test_a_modal_takes_a_note_says_what_is_wrong_and_closes(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    await client.chat_postMessage(channel=CHANNEL, **card())
    await page.get_by_role("button", name="Note…").click()
    dialog = page.get_by_role("dialog", name="Review")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Please fill in this field.")
    await dialog.get_by_label("Why?").fill("Quoted")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_role("alert")).to_have_text("A few more words, please.")
    await expect(dialog.get_by_label("Why?")).to_have_value("Quoted")
    await dialog.get_by_label("Why?").fill("The slur is quoted, not used")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    await expect(page.locator(".row").last).to_contain_text("@Ana Costa notes: The slur is quoted")


async def test_a_modal_keeps_the_focus_until_escape_closes_it(
    workspace: Workspace, client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    await client.chat_postMessage(channel=CHANNEL, **card())
    note = page.get_by_role("button", name="Note…")
    await note.click()
    await expect(page.get_by_label("Why?")).to_be_focused()
    for key in ["Tab"] * 6 + ["Shift+Tab"] * 9:
        await page.keyboard.press(key)
        assert await page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(note).to_be_focused()
    assert await workspace.person("U0ANA").views() == []


async def test_a_reply_shows_in_the_thread_and_is_counted_under_the_message(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    ana, ben = await open_page("U0ANA"), await open_page("U0BEN")
    await client.chat_postMessage(channel=CHANNEL, **card())
    await ana.locator(".row").hover()
    await ana.get_by_role("button", name="Reply in thread").click()
    await ana.get_by_role("combobox", name="Reply…").fill("I would keep it")
    await ana.keyboard.press("Enter")
    thread = ana.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("I would keep it")
    await expect(ben.get_by_role("button", name="1 reply")).to_be_visible()
    await expect(ben.locator("#messages")).not_to_contain_text("I would keep it")
    await ben.get_by_role("button", name="1 reply").click()
    await expect(ben.get_by_role("complementary")).to_contain_text("I would keep it")
    await ana.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


async def test_a_command_is_completed_and_answered_to_its_person_alone(open_page: OpenPage) -> None:
    ana, ben = await open_page("U0ANA"), await open_page("U0BEN")
    await ana.get_by_role("combobox", name=BOX).press_sequentially("/hitl sta")
    await expect(ana.get_by_role("option")).to_have_count(1)
    await ana.keyboard.press("Tab")
    await ana.keyboard.type("spam 7d")
    await ana.keyboard.press("Enter")
    answer = ana.locator(".row")
    await expect(answer).to_contain_text("You asked for stats spam 7d")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(ben.get_by_text("Nothing here yet")).to_be_visible()


async def test_an_unknown_command_is_refused_and_can_be_corrected(open_page: OpenPage) -> None:
    page = await open_page()
    box = page.get_by_role("combobox", name=BOX)
    await box.fill("/nothing here")
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("/nothing is not a valid command")
    await expect(box).to_have_value("/nothing here")


async def test_one_can_act_as_another_person(client: AsyncWebClient, open_page: OpenPage) -> None:
    page = await open_page("U0ANA")
    await client.chat_postMessage(channel=CHANNEL, **card())
    await page.get_by_role("button", name="You are: Ana Costa").click()
    await page.get_by_role("menuitemradio", name="Ben Okafor").click()
    await expect(page.get_by_role("button", name="You are: Ben Okafor")).to_be_visible()
    await page.get_by_role("button", name="Reject · remove post").click()
    await expect(page.locator(".row")).to_contain_text("Rejected by @Ben Okafor")
    await page.reload()
    await expect(page.get_by_role("button", name="You are: Ben Okafor")).to_be_visible()


async def test_the_bare_address_opens_as_somebody(
    workspace: Workspace, open_page: OpenPage
) -> None:
    page = await open_page()
    await page.goto("about:blank")
    await page.goto(workspace.url)
    await expect(page.get_by_role("button", name="You are: Ana Costa")).to_be_visible()
    await expect(page).to_have_url(f"{workspace.url}/#U0ANA/{CHANNEL}")


async def test_what_happens_elsewhere_is_counted_until_it_is_read(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    digits = page.get_by_role("button", name="digits")
    await expect(digits).to_have_text("digits")
    await client.chat_postMessage(channel=OTHER_CHANNEL, **card(7))
    await expect(digits).to_have_text("digits1 unread")
    await expect(page).to_have_title("(1) moderation · Local workspace")
    await digits.click()
    await expect(page.get_by_role("separator").filter(has_text="New")).to_be_visible()
    await expect(digits).to_have_text("digits")


async def test_the_keyboard_alone_decides_case_after_case(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    for case in (41, 42, 43):
        await client.chat_postMessage(channel=CHANNEL, **card(case))
    rows = page.locator(".row")
    await expect(rows).to_have_count(3)
    await page.keyboard.press("k")
    await expect(rows.nth(2)).to_be_focused()
    await page.keyboard.press("k")
    await page.keyboard.press("2")
    await expect(rows.nth(1)).to_contain_text("Rejected by @Ana Costa")
    await expect(rows.nth(1)).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("1")
    await expect(rows.nth(0)).to_contain_text("Approved by @Ana Costa")
    await page.keyboard.press("j")
    await page.keyboard.press("3")
    await expect(page.get_by_role("dialog", name="Review")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("Case 43")


async def test_keys_do_nothing_while_one_types_or_before_a_card_is_chosen(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    await client.chat_postMessage(channel=CHANNEL, **card())
    row = page.locator(".row")
    await row.wait_for()
    await page.keyboard.press("1")
    await page.keyboard.press("/")
    await page.keyboard.type("k1?")
    await expect(page.get_by_role("combobox", name=BOX)).to_have_value("k1?")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(row.get_by_role("button", name="Approve · keep post")).to_be_visible()


async def test_home_shows_what_the_app_published_and_acts(open_page: OpenPage) -> None:
    page = await open_page(at="home")
    home = page.get_by_role("region", name="App Home")
    await expect(home).to_contain_text("7 cases wait for @Ana Costa")
    await home.get_by_role("button", name="Leave a note").click()
    await expect(page.get_by_role("dialog", name="Review")).to_be_visible()


async def test_a_phone_has_room_for_everything(client: AsyncWebClient, open_page: OpenPage) -> None:
    page = await open_page(**PHONE)
    await client.chat_postMessage(channel=CHANNEL, **card(41, text="unbroken" * 60))
    approve = page.get_by_role("button", name="Approve · keep post")
    box = await approve.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    await _fits(page)
    await page.get_by_role("button", name="Reply in thread").tap()
    await expect(page.get_by_role("complementary", name="Thread")).to_be_in_viewport(ratio=1)
    await _fits(page)
    await page.get_by_role("button", name="Back to the channel").tap()
    await page.get_by_role("button", name="Note…").tap()
    await expect(page.get_by_role("dialog", name="Review")).to_be_in_viewport(ratio=1)
    await _fits(page)
    await page.get_by_role("button", name="Close", exact=True).tap()
    await page.get_by_role("button", name="Open the sidebar").tap()
    await page.get_by_role("button", name="hitl Home").tap()
    await expect(page.get_by_role("region", name="App Home")).to_contain_text("7 cases")
    await _fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_are_legible_in_light_and_dark(
    scheme: str, client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page(color_scheme=scheme, reduced_motion="reduce")
    await client.chat_postMessage(channel=CHANNEL, **card())
    await client.chat_postMessage(channel=OTHER_CHANNEL, **card())
    await page.get_by_role("combobox", name=BOX).fill("/")
    assert await page.evaluate(CONTRAST) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Note…").click()
    dialog = page.get_by_role("dialog", name="Review")
    await dialog.get_by_role("button", name="Send").click()
    assert await page.evaluate(CONTRAST) == []


async def _fits(page: Page) -> None:
    """Nothing makes the page, or what scrolls in it, wider than the screen."""
    wider = """() => [...document.querySelectorAll("html, .scroller, .row, .body")]
        .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.className)"""
    assert await page.evaluate(wider) == []
