"""What whom a case is about is asked, what feedback is asked for, and what was answered."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from hitl.policy import UseCase
from hitl.storage.database import Transaction
from hitl.storage.slack_copies import Place
from hitl.storage.statements import insert_new
from hitl.storage.tables import case_contents, questions


class QuestionKind(StrEnum):
    """What is asked."""

    CHOICE = "choice"
    """Which label is right."""
    FEEDBACK = "feedback"
    """Whether the AI's answer, which stands, was right."""


class Via(StrEnum):
    """The door that an answer came through."""

    SLACK = "slack"
    API = "api"


class Answered(StrEnum):
    """What was answered."""

    LABEL = "label"
    DECLINED = "declined"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, once and for all."""

    said: Answered
    label: str | None
    by: str
    via: Via
    at: datetime
    counted: bool
    """Whether it decided or revised the case."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a case."""

    id: int
    case_id: int
    kind: QuestionKind
    slack_user: str | None
    wording: str
    words: Mapping[str, str]
    """What the buttons of labels say, where that was set."""
    asked_at: datetime | None
    until: datetime | None
    salt: str
    token_hash: str
    revise: bool
    place: Place | None
    answer: Answer | None

    @property
    def is_open(self) -> bool:
        """Whether it was asked and nobody has answered."""
        return self.asked_at is not None and self.answer is None

    def takes(self, token: str) -> bool:
        """Whether this is its token; how long that takes tells nothing."""
        return hmac.compare_digest(token_digest(token), self.token_hash)


def answer_token(seed: bytes, salt: str) -> str:
    """The token of a question for whoever holds the seed, which is made from an API key.

    So the service can tell it again to the key that submitted the case, and to nobody else:
    stored are only the salt and the token's digest.
    """
    return hmac.new(seed, salt.encode(), hashlib.sha256).hexdigest()[:40]


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def keep_question(tx: Transaction, case_id: int, kind: QuestionKind, **values: Any) -> int | None:
    """The id of the new question; None where the case has one of the kind already."""
    row = {"case_id": case_id, "kind": kind, "revise": False, **values}
    return insert_new(tx.connection, questions, row)


def begin_question(tx: Transaction, question_id: int, *, until: datetime) -> None:
    """It is asked from now on."""
    tx.connection.execute(
        update(questions).where(questions.c.id == question_id).values(asked_at=tx.now, until=until)
    )


def question_of(connection: Connection, case_id: int, kind: QuestionKind) -> Question | None:
    """The case's question of a kind."""
    return _found(connection, (questions.c.case_id == case_id) & (questions.c.kind == kind))


def question_by_id(connection: Connection, question_id: int) -> Question | None:
    """The question; None where there is no such one."""
    return _found(connection, questions.c.id == question_id)


def record_answer(tx: Transaction, question_id: int, answer: Answer) -> bool:
    """Whether it is the first answer: the others change nothing."""
    recorded = tx.connection.execute(
        update(questions)
        .where(questions.c.id == question_id, questions.c.answered_at.is_(None))
        .values(
            answered_at=answer.at,
            answer=answer.said,
            label=answer.label,
            answered_by=answer.by,
            via=answer.via,
            counted=answer.counted,
        )
    )
    return recorded.rowcount == 1


def record_question_place(tx: Transaction, question_id: int, place: Place) -> None:
    """Keep where the question's message stands; the first one stays."""
    tx.connection.execute(
        update(questions)
        .where(questions.c.id == question_id, questions.c.slack_ts.is_(None))
        .values(slack_channel=place.channel, slack_ts=place.ts)
    )


def slack_user_asked(connection: Connection, case_id: int) -> str | None:
    """Whom the case is about, as its caller named them."""
    ask = connection.execute(
        select(case_contents.c.ask).where(case_contents.c.case_id == case_id)
    ).scalar()
    return None if not ask else ask.get("slack_user")


def _found(connection: Connection, which: ColumnElement[bool]) -> Question | None:
    row = connection.execute(select(questions).where(which)).first()
    return None if row is None else _question(row)


def _question(row: Row[Any]) -> Question:
    return Question(
        id=row.id,
        case_id=row.case_id,
        kind=QuestionKind(row.kind),
        slack_user=row.slack_user,
        wording=row.wording,
        words=row.words or {},
        asked_at=row.asked_at,
        until=row.until,
        salt=row.salt,
        token_hash=row.token_hash,
        revise=row.revise,
        place=None if row.slack_ts is None else Place(row.slack_channel, row.slack_ts),
        answer=None if row.answered_at is None else _answer(row),
    )


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        said=Answered(row.answer),
        label=row.label,
        by=row.answered_by,
        via=Via(row.via),
        at=row.answered_at,
        counted=row.counted,
    )


def words_of(label: str, question: Question, *, use_case: UseCase) -> str:
    """What a label means to whoever is asked."""
    rule = use_case.labels.get(label)
    return question.words.get(label) or (rule and rule.button) or label
