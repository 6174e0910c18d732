"""The Slack app: listeners registered on Bolt, with one edge for errors."""

import copy
import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.web.async_client import AsyncWebClient

from bot.services import Services
from bot.slack.directory import Directory
from bot.slack.errors import error_edge
from bot.slack.listeners import (
    adjudicate,
    asking,
    certified,
    commands,
    decide,
    flags,
    forms,
    home,
    monthly,
    more,
    policy,
    practice,
    questions,
    queue,
    review,
    sending,
    similar,
    threads,
    undo,
)
from bot.slack.older_cards import OlderCards
from bot.slack.people import People
from bot.slack.services import SlackServices
from bot.slack.ways_back import WaysBack
from bot.slack.whispers import Whispers


def build_slack_app(services: Services, *, client: AsyncWebClient, whispers: Whispers) -> AsyncApp:
    """The app, not yet connected; ``client`` carries the bot's token.

    It believes what it is given: over HTTP only ``slack_route`` may give it anything.
    """
    directory = Directory(client)

    async def authorize() -> AuthorizeResult:
        # Kept for a minute, so that a click does not wait for auth.test.
        found = await directory.installation()
        return AuthorizeResult(
            enterprise_id=found.workspace.enterprise_id,
            team_id=found.workspace.team_id,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user_id,
            bot_token=client.token,
        )

    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_about_us)
    app = AsyncApp(
        name="hitl",
        client=_without_token(client),
        authorize=authorize,
        before_authorize=WaysBack(client.base_url),
        request_verification_enabled=False,  # done by ``slack_route``, before Bolt reads a word
        process_before_response=True,
    )
    slack = SlackServices(
        services.database,
        services.policy,
        People(directory),
        services.precedents,
        services.findings,
        whispers,
        services.links,
    )
    app.middleware(OlderCards(services.database))
    for listeners in (
        decide,  # first, for Bolt asks one listener after the other
        adjudicate,
        asking,
        more,
        monthly,
        practice,
        certified,
        forms,
        policy,
        queue,
        review,
        commands,
        home,
        flags,
        questions,
        sending,
        similar,
        threads,
        undo,
    ):
        listeners.register(app, slack)
    app.error(error_edge(slack))
    return app


def _is_about_us(record: logging.LogRecord) -> bool:
    """Bolt looks for a token in the environment, too, and warns that it does without."""
    return record.msg != warning_client_prioritized_and_token_skipped()


def _without_token(client: AsyncWebClient) -> AsyncWebClient:
    """Bolt warns of a token beside ``authorize``, which gives each request its own."""
    bare = copy.copy(client)
    bare.token = None
    return bare
