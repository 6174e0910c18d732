"""Who gets in to the dashboard, and how nobody else does."""

import asyncio
import base64

import httpx
import pytest
from sqlalchemy import func, select
from starlette.requests import Request

from bot.dashboard.cookies import Cookies
from bot.dashboard.doorkeeper import LASTS
from bot.dashboard.links import GOOD_FOR, Links, NoAddress
from bot.slack.people import Actor
from hitl.api_keys import Scope
from hitl.storage.api_keys import revoke_key
from hitl.storage.tables import web_sessions
from tests.conftest import MONDAY, Clock
from tests.dashboard.house import ADDRESS, KEY, TEAM, House

SIGN_IN = "/hitl dashboard"
"""Said by the page that tells how to get in, and by none other."""


async def is_in(browser: httpx.AsyncClient) -> bool:
    page = await browser.get("/")
    assert page.headers["cache-control"] == "no-store"
    figures = await browser.get("/dashboard/figures")
    assert (SIGN_IN not in page.text) == figures.is_success
    return figures.is_success


async def sessions(house: House) -> int:
    counted = select(func.count()).select_from(web_sessions)
    return await house.services.database.read(lambda c: int(c.execute(counted).scalar_one()))


async def enter(browser: httpx.AsyncClient, link: str) -> httpx.Response:
    return await browser.post("/dashboard/enter", data={"link": link})


async def test_without_a_session_the_page_says_how_to_get_in_and_shows_no_figure(
    house: House,
) -> None:
    async with house.browser() as browser:
        page = await browser.get("/")
        assert "/hitl dashboard" in page.text
        assert "scope <code>read</code>" in page.text
        assert (await browser.get("/dashboard/figures")).status_code == 401


async def test_a_link_names_its_person_and_signs_in_by_a_button(house: House) -> None:
    async with house.browser() as browser:
        link = house.link()
        for _ in range(2):  # whatever looks ahead at links does not use them up
            page = await browser.get("/dashboard/enter", params={"link": link})
            assert "Ana Costa" in page.text
        assert await sessions(house) == 0
        assert not await is_in(browser)
        entered = await enter(browser, link)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert await is_in(browser)
        assert (await browser.get("/dashboard/figures")).json()["visitor"] == "Ana Costa"


