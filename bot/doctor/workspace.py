"""What Slack says of the installation: tokens, scopes, channels, and who may decide there."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.channels import Channels
from bot.delivery.troubles import Trouble, told_as_trouble
from bot.doctor.findings import Finding, State, note, well, wrong
from bot.slack.directory import Directory
from bot.slack.refusals import Refusal
from bot.slack.scopes import SCOPES
from bot.slack.text import is_slack_user
from hitl.policy import UseCase
from hitl.policy.deadline import HandTo

_CHANNEL = "channel"


async def look_at_workspace(
    client: AsyncWebClient | None,
    app_client: AsyncWebClient | None,
    use_cases: Iterable[UseCase],
) -> AsyncIterator[Finding]:
    """Everything Slack can be asked with the tokens there are.

    ``app_client`` carries the token for Socket Mode; None where Slack comes over HTTP.
    """
    is_known = False
    if client is not None:
        async for finding in _app(client):
            yield finding
            is_known |= finding.state is State.WELL
    if app_client is not None:
        yield await _socket_mode(app_client)
    if client is None or not is_known:
        return
    channels, directory = Channels(client, clock=lambda: datetime.now(UTC)), Directory(client)
    for use_case in use_cases:
        for finding in await _use_case(use_case, channels, directory):
            yield finding


async def _app(client: AsyncWebClient) -> AsyncIterator[Finding]:
    try:
        with told_as_trouble():
            known = await client.auth_test()
    except Trouble as trouble:
        yield wrong("SLACK_BOT_TOKEN", f"Slack: {trouble}")
        return
    yield well("SLACK_BOT_TOKEN", f"@{known.get('user')} in {known.get('team')}")
    granted = {scope.strip() for scope in str(known.headers.get("x-oauth-scopes", "")).split(",")}
    if missing := sorted(SCOPES - granted):
        yield wrong(
            "scopes",
            f"missing {', '.join(missing)}: bring the app's manifest up to date with manifest.yml"
            " (App Manifest in its settings), then Install App again",
        )


async def _socket_mode(app_client: AsyncWebClient) -> Finding:
    try:
        with told_as_trouble():
            await app_client.apps_connections_open(app_token=str(app_client.token))
    except Trouble as trouble:
        return wrong("SLACK_APP_TOKEN", f"Slack: {trouble}")
    return well("SLACK_APP_TOKEN", "Socket Mode can be opened")


async def _use_case(use_case: UseCase, channels: Channels, directory: Directory) -> list[Finding]:
    found = [await _channel(use_case, name, channels) for name in _channels_of(use_case)]
    if any(finding.state is State.WRONG for finding in found):
        return found
    for role, named in _people_of(use_case):
        found += [await _people(use_case, role, each, directory) for each in named]
    return found


def _channels_of(use_case: UseCase) -> Iterator[str]:
    yield use_case.channel
    if use_case.fallback_channel is not None:
        yield use_case.fallback_channel


async def _channel(use_case: UseCase, name: str, channels: Channels) -> Finding:
    about = f"{use_case.name}: {name}"
    try:
        channel = await channels.find(name)
    except Trouble as trouble:
        return wrong(about, f"{trouble}: type /invite @hitl there")
    if channel.is_shared and not use_case.allow_shared_channel:
        return wrong(
            about,
            "another organisation sees this channel: choose another one, or set"
            " allow_shared_channel = true",
        )
    return well(about, "the app is there")


def _people_of(use_case: UseCase) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "reviewers", use_case.reviewers
    yield "leads", use_case.leads
    yield "adjudicators", use_case.adjudicators
    yield "approvers", tuple(use_case.approvers.values())
    deadline = use_case.deadline
    if deadline is not None:
        ends = (deadline.then.to,) if isinstance(deadline.then, HandTo) else ()
        yield "deadline", (*(rule.to for rule in deadline.hand_over), *ends)


async def _people(use_case: UseCase, role: str, named: str, directory: Directory) -> Finding:
    about = f"{use_case.name}: {role} {named}"
    try:
        with told_as_trouble():
            number = await _count(use_case, named, directory)
    except (Trouble, Refusal) as trouble:
        return wrong(about, str(trouble))
    if number == 0:
        return note(about, "nobody is in it")
    return well(about, "1 account" if number == 1 else f"{number} accounts")


async def _count(use_case: UseCase, named: str, directory: Directory) -> int:
    if named == _CHANNEL:
        app = (await directory.installation()).bot_user_id
        return len(await directory.channel_members(use_case.channel) - {app})
    if is_slack_user(named):
        return 0 if (await directory.person(named)).is_deleted else 1
    return len(await directory.group_members(named))
