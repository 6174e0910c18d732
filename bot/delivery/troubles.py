"""What every failure of a Slack call means for what was to be sent, as data.

The codes are Slack's; the exceptions are those of slack_sdk and of aiohttp underneath it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse


class Treatment(StrEnum):
    """What is done about a failure."""

    WAIT = "wait"
    """The lane waits as long as Slack says; the attempt does not count."""
    RETRY = "retry"
    """Nothing was sent and Slack is not to be reached: the lane waits a little longer each time."""
    POSTPONE = "postpone"
    """This one message waits; its lane goes on."""
    RECONCILE = "reconcile"
    """It may have been sent: look before sending again."""
    PAUSE = "pause"
    """Nothing goes to the workspace until someone has repaired the installation."""
    FALL_BACK = "fall_back"
    """The channel can't take it: the use case's other channel, or else dead."""
    PLAIN = "plain"
    """The message can't be taken: once more in its plain form, or else dead."""
    TELL_IN_THREAD = "tell_in_thread"
    """The card can't be rewritten any more: what it would have said goes under it."""
    BURY = "bury"
    """Our mistake: kept as a dead letter, and told."""


HOPELESS = frozenset({Treatment.BURY, Treatment.FALL_BACK, Treatment.PLAIN})
"""Refusals of a message to one person that no waiting will change."""
_CODES_BY_TREATMENT: Mapping[Treatment, str] = {
    Treatment.WAIT: "ratelimited rate_limited",
    Treatment.RETRY: "service_unavailable team_added_to_org org_login_required",
    Treatment.RECONCILE: "fatal_error internal_error request_timeout",
    Treatment.PAUSE: (
        "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope"
        " no_permission ekm_access_denied"
    ),
    Treatment.FALL_BACK: "channel_not_found not_in_channel is_archived restricted_action",
    Treatment.PLAIN: "msg_too_long invalid_blocks msg_blocks_too_long too_many_attachments no_text",
    Treatment.TELL_IN_THREAD: "message_not_found cant_update_message edit_window_closed",
}
TREATMENTS: Mapping[str, Treatment] = {
    code: treatment for treatment, codes in _CODES_BY_TREATMENT.items() for code in codes.split()
}
MISSING_PERMISSION = frozenset({"missing_scope", "no_permission"})
"""Codes that are about one method and not about the whole installation."""

_WAIT_WHEN_UNTOLD = timedelta(seconds=5)
_MOST_DIGITS = 5
"""A day has 86,400 seconds; no one means more."""
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class Trouble(Exception):
    """A call that failed, in words, with what is to be done about it."""

    def __init__(
        self,
        treatment: Treatment,
        words: str,
        *,
        code: str | None = None,
        retry_after: timedelta = _WAIT_WHEN_UNTOLD,
        in_doubt: bool | None = None,
    ) -> None:
        super().__init__(words)
        self.treatment = treatment
        self.code = code
        """Slack's own, where it gave one."""
        self.retry_after = retry_after
        self.in_doubt = treatment is Treatment.RECONCILE if in_doubt is None else in_doubt
        """Whether the message may stand in Slack all the same."""

    def still_in_doubt(self) -> "Trouble":
        """The same trouble, met before an earlier doubt was settled."""
        return Trouble(
            self.treatment,
            str(self),
            code=self.code,
            retry_after=self.retry_after,
            in_doubt=True,
        )


def treatment_of(code: str) -> Treatment:
    """What Slack's error code calls for."""
    if code.startswith("restricted_action"):
        return Treatment.FALL_BACK
    return TREATMENTS.get(code, Treatment.BURY)


@contextmanager
def told_as_trouble() -> Iterator[None]:
    """Turn whatever a Slack call raises into ``Trouble``."""
    try:
        yield
    except SlackApiError as error:
        raise _of_answer(error.response) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Trouble(Treatment.RETRY, f"not reached: {error}") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        words = f"no answer: {str(error) or type(error).__name__}"
        raise Trouble(Treatment.RECONCILE, words) from error


def _of_answer(response: AsyncSlackResponse | aiohttp.ClientResponse) -> Trouble:
    """``response`` is aiohttp's own where the body was not JSON."""
    if not isinstance(response, AsyncSlackResponse):
        return Trouble(Treatment.RECONCILE, f"HTTP {response.status} without JSON")
    answer: dict[str, Any] = response.data if isinstance(response.data, dict) else {}
    code = answer.get("error")
    if response.status_code == _TOO_MANY_REQUESTS or treatment_of(str(code)) is Treatment.WAIT:
        return Trouble(Treatment.WAIT, "ratelimited", code=code, retry_after=_retry_after(response))
    if code is None or (response.status_code >= _SERVER_ERROR and code not in TREATMENTS):
        return Trouble(Treatment.RECONCILE, f"HTTP {response.status_code} {code or ''}".strip())
    return Trouble(treatment_of(code), _explained(code, answer), code=code)


def _explained(code: str, answer: Mapping[str, Any]) -> str:
    """The code with the part of the answer that says what exactly is missing or wrong."""
    messages = answer.get("response_metadata", {}).get("messages", [])
    details = [answer["needed"]] if "needed" in answer else messages
    return f"{code}: {'; '.join(map(str, details))}" if details else code


def _retry_after(response: AsyncSlackResponse) -> timedelta:
    seconds = str(response.headers.get("Retry-After", ""))
    is_told = seconds.isdecimal() and len(seconds) <= _MOST_DIGITS
    return timedelta(seconds=int(seconds)) if is_told else _WAIT_WHEN_UNTOLD
