"""Refusals as RFC 9457 problem documents: what is wrong, where, and what would be right."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.intake.callbacks import CallbackRefused
from bot.intake.keyring import KeysUnknown, MayNotRoute, NotForThisKey
from hitl.documents import outcome_document
from hitl.errors import HitlError
from hitl.learning.feed import CursorAhead
from hitl.policy import UnknownUseCase
from hitl.reports.windows import WindowNotUnderstood
from hitl.review import (
    AlreadyAnswered,
    AlreadyDecided,
    AlreadyVoted,
    CaseDisputed,
    CaseErased,
    CaseNotFound,
    CaseWithdrawn,
    FeedbackGiven,
    KeyReused,
    LabelNotAllowed,
    LabelRequired,
    LabelUnknown,
    NeedsOthers,
    NoFeedbackAsked,
    QuestionNotFound,
    TallyKeyReused,
    TokenWrong,
    UserHasAnswered,
    UserNotAsked,
)
from hitl.routing import RoutingError
from hitl.storage.database import StorageUnavailable

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One wrong field."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document (RFC 9457); ``errors`` names each wrong field."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a call's documentation tells of them.

    With a reference to ``Problem``, which FastAPI would otherwise build anew for each call and
    status as the service starts.
    """
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


@dataclass(frozen=True, slots=True)
class _Kind:
    status: HTTPStatus
    code: str
    field: str | None = None


_KINDS: dict[type[HitlError], _Kind] = {
    UnknownUseCase: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown-use-case", "use_case"),
    CursorAhead: _Kind(HTTPStatus.CONFLICT, "cursor-ahead", "after"),
    KeyReused: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", "key"),
    TallyKeyReused: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", "key"),
    LabelUnknown: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "label-unknown", "label"),
    LabelRequired: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "label-required", "label"),
    LabelNotAllowed: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "label-not-allowed", "label"),
    WindowNotUnderstood: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "window"),
    CallbackRefused: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "callback_url"),
    RoutingError: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request"),
    NotForThisKey: _Kind(HTTPStatus.FORBIDDEN, "not-for-this-key", "use_case"),
    MayNotRoute: _Kind(HTTPStatus.FORBIDDEN, "forbidden", "routed"),
    KeysUnknown: _Kind(HTTPStatus.SERVICE_UNAVAILABLE, "storage-unavailable"),
    CaseNotFound: _Kind(HTTPStatus.NOT_FOUND, "case-not-found"),
    AlreadyDecided: _Kind(HTTPStatus.CONFLICT, "already-decided"),
    QuestionNotFound: _Kind(HTTPStatus.NOT_FOUND, "question-not-found"),
    AlreadyAnswered: _Kind(HTTPStatus.CONFLICT, "already-answered"),
    AlreadyVoted: _Kind(HTTPStatus.CONFLICT, "already-voted"),
    NeedsOthers: _Kind(HTTPStatus.CONFLICT, "needs-others"),
    UserHasAnswered: _Kind(HTTPStatus.CONFLICT, "already-answered"),
    FeedbackGiven: _Kind(HTTPStatus.CONFLICT, "feedback-given"),
    NoFeedbackAsked: _Kind(HTTPStatus.CONFLICT, "no-feedback-asked"),
    UserNotAsked: _Kind(HTTPStatus.CONFLICT, "user-not-asked"),
    TokenWrong: _Kind(HTTPStatus.FORBIDDEN, "token-wrong", "token"),
    CaseDisputed: _Kind(HTTPStatus.CONFLICT, "disputed"),
    CaseWithdrawn: _Kind(HTTPStatus.CONFLICT, "withdrawn"),
    CaseErased: _Kind(HTTPStatus.CONFLICT, "erased"),
    StorageUnavailable: _Kind(HTTPStatus.SERVICE_UNAVAILABLE, "storage-unavailable"),
}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    **more: Any,
) -> dict[str, Any]:
    """The document as data; ``code`` is what a program looks at."""
    return {
        "type": f"urn:hitl:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": list(errors),
        **more,
    }


def problem_response(document: Mapping[str, Any], **headers: str) -> Response:
    """The document as an answer."""
    return Response(
        json.dumps(document), document["status"], media_type=MEDIA_TYPE, headers=headers
    )


def problem_of(error: HitlError) -> dict[str, Any]:
    """The document of one of the domain's refusals."""
    kind = _KINDS[type(error)]
    errors: list[dict[str, str]] = []
    if isinstance(error, RoutingError):
        errors = [{"field": error.field, "message": error.message}]
    elif kind.field is not None:
        errors = [{"field": kind.field, "message": str(error)}]
    more = {"outcome": outcome_document(error.outcome)} if isinstance(error, AlreadyDecided) else {}
    return problem(kind.status, kind.code, str(error), errors=errors, **more)


def problem_of_failure() -> dict[str, Any]:
    """The document of a mistake of this program; what it was stands in the log alone."""
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "This is a mistake of ours; the log of the service tells more.",
    )


def problem_of_validation(errors: Sequence[Any], *, skip: int = 0) -> dict[str, Any]:
    """The document of pydantic's complaints; ``skip`` leading parts of a place are not fields."""
    if any(error["type"] == "json_invalid" for error in errors):
        reason = errors[0].get("ctx", {}).get("error", "it can't be read")
        return problem(HTTPStatus.BAD_REQUEST, "malformed-json", f"The body is not JSON: {reason}.")
    fields = [{"field": _place(error["loc"][skip:]), "message": _words(error)} for error in errors]
    named = ", ".join(dict.fromkeys(field["field"] for field in fields))
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", f"Wrong: {named}.", errors=fields
    )


def install_problems(app: FastAPI) -> None:
    """Answer every refusal of ``app`` with a problem document."""

    @app.exception_handler(HitlError)
    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HitlError)  # noqa: S101 - the handler is registered for it
        return problem_response(problem_of(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        if isinstance(error.body, bytes):
            return problem_response(_not_sent_as_json(request.headers.get("content-type")))
        return problem_response(problem_of_validation(error.errors(), skip=1))

    @app.exception_handler(HTTPException)
    async def other(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        document = problem(error.status_code, code, str(error.detail))
        return problem_response(document, **(error.headers or {}))

    # The server logs it: Starlette raises it again once this is sent.
    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> Response:
        return problem_response(problem_of_failure())


def _not_sent_as_json(content_type: str | None) -> dict[str, Any]:
    found = "none" if content_type is None else f'"{content_type}"'
    message = f"must be sent with the header Content-Type: application/json; found {found}"
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-request",
        f"The body {message}.",
        errors=[{"field": "body", "message": message}],
    )


def _place(parts: Sequence[Any]) -> str:
    return ".".join(str(part) for part in parts if part != "[key]") or "body"


_PLAINLY = {
    "extra_forbidden": "is not a known field",
    "missing": "is required",
    "dict_type": "should be a JSON object",
    "model_type": "should be a JSON object",
    "model_attributes_type": "should be a JSON object",
}
_BEGINNING = re.compile(r"^(Input|String|Value|List|Dictionary) ")


def _words(error: Mapping[str, Any]) -> str:
    """What follows the name of the field; how its words were found out is left out."""
    words = _BEGINNING.sub("", str(error["msg"])).partition(" after validation")[0]
    return _PLAINLY.get(error["type"], words)
