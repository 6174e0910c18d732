"""The composition root: the only place that wires database, Slack, HTTP and time together."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

import aiohttp
from fastapi import FastAPI
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.dashboard.app import install_dashboard
from bot.dashboard.doorkeeper import Doorkeeper
from bot.dashboard.links import Links
from bot.delivery.channels import Channels
from bot.delivery.desk import Desk
from bot.delivery.health import Health
from bot.delivery.pacing import slack_rates, unpaced
from bot.delivery.second_models import (
    ModelDesk,
    ask_second_model,
    model_rates,
    settle_model_trouble,
)
from bot.delivery.slack import send_to_slack
from bot.delivery.webhook_retries import settle_webhook_trouble, webhook_rates
from bot.delivery.webhook_signing import signing_key
from bot.delivery.webhooks import ANSWER_WITHIN, WebhookDesk, send_webhook
from bot.delivery.worker import Deliverer
from bot.intake.app import build_intake
from bot.intake.callbacks import Callbacks
from bot.intake.keyring import Keyring
from bot.intake.stored_keys import keeping_keys
from bot.outgoing.addresses import Allowed
from bot.outgoing.client import outgoing
from bot.policy import begin_policy, following
from bot.scheduler.checkpoints import checkpoint_job
from bot.scheduler.deadlines import keeping_deadlines
from bot.scheduler.digests import digest_jobs
from bot.scheduler.fatigue import watching_for_fatigue
from bot.scheduler.flags import rechecking_flags
from bot.scheduler.known import serving_known_answers
from bot.scheduler.models import watching_models
from bot.scheduler.precedents import following_precedents
from bot.scheduler.queues import tending_queue_cards
from bot.scheduler.retention import keeping_retention
from bot.scheduler.retraining import retraining, retraining_jobs
from bot.scheduler.rollups import rolling_up
from bot.scheduler.strategies import passing_on
from bot.scheduler.timetable import Timetable
from bot.services import Services, fresh_draw
from bot.serving import listen, serving
from bot.settings import Settings
from bot.slack.app import build_slack_app
from bot.slack.connection import introduce, slack_route, socket_mode
from bot.slack.directory import Directory
from bot.slack.whispers import whispering
from hitl.policy import InForce, Policy, RunningPolicy
from hitl.policy.strategy import LONGEST_REQUEST
from hitl.storage.database import Clock, Database
from hitl.storage.migrate import prepare_database
from hitl.storage.outbox import MODEL, WEBHOOK
from hitl.storage.sole_service import sole_service

_GRACE_SECONDS = 5
_SLACK_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that takes requests at ``url``."""

    services: Services
    policy: RunningPolicy
    url: str


@asynccontextmanager
async def running_service(
    settings: Settings, policy: Policy, *, paced: bool = True, clock: Clock | None = None
) -> AsyncIterator[RunningService]:
    """The whole service, for as long as the block runs.

    ``paced`` keeps to Slack's rates; a workspace on this machine has none. ``clock`` stands in
    for the database's own. Raises ``AddressUnavailable`` and ``DatabaseUnusable``.
    """
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listen(settings.host, settings.port))
        stack.enter_context(sole_service(settings.database_url))
        await asyncio.to_thread(prepare_database, settings.database_url)
        database = Database(settings.database_url, clock=clock)
        stack.callback(database.close)
        running = await begin_policy(database, policy)
        services = _services(settings, database, running)
        stack.callback(services.precedents.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=_SLACK_TIMEOUT))
        client = _client(settings, settings.slack_bot_token, session=session)
        services.links = _links(settings, listener)
        whispers = await stack.enter_async_context(whispering(client))
        slack = build_slack_app(services, client=client, whispers=whispers)
        keyring = Keyring(settings.api_keys)
        await stack.enter_async_context(keeping_keys(database, keyring))
        api = build_intake(services, keyring=keyring)
        _install_doors(api, services, settings, slack=slack, client=client, keyring=keyring)
        await stack.enter_async_context(
            serving(api, listener, ws="none", timeout_graceful_shutdown=_GRACE_SECONDS)
        )
        stack.callback(database.bell.silence)
        if settings.slack_app_token is not None:
            socket_client = _client(settings, settings.slack_app_token, session=session)
            await stack.enter_async_context(socket_mode(slack, socket_client))
        await stack.enter_async_context(following(database, running))
        await stack.enter_async_context(_to_slack(services, client, session, paced=paced))
        await stack.enter_async_context(_to_callers(services, settings))
        # By the policy of the file alone, for it names commands that are run here.
        await stack.enter_async_context(retraining(database, policy))
        await stack.enter_async_context(_to_models(services, settings))
        await stack.enter_async_context(_sweeping(database, running))
        await stack.enter_async_context(following_precedents(services.precedents))
        introducing = asyncio.create_task(introduce(client))
        stack.callback(introducing.cancel)
        timetable = Timetable(
            database,
            lambda: [checkpoint_job(), *digest_jobs(running), *retraining_jobs(policy)],
        )
        timetable.start()
        stack.push_async_callback(timetable.stop)
        yield RunningService(services, running, url=_url(listener))


