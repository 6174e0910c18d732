"""The one edge where what went wrong becomes a sentence for the person and a line in the log."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.cards.details import refused_view
from bot.slack.cards.wording import already_decided
from bot.slack.message import Message
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from bot.slack.text import mrkdwn
from bot.slack.trouble import SLACK_TROUBLE
from bot.slack.ways_back import answer
from hitl.errors import HitlError
from hitl.policy import UnknownUseCase
from hitl.review import AlreadyDecided, CaseNotFound
from hitl.storage.queries import case_by_id

logger = logging.getLogger(__name__)
_UNEXPECTED = "Something went wrong on our side; it has been logged. The card shows what stands."
_LONGEST = 2_000


def error_edge(services: SlackServices) -> Callable[..., Awaitable[BoltResponse]]:
    """The handler of everything a listener raises.

    What reaches it is verified, and its ``response_url`` is Slack's: see ``WaysBack``.
    """

    async def on_error(
        error: Exception, body: dict[str, Any], client: AsyncWebClient
    ) -> BoltResponse:
        kind = body.get("type") or ("command" if "command" in body else "unknown")
        if not isinstance(error, HitlError):
            logger.error(
                "A Slack %s failed", kind, exc_info=error, extra={"key": "slack.listener_failed"}
            )
        if kind == "event_callback":
            return BoltResponse(status=503, body="")  # Slack sends it again, and nobody is told
        words = await in_words(error, services)
        if kind == "view_submission":
            shown = {"response_action": "update", "view": refused_view(words)}
            return BoltResponse(status=200, body=shown)
        if kind == "command":
            said = {"response_type": "ephemeral", "text": words}
            return BoltResponse(status=200, body=said)
        try:
            await _tell(words, body=body, client=client)
        except SLACK_TROUBLE as trouble:
            logger.warning(
                "Nobody could be told why a Slack %s was refused: %s",
                kind,
                trouble,
                extra={"key": "slack.refusal_untold"},
            )
        # Refused is answered, too: an error status would show the person a warning of Slack's own.
        return BoltResponse(status=200, body="")

    return on_error


async def _tell(words: str, *, body: dict[str, Any], client: AsyncWebClient) -> None:
    """Beside the message that was clicked, or on top of the modal or Home tab."""
    if url := body.get("response_url"):
        told = Message(words, [])
        await answer(url, told, client=client, response_type="ephemeral", replace_original=False)
    elif "trigger_id" in body:
        in_modal = (body.get("view") or {}).get("type") == "modal"
        show = client.views_push if in_modal else client.views_open
        await show(trigger_id=body["trigger_id"], view=refused_view(words))


async def in_words(error: Exception, services: SlackServices) -> str:
    """What the person reads, as mrkdwn; unexpected errors are told without what they say."""
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, AlreadyDecided):
        return await _too_late(error, services)
    if isinstance(error, CaseNotFound):
        return (
            f"Case {error.case_id} is not known here: the message may come from another"
            " installation, or the case has been erased."
        )
    return mrkdwn(str(error), _LONGEST) if isinstance(error, HitlError) else _UNEXPECTED


async def _too_late(error: AlreadyDecided, services: SlackServices) -> str:
    case = await services.database.read(partial(case_by_id, case_id=error.case_id))
    try:
        use_case = services.policy.use_case(case.use_case)
    except UnknownUseCase:
        return mrkdwn(str(error), _LONGEST)
    return already_decided(error.outcome, use_case=use_case, now=services.database.now())
