"""What callers get back; the models document what ``hitl.documents`` builds."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from starlette.responses import Response

from hitl.vocabulary import By, CaseState, RouteTo, Verdict


class RouteOut(BaseModel):
    """Where the prediction went, and why in words."""

    to: RouteTo
    reason: str | None


class PredictionOut(BaseModel):
    """The AI's answer: its top label."""

    label: str
    confidence: float | None


class OutcomeOut(BaseModel):
    """The label and verdict that stand."""

    verdict: Verdict | None
    label: str
    by: By
    reviewer: str | None
    note: str | None
    decided_at: datetime
    revision: int
    flagged: bool


class AskOut(BaseModel):
    """What whom the case is about is asked now."""

    question: str
    labels: list[str]
    """What they may choose from..."""
    words: dict[str, str]
    """...and what each means to them."""
    until: datetime | None
    """Then others are asked; an answer counts for as long as nobody has decided."""
    token: str | None
    """Answers once, by `POST /v1/cases/{id}/answer`; null to other keys than the submitter's."""


class CaseOut(BaseModel):
    """A case as callers see it.

    Where the key may review and not read, a case that is answered blind has no key, reason,
    prediction and metadata; `question` and what follows come with such a case alone.
    """

    id: int
    use_case: str
    key: str | None
    state: CaseState
    route: RouteOut
    prediction: PredictionOut | None
    outcome: OutcomeOut | None
    metadata: Any
    question: str | None = None
    labels: list[str] | None = None
    title: str | None = None
    text: str | None = None
    context: list[dict[str, Any]] | None = None
    ask: AskOut | None = None
    """Present while the user may answer."""


class CasesOut(BaseModel):
    """A page of cases; ``next`` is the cursor to send as ``after``."""

    items: list[CaseOut]
    next: str | None


class BatchItemOut(BaseModel):
    """What became of one case of a batch."""

    status: Literal[200, 201, 403, 422, 500, 503]
    case: CaseOut | None = None
    problem: dict[str, Any] | None = None


class BatchOut(BaseModel):
    """One result for each case, in the order they were sent."""

    results: list[BatchItemOut]


class QuestionOut(BaseModel):
    """What a reviewer asked the submitter, and the answer that stands."""

    id: int
    text: str | None
    asked_by: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class TalliesOut(BaseModel):
    """Whether the counts were new; the same key and counts again are not."""

    stored: bool


class KnownAnswerOut(BaseModel):
    """An item that is kept to be shown to reviewers."""

    use_case: str
    key: str
    label: str


def answer(document: dict[str, Any], status: int = 200) -> Response:
    """A JSON answer; ASCII throughout, so that whatever a caller sent can be echoed back."""
    return Response(json.dumps(document), status, media_type="application/json")
