"""The page stays quick with many messages, crisp with small pictures, and finds its way back."""

import struct
import zlib

import pytest
from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.app import running_workspace
from bot.sandbox.messages import Message
from bot.sandbox.workspace import Workspace
from tests.browser.conftest import CHANNEL, CONFIG, OpenPage
from tests.browser.review_app import card

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


def tiny_png() -> bytes:
    """A grey picture of 8 by 8 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    rows = b"".join(b"\0" + bytes(range(row, row + 64, 8)) for row in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def fill(workspace: Workspace, count: int) -> None:
    """Messages of the app, numbered from 1, with buttons."""
    for number in range(1, count + 1):
        text = f"Message {number}"
        message = Message(
            ts=workspace.state.next_ts(),
            channel=CHANNEL,
            user=CONFIG.app.user_id,
            bot=True,
            text=text,
            at=CONFIG.clock(),
            blocks=card(number)["blocks"],
        )
        workspace.state.post(message)


async def scrolled_from_end(page: Page) -> float:
    """Pixels between what is seen and the newest message."""
    measure = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight"
    return float(await page.locator("#messages").evaluate(measure))


async def test_of_many_messages_the_newest_are_built_and_older_ones_on_the_way_up(
    workspace: Workspace, open_page: OpenPage
) -> None:
    fill(workspace, 600)
    page = await open_page()
    rows = page.locator(".row")
    await expect(rows.last).to_contain_text("Case 600")
    assert await rows.count() < 200
    for _ in range(20):
        await page.locator("#messages").evaluate("(box) => { box.scrollTop = 0; }")
        await page.wait_for_timeout(60)
    await expect(rows).to_have_count(600)
    await expect(rows.first).to_contain_text("Case 1")


async def test_who_reads_older_messages_is_not_moved_but_told_of_new_ones(
    workspace: Workspace, client: AsyncWebClient, open_page: OpenPage
) -> None:
    fill(workspace, 30)
    page = await open_page()
    await expect(page.locator(".row").last).to_contain_text("Case 30")
    await client.chat_postMessage(channel=CHANNEL, text="One more at the end")
    await expect(page.locator(".row", has_text="One more at the end")).to_be_in_viewport()
    await page.locator("#messages").hover()
    await page.mouse.wheel(0, -1500)
    await page.wait_for_timeout(300)
    top = await page.locator("#messages").evaluate("(box) => box.scrollTop")
    await client.chat_postMessage(channel=CHANNEL, text="While you read")
    await page.get_by_role("button", name="1 new message").wait_for()
    assert await page.locator("#messages").evaluate("(box) => box.scrollTop") == top
    await page.get_by_role("button", name="1 new message").click()
    await expect(page.locator(".row", has_text="While you read")).to_be_in_viewport()


async def test_a_small_picture_is_enlarged_pixel_by_pixel(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    uploaded = await client.files_upload_v2(content=tiny_png(), filename="digit.png")
    picture = {"id": uploaded["files"][0]["id"]}
    info = await client.files_info(file=picture["id"])
    while not info["file"]["mimetype"]:
        info = await client.files_info(file=picture["id"])
    block = {"type": "image", "slack_file": picture, "alt_text": "A handwritten 7"}
    await client.chat_postMessage(channel=CHANNEL, text="A digit", blocks=[block])
    page = await open_page()
    image = page.get_by_role("img", name="A handwritten 7")
    await expect(image).to_have_css("image-rendering", "pixelated")
    await expect(image).to_have_css("width", "200px")
    await page.get_by_role("button", name="Enlarge: A handwritten 7").click()
    await expect(page.get_by_role("dialog", name="A handwritten 7")).to_be_visible()


async def test_the_page_finds_its_way_back_when_the_workspace_restarts(browser: Browser) -> None:
    async with running_workspace(CONFIG) as first:
        fill(first, 1)
        page = await browser.new_page()
        await page.goto(f"{first.url}/#U0ANA/{CHANNEL}")
        await expect(page.locator(".row")).to_contain_text("Case 1")
        port = int(first.url.rpartition(":")[2])
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    async with running_workspace(CONFIG, port=port) as second:
        fill(second, 2)
        await expect(page.locator(".row").last).to_contain_text("Case 2", timeout=15_000)
        await expect(page.get_by_text("Connection lost")).to_be_hidden()
        await page.close()
