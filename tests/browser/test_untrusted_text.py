"""What strangers wrote is shown as they wrote it: no markup of theirs becomes part of the page."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Workspace
from tests.browser.conftest import CHANNEL, OpenPage
from tests.sandbox.cards import actions, button, section

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

NASTY = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
ESCAPED = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BLOCKS = [
    {"type": "header", "text": plain(NASTY)},
    {"type": "section", "text": plain(NASTY)},
    section(f"{NASTY} {ESCAPED} `{ESCAPED}` *{ESCAPED}*"),
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": NASTY}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": NASTY}]},
        ],
    },
    {"type": "context", "elements": [plain(NASTY)]},
    {"type": "markdown", "text": f"# {NASTY}\n{NASTY}\n[press](javascript:window.hacked=1)"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": NASTY}]]},
    actions(button(NASTY[:75], "press")),
]


async def _harmless(page: Page) -> None:
    assert await page.evaluate("window.hacked") is None
    made = "script:not([src]), img[src='x'], [onerror], a[href^='javascript']"
    await expect(page.locator(made)).to_have_count(0)


async def test_markup_in_any_block_stays_text(client: AsyncWebClient, open_page: OpenPage) -> None:
    page = await open_page()
    await client.chat_postMessage(channel=CHANNEL, text=NASTY, blocks=BLOCKS)
    row = page.locator(".row")
    await expect(row.get_by_role("heading").first).to_have_text(NASTY)
    await expect(row.locator("td, th")).to_have_text(NASTY)
    await expect(row.locator("code")).to_have_text(NASTY)
    await _harmless(page)


async def test_markup_that_people_type_stays_text(
    workspace: Workspace, open_page: OpenPage
) -> None:
    page = await open_page()
    await page.get_by_role("combobox").fill(NASTY)
    await page.keyboard.press("Enter")
    await expect(page.locator(".row .text")).to_have_text(NASTY)
    assert await workspace.person("U0BEN").post(CHANNEL, NASTY)
    await expect(page.locator(".row .text").last).to_have_text(NASTY)
    await _harmless(page)


MRKDWN = [
    (
        "*bold* _it_ ~no~ `code`",
        "<strong>bold</strong> <em>it</em> <s>no</s> <code>code</code>",
    ),
    ("a*b*c snake_case_name 2 * 3 * 4", "a*b*c snake_case_name 2 * 3 * 4"),
    ("*`_x_` and <@U0BEN>*", '<strong><code>_x_</code> and <span class="mention">@Ben Okafor'),
    ("<!channel> <#C0001LOCAL>", '>@channel</span> <span class="mention">#moderation</span>'),
    ("<!subteam^S0MODS>", '<span class="mention">@moderators</span>'),
    ("<javascript:alert(1)|press>", "&lt;javascript:alert(1)|press&gt;"),
    ("<https://a.test/?q=1&amp;r=2|here>", 'href="https://a.test/?q=1&amp;r=2"'),
    ("<https://a.test|b>", 'rel="noopener noreferrer"'),
    ("see https://a.test/x.", '">https://a.test/x</a>.'),
    ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),
    ("&gt; quoted\nnot", "<blockquote>quoted</blockquote>not"),
    ("```\n  <b>\n```", "<pre>  &lt;b&gt;\n</pre>"),
    ("<!date^1792764000^{date_num}|soon>", "</time>"),
    (":white_check_mark: :no_such_code:", "</svg> :no_such_code:"),
]


async def test_mrkdwn_is_read_as_slack_reads_it(
    client: AsyncWebClient, open_page: OpenPage
) -> None:
    page = await open_page()
    wrong = []
    for at, (written, shown) in enumerate(MRKDWN):
        await client.chat_postMessage(channel=CHANNEL, text=written)
        text = page.locator(".row .text").nth(at)
        await text.wait_for()
        html = await text.inner_html()
        if shown not in html:
            wrong.append((written, html))
    assert wrong == []
