"""Cases whose policy asks others before people, and what those others say, without any network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hitl.cases import Case
from hitl.policy import Endpoint, Strategy, UseCase
from hitl.review import UserAnswer, answer, submit, time_is_up
from hitl.review.opinions import GivenOpinion, record_opinion, record_request
from hitl.storage.database import Database, Transaction
from hitl.storage.outbox import Kind, Parcel
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.questions import Via
from hitl.storage.steps import running_step
from hitl.storage.tables import outbox
from hitl.storage.taking import take
from hitl.strategies import Opinion
from hitl.vocabulary import RouteTo
from tests.examples import moderation, post

URLS = ("https://one.example/v1", "https://two.example/v1")
SEED = b"the key of whoever submits"
REVIEW = Strategy(to=RouteTo.REVIEW)
USER = Strategy(to=RouteTo.ASK_USER, within="10m", question="Did you write this?")
PASSIVE = Strategy(to=RouteTo.PASSIVE)


def models(*urls: str, **changes: Any) -> Strategy:
    endpoints = tuple(Endpoint(url=url) for url in urls or URLS)
    values: dict[str, Any] = {"to": RouteTo.SECOND_MODEL, "within": "5s", "endpoints": endpoints}
    return Strategy(**values | changes)


def chained(*chain: Strategy) -> UseCase:
    return moderation().model_copy(update={"escalate": chain})


@dataclass(frozen=True, slots=True)
class Asking:
    """A database, and a use case with its chain."""

    database: Database
    use_case: UseCase

    async def case(self, key: str = "post-1", **changes: Any) -> Case:
        changes = {"answer_seed": SEED, "ask": {"slack_user": "U0USER"}} | changes
        submission = post(key, **changes)
        case, _ = await self.database.write(
            lambda tx: submit(tx, submission, use_case=self.use_case, draw=0.5)
        )
        return case

    async def now(self, case: Case) -> Case:
        return await self.database.read(lambda c: case_by_id(c, case.id))

    async def says(self, number: int, label: str | None, confidence: float = 0.99) -> None:
        """The model behind the endpoint answers; nothing but a failure without a label."""
        [parcel] = [
            parcel
            for parcel in await self.taken(Kind.SECOND_MODEL)
            if parcel.payload["endpoint"] == number
        ]
        failure = None if label else "answered 500"
        confident = confidence if label else None
        opinion = Opinion(f"model {number}", label=label, confidence=confident, failure=failure)
        given = GivenOpinion(
            parcel.case_id or 0, parcel.payload["step"], number, opinion, None, self.use_case
        )
        await self.database.write(lambda tx: record_opinion(tx, parcel, given))

    async def is_asked(self, case: Case, number: int = 0) -> None:
        """The model behind the endpoint is sent a request."""

        def ask(tx: Transaction) -> None:
            if step := running_step(tx.connection, case.id):
                record_request(tx, case.id, step.id, number, to=f"model {number}")

        await self.database.write(ask)

    async def taken(self, kind: Kind) -> Sequence[Parcel]:
        """What is to be sent, as whoever sends it takes it; anybody else may take it again."""
        taken = await self.database.write(
            lambda tx: take(
                tx,
                lease="test",
                lease_for=timedelta(microseconds=-1),
                rates=lambda _lane: None,
                most=100,
            )
        )
        return [parcel for parcel in taken.parcels if parcel.kind is kind]

    async def answers(
        self, case: Case, label: str | None, *, token: str | None = None
    ) -> tuple[Case, bool]:
        given = UserAnswer(label, "U0USER", Via.SLACK, token=token)
        return await self.database.write(
            lambda tx: answer(tx, case.id, given, use_case=self.use_case)
        )

    async def time_is_up(self, case: Case) -> bool:
        return await self.database.write(lambda tx: time_is_up(tx, case.id, use_case=self.use_case))

    async def sent(self) -> list[str]:
        """The kinds of everything that was to be sent so far."""
        rows = await self.database.read(
            lambda c: c.execute(select(outbox.c.kind).order_by(outbox.c.id)).scalars().all()
        )
        return list(rows)

    async def events(self, case: Case) -> list[str]:
        history = await self.database.read(lambda c: case_history(c, case.id))
        return [event.type for event in history]