async def test_a_link_works_once_however_many_use_it_at_the_same_time(house: House) -> None:
    link = house.link()
    browsers = [house.browser() for _ in range(6)]
    answers = await asyncio.gather(*(enter(browser, link) for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [303, *[403] * 5]
    refused = next(answer for answer in answers if answer.status_code == 403)
    assert "used already" in refused.text
    assert await sessions(house) == 1
    again = await browsers[0].get("/dashboard/enter", params={"link": link})
    assert again.status_code == 403
    for browser in browsers:
        await browser.aclose()


async def test_a_link_is_good_for_minutes_alone(house: House, clock: Clock) -> None:
    link = house.link()
    clock.advance(seconds=GOOD_FOR.total_seconds())
    async with house.browser() as browser:
        for answer in (
            await browser.get("/dashboard/enter", params={"link": link}),
            await enter(browser, link),
        ):
            assert answer.status_code == 403
            assert "too old" in answer.text
        assert not await is_in(browser)


def altered(link: str) -> list[str]:
    """The link for another person, with another signature, cut, doubled, of another service."""
    payload, signature = link.rsplit(".", 1)
    text = base64.urlsafe_b64decode(payload.lstrip(".") + "==")
    other = base64.urlsafe_b64encode(text.replace(b"U0ANA", b"U0BEN")).decode().rstrip("=")
    elsewhere = Links("xoxb-of-another-service", public_url=ADDRESS)
    foreign = elsewhere.make(Actor("U0BEN", TEAM, None), now=MONDAY).partition("link=")[2]
    return [f"{other}.{signature}", f"{payload}.{signature[:-2]}AA", payload, link * 2, foreign, ""]


async def test_an_altered_link_opens_nothing(house: House) -> None:
    for link in altered(house.link()):
        async with house.browser() as browser:
            answer = await enter(browser, link)
            assert answer.status_code == 403
            assert "not a whole link" in answer.text
            assert not await is_in(browser)
    assert await sessions(house) == 0


@pytest.mark.parametrize("user", ["U0GUEST", "U0NOBODY"])
async def test_a_link_for_whoever_may_not_look_opens_nothing(house: House, user: str) -> None:
    async with house.browser() as browser:
        assert (await enter(browser, house.link(user))).status_code == 403
        assert not await is_in(browser)


async def test_opening_anothers_link_leaves_ones_own_session(house: House) -> None:
    async with house.signed_in("U0BEN") as browser:
        before = browser.cookies["hitl"]
        await enter(browser, house.link("U0ANA"))
        assert (await browser.get("/dashboard/figures")).json()["visitor"] == "Ana Costa"
        async with house.browser() as thief:
            thief.cookies.set("hitl", before)
            assert not await is_in(thief)
    assert await sessions(house) == 1


async def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(house: House) -> None:
    async with house.signed_in() as browser, house.browser() as thief:
        thief.cookies.set("hitl", browser.cookies["hitl"])
        assert await is_in(thief)
        left = await browser.post("/dashboard/sign-out")
        assert (left.status_code, left.headers["location"]) == (303, "/")
        assert "hitl" not in browser.cookies
        assert not await is_in(browser)
        assert not await is_in(thief)


async def test_a_session_ends_by_itself(house: House, clock: Clock) -> None:
    async with house.signed_in() as browser:
        clock.advance(seconds=LASTS.total_seconds() - 1)
        assert await is_in(browser)
        clock.advance(seconds=1)
        assert not await is_in(browser)


async def test_whoever_leaves_the_workspace_is_out_within_a_minute(house: House) -> None:
    async with house.signed_in() as browser:
        house.workspace.change_user("U0ANA", deleted=True)
        house.monotonic.seconds += 61
        assert not await is_in(browser)


async def test_nobody_is_let_in_while_slack_cant_be_asked(house: House) -> None:
    async with house.signed_in() as browser:
        house.monotonic.seconds += 61
        house.workspace.state.users.pop("U0ANA")  # Slack answers, but not about her
        for path in ("/", "/dashboard/figures"):
            answer = await browser.get(path)
            assert answer.status_code == 503
            assert "could not check" in answer.text


async def test_a_key_with_the_scope_read_signs_in_until_it_is_revoked(house: House) -> None:
    key = await house.key(Scope.READ)
    async with house.browser() as browser:
        await browser.post("/dashboard/sign-in", data={"key": f" {key} "})
        assert await is_in(browser)
        figures = (await browser.get("/dashboard/figures")).text
        assert key not in figures
        await house.services.database.write(lambda tx: revoke_key(tx, key))
        await house.look_at_keys()
        assert not await is_in(browser)


async def test_a_key_that_may_not_read_or_is_none_signs_nobody_in(house: House) -> None:
    others = await house.key(*(set(Scope) - {Scope.READ}))
    for key in (others, "nonsense", "", KEY[:-1], "ä" * 40):
        async with house.browser() as browser:
            answer = await browser.post("/dashboard/sign-in", data={"key": key})
            assert answer.status_code == 403
            assert not key or key not in answer.text
            assert not await is_in(browser)


async def test_a_key_for_some_use_cases_shows_no_others(house: House) -> None:
    key = await house.key(Scope.READ, use_cases=frozenset({"digits"}))
    async with house.browser() as browser:
        await browser.post("/dashboard/sign-in", data={"key": key})
        shown = (await browser.get("/dashboard/figures")).json()
        assert (shown["use_case"], shown["use_cases"]) == ("digits", ["digits"])
        other = await browser.get("/dashboard/figures?use_case=content-moderation")
        assert other.status_code == 404
        assert "content-moderation" not in (await browser.get("/dashboard/figures")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ],
)
async def test_no_other_site_signs_anybody_in_or_out(house: House, headers: dict[str, str]) -> None:
    async with house.browser() as victim:
        for path, form in (
            ("/dashboard/sign-in", {"key": KEY}),
            ("/dashboard/enter", {"link": house.link()}),
        ):
            assert (await victim.post(path, data=form, headers=headers)).status_code == 403
            assert not await is_in(victim)
    assert await sessions(house) == 0
    async with house.signed_in() as victim:
        left = await victim.post("/dashboard/sign-out", headers=headers)
        assert left.status_code == 403
        assert await is_in(victim)


async def test_a_form_that_does_not_say_where_it_comes_from_is_not_ours() -> None:
    bare = Request({"type": "http", "scheme": "http", "server": ("hitl.test", 80), "path": "/",
                    "query_string": b"", "headers": [(b"host", b"hitl.test")]})  # fmt: skip
    assert not Cookies(None).is_our_form(bare)


async def test_a_form_with_any_number_of_fields_is_refused_in_words(house: House) -> None:
    async with house.browser() as browser:
        form = {f"field-{number}": "1" for number in range(50)}
        refused = await browser.post("/dashboard/sign-in", data=form)
        assert (refused.status_code, "not accepted" in refused.text) == (403, True)


async def test_the_cookie_is_for_this_host_and_no_script(house: House) -> None:
    async with house.browser() as browser:
        cookie = (await enter(browser, house.link())).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "Secure" not in cookie


@pytest.mark.parametrize("public_url", ["https://hitl.test"])
async def test_over_https_the_cookie_never_leaves_it(house: House) -> None:
    async with house.browser("https://hitl.test") as browser:
        cookie = (await enter(browser, house.link())).headers["set-cookie"]
        assert cookie.startswith("__Host-hitl=")
        assert "Secure" in cookie
        assert await is_in(browser)


async def test_a_session_opens_none_of_the_api(house: House) -> None:
    async with house.signed_in() as browser:
        for path in ("/v1/cases", "/v1/stats?use_case=digits", "/metrics"):
            assert (await browser.get(path)).status_code == 401


async def test_what_is_kept_of_a_session_is_not_what_the_browser_holds(house: House) -> None:
    async with house.signed_in() as browser:
        rows = await house.services.database.read(lambda c: c.execute(select(web_sessions)).all())
        assert browser.cookies["hitl"] not in str(rows)


async def test_every_page_lets_nobody_elses_code_in_and_no_frame_around(house: House) -> None:
    async with house.signed_in() as browser:
        for path in ("/", "/dashboard/enter?link=x", "/dashboard/figures"):
            headers = (await browser.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"
        for path in ("index.html", "main.js", "vendor/chart.js"):
            headers = (await browser.get(f"/dashboard/static/{path}")).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["cache-control"] == "no-cache"
        assert (await browser.get("/dashboard/static/../app.py")).status_code == 404


async def test_a_name_is_shown_as_text(house: House) -> None:
    house.workspace.change_user("U0ANA", real_name="<script>alert(1)</script>")
    async with house.browser() as browser:
        page = await browser.get("/dashboard/enter", params={"link": house.link()})
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text


def test_without_an_address_no_link_is_made() -> None:
    with pytest.raises(NoAddress, match="HITL_PUBLIC_URL"):
        Links("xoxb-1", public_url=None).make(Actor("U0ANA", TEAM, None), now=MONDAY)
