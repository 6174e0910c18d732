"""What a channel is told besides its cases, by the word that the outbox row carries."""

from collections.abc import Callable, Mapping

from bot.delivery.models_notice import models_compared
from bot.delivery.retraining_notice import retrained
from bot.slack import blocks
from bot.slack.message import Message
from bot.slack.text import mrkdwn
from hitl.storage.outbox import Parcel

_WORDS = 300


def notice_message(parcel: Parcel) -> Message:
    """The notice that ``payload["says"]`` asks for."""
    text = _SAYINGS[parcel.payload["says"]](parcel)
    return Message(text, [blocks.section(text)])


def _webhook_failed(parcel: Parcel) -> str:
    server, event, why = (
        mrkdwn(str(parcel.payload[name]), _WORDS) for name in ("server", "event", "why")
    )
    return (
        f":warning: *{server} could not be told {event} of case {parcel.case_id}:* {why}."
        " It is kept as a dead letter: see `hitl outbox`. The case itself can be read as ever."
        " Should more fail there within the hour, it is not said again."
    )


_SAYINGS: Mapping[str, Callable[[Parcel], str]] = {
    "webhook_failed": _webhook_failed,
    "models_compared": lambda parcel: models_compared(
        parcel.payload["found"], use_case=parcel.use_case
    ),
    "retrained": lambda parcel: retrained(parcel.payload, use_case=parcel.use_case),
}
