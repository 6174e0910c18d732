"""Asking second models over HTTP: one request a parcel, tried again while its step has time."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.delivery.desk import Sent, Skipped
from bot.delivery.opinions import MOST_ANSWER, NoOpinion, opinion_request, read_opinion
from bot.delivery.posting import delivery_key
from bot.delivery.troubles import Treatment, Trouble
from bot.delivery.webhook_signing import signed_headers
from bot.outgoing.client import AddressRefused, Outgoing
from hitl.cases import Case
from hitl.policy import InForce, UseCase
from hitl.review.escalate import name_of
from hitl.review.opinions import GivenOpinion, record_opinion, record_request
from hitl.storage.database import Database, Transaction
from hitl.storage.outbox import Parcel, Sending, settle
from hitl.storage.pacing import Rate
from hitl.storage.queries import case_by_id, picture_bytes
from hitl.storage.steps import RunningStep, running_step_by_id
from hitl.strategies import Opinion, request_time
from hitl.vocabulary import CaseState

MOST_TRIES = 3
_PAUSE = timedelta(milliseconds=200)
"""Before the second try, and twice that before the third."""
_LANE = Rate(interval=timedelta(milliseconds=5), burst=16, most_out=16)
_PIECE = 64 * 1024
_MILLISECONDS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """What asking second models works with."""

    database: Database
    policy: InForce
    client: Outgoing
    keys: Sequence[bytes] = ()
    """What requests are signed with, as webhooks are; unsigned with none."""
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The bearer token of each host that wants one."""


@dataclass(frozen=True, slots=True)
class _Asked:
    step: RunningStep
    endpoint: int
    case: Case
    use_case: UseCase

    @property
    def url(self) -> str:
        return self.step.rule.endpoints[self.endpoint].url

    @property
    def name(self) -> str:
        return name_of(self.step.rule.endpoints[self.endpoint])

    def count(self, tx: Transaction) -> None:
        """That it is asked now."""
        record_request(tx, self.case.id, self.step.id, self.endpoint, to=self.name)

    def opinion(self, opinion: Opinion, scores: Mapping[str, float] | None = None) -> Sent:
        """What is to be kept."""
        given = GivenOpinion(
            self.case.id, self.step.id, self.endpoint, opinion, scores, self.use_case
        )
        return Sent(given)

    def failed(self, why: str) -> Sent:
        """That it can say nothing, however often it is asked."""
        return self.opinion(Opinion(self.name, failure=why))


def model_rates(lane: str) -> Rate:  # noqa: ARG001 - the same for every server
    """At most 16 requests at once to a server."""
    return _LANE


async def ask_second_model(desk: ModelDesk, parcel: Parcel) -> Sent | Skipped:
    """Its opinion, or what it said instead; raises ``Trouble`` for what may be over in a moment."""
    asked = await _asked(desk, parcel)
    if isinstance(asked, Skipped):
        return asked
    within = min(
        request_time(asked.step.rule, asked.endpoint), asked.step.until - desk.database.now()
    )
    if within <= timedelta():
        raise Trouble(Treatment.BURY, "did not answer in time")
    body = await _body(desk, asked)
    await desk.database.write(asked.count)
    try:
        async with asyncio.timeout(within.total_seconds()):
            status, content = await _exchange(desk, parcel, asked.url, body)
    except TimeoutError:
        words = f"did not answer within {_seconds(within)}"
        raise Trouble(Treatment.POSTPONE, words) from None
    except (aiohttp.ClientError, OSError) as error:
        return _unreached(asked, error)
    return _understood(asked, status, content)


