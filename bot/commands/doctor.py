"""``hitl doctor``: a line for each thing that a first decision needs, as it is found."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import aiohttp
from pydantic import SecretStr
from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.findings import Finding, State, wrong
from bot.doctor.here import look_at_settings, look_here
from bot.doctor.workspace import look_at_workspace
from bot.settings import Settings, readable_settings
from hitl.policy import Policy, PolicyError, read_policy

_SECONDS = 10
_MARKS = {State.WELL: "[green]✓[/]", State.NOTE: "[yellow]![/]", State.WRONG: "[red]✗[/]"}


def doctor() -> bool:
    """Print the findings, however many are wrong; whether none is."""
    return asyncio.run(_print_all(*readable_settings()))


async def _print_all(settings: Settings, unread: Mapping[str, str]) -> bool:
    console, is_well = Console(highlight=False), True
    async for finding in _findings(settings, unread):
        console.print(_MARKS[finding.state], end=" ")
        console.print(f"{finding.about}: {finding.said}", markup=False)
        is_well &= finding.state is not State.WRONG
    return is_well


async def _findings(settings: Settings, unread: Mapping[str, str]) -> AsyncIterator[Finding]:
    for finding in look_at_settings(settings, unread):
        yield finding
    policy: Policy | None = None
    try:
        policy = read_policy(settings.policy)
    except PolicyError as error:
        for mistake in error.mistakes:
            yield wrong("policy", str(mistake))
    for finding in look_here(settings, policy, unread=unread):
        yield finding
    async with aiohttp.ClientSession() as session:
        bot, socket = (
            None if token is None else _client(settings, token, session)
            for token in (settings.slack_bot_token, settings.slack_app_token)
        )
        use_cases = () if policy is None else tuple(policy.use_cases.values())
        async for finding in look_at_workspace(bot, socket, use_cases):
            yield finding


def _client(settings: Settings, token: SecretStr, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        token=token.get_secret_value(),
        base_url=settings.slack_api_url,
        session=session,
        timeout=_SECONDS,
    )
