"""``hitl serve``: the service until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal

from bot.app import RunningService, running_service
from bot.policy import reload_policy
from bot.settings import Settings, mistyped_settings, read_settings
from hitl.policy import Policy, read_policy
from hitl.storage.api_keys import live_keys
from hitl.storage.engines import database_url, is_sqlite, sqlite_version_note

log = logging.getLogger(__name__)

_STANDARD_INPUT = 0
_OBJECTS_BETWEEN_LOOKS = 25_000


def serve() -> None:
    """Run until SIGTERM or Ctrl-C; raises a ``HitlError`` that says what prevents it."""
    # Read once, as numpy is loaded: its threads wait for each other at full speed, which took
    # requests 14 times the processor that a product of embeddings needs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    settings = read_settings().require_slack()
    policy = read_policy(settings.policy)
    # Of the libraries only what went wrong: they would tell of every call and every tick.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    for ours in ("bot", "hitl"):
        logging.getLogger(ours).setLevel(logging.INFO)
    for name, meant in mistyped_settings().items():
        log.warning("%s is no setting; did you mean %s?", name, meant)
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_serve(settings, policy))


async def _serve(settings: Settings, policy: Policy) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with running_service(settings, policy) as service:
        # What start-up made stays: to look through it stops every request, and would take a tenth
        # of the start for the very little that is in circles.
        gc.freeze()
        # Requests leave little in circles: a look after every 700 objects took a tenth of the time.
        gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 10, 10)
        gc.enable()
        _reload_on_hangup(service, settings, stopping=stopping)
        cases = ", ".join(service.policy.use_cases)
        log.info("Taking cases of %s at %s", cases, service.url)
        note = sqlite_version_note() if is_sqlite(database_url(settings.database_url)) else None
        if note is not None:
            log.info(note)
        if not settings.api_keys and not await service.services.database.read(live_keys):
            log.warning(
                "There is no API key, so every call is refused with 401: make one with hitl keys"
                " create, or set HITL_API_KEYS."
            )
        if not settings.webhook_secrets and any(
            use_case.has_webhooks for use_case in service.policy.use_cases.values()
        ):
            log.warning("HITL_WEBHOOK_SECRETS is empty: the policy's webhooks can't be sent.")
        await stopping.wait()
        log.info("Stopping: finishing what is under way.")


def _reload_on_hangup(
    service: RunningService, settings: Settings, *, stopping: asyncio.Event
) -> None:
    loop, reloading = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    had_terminal = os.isatty(_STANDARD_INPUT)

    def reload() -> None:
        if had_terminal and not os.isatty(_STANDARD_INPUT):
            stopping.set()  # the window it was started in was closed, which is told in the same way
            return
        database = service.services.database
        task = loop.create_task(reload_policy(database, service.policy, settings.policy))
        reloading.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(reloading.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
