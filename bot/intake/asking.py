"""What callers are told of a question to whom a case is about, the answer token included."""

import hmac
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request

from bot.services import Services
from hitl.cases import Case
from hitl.documents import case_document, moment
from hitl.policy import UseCase
from hitl.storage.questions import Question, QuestionKind, answer_token, question_of, words_of
from hitl.strategies import ASKING
from hitl.vocabulary import CaseState

_PURPOSE = b"hitl answer tokens"


async def answer_seed(request: Request) -> bytes:
    """A secret of whoever holds the request's API key; nothing that is stored gives it away."""
    _, _, key = request.headers["authorization"].partition(" ")
    return hmac.digest(key.strip().encode(), _PURPOSE, "sha256")


Seed = Annotated[bytes, Depends(answer_seed)]


async def told_document(
    services: Services, case: Case, seed: bytes, *, document: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The case, or the document of it; while its user may answer, also what is asked.

    The token is told to the key that submitted the case and to no other.
    """
    document = case_document(case) if document is None else document
    use_case = services.policy.use_cases.get(case.use_case)
    if case.state is not CaseState.OPEN or case.route_to not in ASKING or use_case is None:
        return document
    find = partial(question_of, case_id=case.id, kind=QuestionKind.CHOICE)
    question = await services.database.read(find)
    if question is None or not question.is_open:
        return document
    return document | {"ask": _asked(question, use_case=use_case, seed=seed)}


def _asked(question: Question, *, use_case: UseCase, seed: bytes) -> dict[str, Any]:
    token = answer_token(seed, question.salt)
    return {
        "question": question.wording,
        "labels": list(use_case.labels),
        "words": {label: words_of(label, question, use_case=use_case) for label in use_case.labels},
        "until": None if question.until is None else moment(question.until),
        "token": token if question.takes(token) else None,
    }