def _services(settings: Settings, database: Database, policy: InForce) -> Services:
    return Services(
        database=database,
        policy=policy,
        draw=fresh_draw,
        callbacks=Callbacks(
            signed=bool(settings.webhook_secrets),
            allowed=Allowed.parse(settings.webhook_allow),
        ),
    )


def _install_doors(
    api: FastAPI,
    services: Services,
    settings: Settings,
    *,
    slack: AsyncApp,
    client: AsyncWebClient,
    keyring: Keyring,
) -> None:
    """What comes in over HTTP beside the API: the dashboard, and Slack unless by Socket Mode."""
    if services.links is not None:
        directory = Directory(client)
        doorkeeper = Doorkeeper(
            services.database, directory=directory, keyring=keyring, links=services.links
        )
        install_dashboard(api, services, doorkeeper)
    if settings.slack_app_token is None:
        secret = _revealed(settings.slack_signing_secret)
        # First, for it is asked the most: routes are tried one after the other.
        api.router.routes.insert(0, slack_route(slack, signing_secret=secret))


@asynccontextmanager
async def _sweeping(database: Database, policy: InForce) -> AsyncIterator[None]:
    """Whatever falls due while nobody asks for it; any number of processes may look."""
    async with AsyncExitStack() as stack:
        for sweep in (
            passing_on,
            keeping_deadlines,
            rechecking_flags,
            keeping_retention,
            watching_models,
            watching_for_fatigue,
            tending_queue_cards,
            serving_known_answers,
        ):
            await stack.enter_async_context(sweep(database, policy))
        await stack.enter_async_context(rolling_up(database))
        yield


@asynccontextmanager
async def _to_slack(
    services: Services, client: AsyncWebClient, session: aiohttp.ClientSession, *, paced: bool
) -> AsyncIterator[None]:
    database = services.database
    desk = Desk(
        database=database,
        policy=services.policy,
        client=client,
        session=session,
        channels=Channels(client, clock=database.now),
        directory=Directory(client),
        precedents=services.precedents,
        findings=services.findings,
    )
    deliverer = Deliverer(
        database,
        lambda parcel: send_to_slack(desk, parcel),
        health=services.health,
        rates=slack_rates if paced else unpaced,
    )
    async with _running(deliverer):
        yield


@asynccontextmanager
async def _to_callers(services: Services, settings: Settings) -> AsyncIterator[None]:
    async with outgoing(services.callbacks.allowed, within=ANSWER_WITHIN) as client:
        keys = _signing_keys(settings)
        desk = WebhookDesk(client=client, keys=keys, clock=services.database.now)
        deliverer = Deliverer(
            services.database,
            lambda parcel: send_webhook(desk, parcel),
            health=Health(),
            rates=webhook_rates,
            lease_for=3 * ANSWER_WITHIN,
            most_at_once=64,
            receiver=WEBHOOK,
            settle_trouble=partial(settle_webhook_trouble, policy=services.policy),
        )
        async with _running(deliverer):
            yield


@asynccontextmanager
async def _to_models(services: Services, settings: Settings) -> AsyncIterator[None]:
    async with outgoing(services.callbacks.allowed, within=LONGEST_REQUEST) as client:
        desk = ModelDesk(
            database=services.database,
            policy=services.policy,
            client=client,
            keys=_signing_keys(settings),
            tokens=settings.model_token_by_host,
        )
        deliverer = Deliverer(
            services.database,
            lambda parcel: ask_second_model(desk, parcel),
            health=Health(),
            rates=model_rates,
            lease_for=2 * LONGEST_REQUEST,
            most_at_once=64,
            receiver=MODEL,
            settle_trouble=partial(settle_model_trouble, policy=services.policy),
        )
        async with _running(deliverer):
            yield


@asynccontextmanager
async def _running(deliverer: Deliverer) -> AsyncIterator[None]:
    task = asyncio.create_task(deliverer.run())
    try:
        yield
    finally:
        deliverer.stop()
        await task


def _links(settings: Settings, listener: socket.socket) -> Links | None:
    token = _revealed(settings.slack_bot_token)
    if token is None:
        return None
    # Where every interface is listened on, nobody can tell by which name people reach it.
    is_here = ip_address(listener.getsockname()[0]).is_loopback
    return Links(token, public_url=settings.public_url or (_url(listener) if is_here else None))


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _client(
    settings: Settings, token: SecretStr | None, *, session: aiohttp.ClientSession
) -> AsyncWebClient:
    # slack_sdk's own retry can post a message twice; delivery does better.
    return AsyncWebClient(
        token=_revealed(token),
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[],
        timeout=int(_SLACK_TIMEOUT.total or 0),
    )


def _signing_keys(settings: Settings) -> list[bytes]:
    return [signing_key(secret.get_secret_value()) for secret in settings.webhook_secrets]


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