def settle_model_trouble(
    tx: Transaction,
    parcel: Parcel,
    trouble: Trouble,
    *,
    chance: float,  # noqa: ARG001 - two tries at most follow, too few to come together
    policy: InForce,
) -> Sending:
    """Put the parcel back while its step has time; else the model has given no opinion."""
    step = running_step_by_id(tx.connection, parcel.payload["step"])
    use_case = policy.use_cases.get(parcel.use_case)
    if step is None or use_case is None:
        settle(tx, parcel, state=Sending.SKIPPED, error=str(trouble))
        return Sending.SKIPPED
    retry_at = tx.now + _PAUSE * 2 ** (parcel.attempts - 1)
    is_over = trouble.treatment is Treatment.BURY or parcel.attempts >= MOST_TRIES
    if not is_over and retry_at < step.until:
        settle(tx, parcel, state=Sending.WAITING, error=str(trouble), retry_at=retry_at)
        return Sending.WAITING
    endpoint = parcel.payload["endpoint"]
    opinion = Opinion(name_of(step.rule.endpoints[endpoint]), failure=str(trouble))
    given = GivenOpinion(step.case_id, step.id, endpoint, opinion, None, use_case)
    record_opinion(tx, parcel, given)
    return Sending.SKIPPED


async def _asked(desk: ModelDesk, parcel: Parcel) -> _Asked | Skipped:
    step = await desk.database.read(lambda c: running_step_by_id(c, parcel.payload["step"]))
    use_case = desk.policy.use_cases.get(parcel.use_case)
    if step is None:
        return Skipped("nobody waits for its opinion any more")
    if use_case is None:
        return Skipped(f"the policy has no use case {parcel.use_case} any more")
    case = await desk.database.read(lambda c: case_by_id(c, step.case_id))
    if case.state is not CaseState.OPEN:
        return Skipped(f"the case is {case.state} already")
    return _Asked(step, parcel.payload["endpoint"], case, use_case)


async def _body(desk: ModelDesk, asked: _Asked) -> bytes:
    pictures = await desk.database.read(lambda c: picture_bytes(c, asked.case.id))
    document = opinion_request(
        asked.case, use_case=asked.use_case, pictures=pictures, clock=desk.database.now
    )
    return json.dumps(document, separators=(",", ":")).encode()


async def _exchange(
    desk: ModelDesk, parcel: Parcel, url: str, body: bytes
) -> tuple[int, bytes | None]:
    """Status and body of the answer; None for a body that is too long to be an opinion."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "hitl-second-model",
    }
    token = desk.tokens.get((URL(url).host or "").lower())
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    # The same id with each try, so that a server can answer a repeat with what it said before.
    signed = signed_headers(
        body, message_id=f"msg_{delivery_key(parcel)}", at=desk.database.now(), keys=desk.keys
    )
    async with desk.client.post(url, content=body, headers=headers | signed) as answer:
        content = bytearray()
        async for piece in answer.content.iter_chunked(_PIECE):
            content += piece
            if len(content) > MOST_ANSWER:
                return answer.status, None
        return answer.status, bytes(content)


def _unreached(asked: _Asked, error: aiohttp.ClientError | OSError) -> Sent:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, AddressRefused):
        return asked.failed(f"can't be asked: {cause}")
    # An error's own words may hold the address with whatever secret is in it.
    raise Trouble(Treatment.RETRY, f"could not be reached ({type(cause).__name__})") from error


def _understood(asked: _Asked, status: int, content: bytes | None) -> Sent:
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Trouble(Treatment.POSTPONE, f"answered {status}")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return asked.failed(f"answered {status}")
    if content is None:
        return asked.failed(f"gave no opinion: the answer is longer than {MOST_ANSWER // 1024} KiB")
    keeps_name = asked.step.rule.endpoints[asked.endpoint].model is not None
    try:
        opinion, scores = read_opinion(
            content, name=asked.name, use_case=asked.use_case, keep_name=keeps_name
        )
    except NoOpinion as why:
        return asked.failed(str(why))
    return asked.opinion(opinion, scores)


def _seconds(time: timedelta) -> str:
    """``5 s``, ``0.4 s``."""
    return f"{round(time / _MILLISECONDS) / 1_000:g} s"
