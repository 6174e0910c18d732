"""``hitl doctor``: a line for each thing that a first decision needs, as it is found."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
from pydantic import SecretStr
from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.findings import Finding, State, well
from bot.doctor.here import look_here
from bot.doctor.workspace import look_at_workspace
from bot.settings import Settings, read_settings
from hitl.policy import Policy, read_policy

_SECONDS = 10
_MARKS = {State.WELL: "[green]✓[/]", State.NOTE: "[yellow]![/]", State.WRONG: "[red]✗[/]"}


def doctor() -> bool:
    """Print the findings; whether nothing is wrong.

    Raises what ends the service before it starts: ``SettingsError``, ``PolicyError``.
    """
    settings = read_settings().require_slack()
    policy = read_policy(settings.policy)
    return asyncio.run(_print_all(settings, policy))


async def _print_all(settings: Settings, policy: Policy) -> bool:
    console, is_well = Console(highlight=False), True
    async for finding in _findings(settings, policy):
        console.print(_MARKS[finding.state], end=" ")
        console.print(f"{finding.about}: {finding.said}", markup=False)
        is_well &= finding.state is not State.WRONG
    return is_well


async def _findings(settings: Settings, policy: Policy) -> AsyncIterator[Finding]:
    yield well("settings", "complete")
    for finding in look_here(settings, policy):
        yield finding
    async with aiohttp.ClientSession() as session:
        bot = _client(settings, settings.slack_bot_token, session)
        socket = settings.slack_app_token and _client(settings, settings.slack_app_token, session)
        async for finding in look_at_workspace(bot, socket or None, policy):
            yield finding


def _client(
    settings: Settings, token: SecretStr | None, session: aiohttp.ClientSession
) -> AsyncWebClient:
    return AsyncWebClient(
        token=None if token is None else token.get_secret_value(),
        base_url=settings.slack_api_url,
        session=session,
        timeout=_SECONDS,
    )
