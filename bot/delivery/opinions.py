"""What a second model is asked and what it may answer, as JSON."""

import base64
import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from bot.intake.fields import MOST_LABELS, Label, Name, Reason, Score
from hitl.cases import Case, Evidence
from hitl.documents import moment
from hitl.percent import percent
from hitl.policy import UseCase
from hitl.policy.wording import listed, quoted
from hitl.storage.database import Clock
from hitl.strategies import Opinion

MOST_ANSWER = 256 * 1024
"""Bytes of an answer."""
_LONGEST_NAME = 100
_LONGEST_WHY = 200

Pictures = Mapping[int, tuple[str, bytes]]
"""Media type and bytes by id."""


class NoOpinion(Exception):
    """The answer can't be used; the words follow the model's name."""


class _OpinionIn(BaseModel):
    """``scores``, or ``label`` with its ``confidence``; other fields are passed over."""

    model_config = ConfigDict(strict=True, frozen=True)

    scores: Annotated[dict[Label, Score], Field(min_length=1, max_length=MOST_LABELS)] | None = None
    label: Label | None = None
    confidence: Score | None = None
    model: Name | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _one_prediction(self) -> Self:
        if self.scores is None and (self.label is None or self.confidence is None):
            raise PydanticCustomError("prediction", "needs scores, or label with confidence")
        return self


def opinion_request(
    case: Case, *, use_case: UseCase, pictures: Pictures, clock: Clock
) -> dict[str, Any]:
    """The item with its evidence and the labels to choose from; never what the AI said of it.

    A model that knew would be no second opinion.
    """
    item = {
        "id": case.id,
        "use_case": case.use_case,
        "key": case.key,
        "question": use_case.question,
        "labels": list(use_case.labels),
        "title": case.title,
        "text": case.text,
        "context": [_context(piece, pictures) for piece in case.evidence],
        "metadata": case.metadata,
    }
    return {"type": "case.opinion", "timestamp": moment(clock()), "data": item}


def read_opinion(
    content: bytes, *, name: str, use_case: UseCase, keep_name: bool
) -> tuple[Opinion, Mapping[str, float]]:
    """The opinion and all its scores; raises ``NoOpinion``.

    ``name`` is what people read unless the model says what it calls itself and ``keep_name``
    allows that.
    """
    given = _given(content)
    scores = given.scores or {given.label or "": given.confidence or 0.0}
    if not scores.keys() <= use_case.labels.keys():
        # Not what it wrote there: that may be the item's own words, and history forgets nothing.
        raise NoOpinion(f"gave no opinion: unknown label; known: {quoted(use_case.labels)}")
    label = max(scores, key=scores.__getitem__)
    tied = [other for other, score in scores.items() if score == scores[label]]
    if len(tied) > 1:
        raise NoOpinion(f"can't tell: {listed(tied)} tie at {percent(scores[label])}")
    shown = name if keep_name or given.model is None else given.model[:_LONGEST_NAME]
    opinion = Opinion(shown, label=label, confidence=scores[label], reason=given.reason)
    return opinion, scores


def _given(content: bytes) -> _OpinionIn:
    try:
        return _OpinionIn.model_validate(json.loads(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"][:1]  # further down is what it wrote as a label
        words = f"{place[0]}: {first['msg']}" if place else first["msg"]
        raise NoOpinion(f"gave no opinion: {words[:_LONGEST_WHY]}") from None
    except (ValueError, RecursionError):
        raise NoOpinion("gave no opinion: the answer is not JSON") from None


def _context(piece: Evidence, pictures: Pictures) -> dict[str, Any]:
    """One piece in the form that callers send it in."""
    if piece.image_id is not None:
        media_type, content = pictures[piece.image_id]
        encoded = base64.b64encode(content).decode()
        return {"title": piece.title, "image_base64": encoded, "media_type": media_type}
    if piece.fields:
        return {"title": piece.title, "fields": dict(piece.fields)}
    parts = {"text": piece.text, "image_url": piece.image_url, "url": piece.url}
    return {"title": piece.title} | {name: part for name, part in parts.items() if part is not None}
