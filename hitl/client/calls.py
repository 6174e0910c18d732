"""Each call of the API as data, so that both clients say the same."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

from hitl.client.answers import Answer, HitlRefused

T = TypeVar("T")
LONGEST_WAIT = 25.0
"""Seconds of one long poll; proxies cut longer ones."""
TIMEOUT = httpx.Timeout(10.0, read=LONGEST_WAIT + 15)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """What to send, and how to read what comes back."""

    method: str
    path: str
    read: Callable[[Any], T]
    json: Any = None
    params: Mapping[str, Any] | None = None


def headers(api_key: str) -> dict[str, str]:
    """What every request carries."""
    return {"Authorization": f"Bearer {api_key}"}


def result(call: Call[T], response: httpx.Response) -> T:
    """What the service answered; raises ``HitlRefused``."""
    try:
        document = response.json()
    except json.JSONDecodeError:
        document = {"detail": f"the service answered {response.status_code} without JSON"}
    if response.is_success:
        return call.read(document)
    raise HitlRefused(response.status_code, document)


def submit(case: Mapping[str, Any]) -> Call[Answer]:
    """``POST /v1/cases``."""
    return Call("POST", "/v1/cases", Answer.from_json, json=case)


def submit_many(cases: Iterable[Mapping[str, Any]]) -> Call[list[Answer | HitlRefused]]:
    """``POST /v1/cases/batch``."""
    return Call("POST", "/v1/cases/batch", _read_batch, json={"cases": list(cases)})


def read_case(case_id: int, *, wait: float = 0) -> Call[Answer]:
    """``GET /v1/cases/{id}``."""
    return Call("GET", f"/v1/cases/{case_id}", Answer.from_json, params={"wait": wait})


def tell_truth(case_id: int, *, label: str, source: str) -> Call[Answer]:
    """``POST /v1/cases/{id}/truth``."""
    body = {"label": label, "source": source}
    return Call("POST", f"/v1/cases/{case_id}/truth", Answer.from_json, json=body)


def reply(case_id: int, *, question_id: int, text: str) -> Call[dict[str, Any]]:
    """``POST /v1/cases/{id}/replies``."""
    body = {"question_id": question_id, "text": text}
    return Call("POST", f"/v1/cases/{case_id}/replies", lambda document: document, json=body)


def give_answer(case_id: int, *, token: str, label: str | None, by: str | None) -> Call[Answer]:
    """``POST /v1/cases/{id}/answer``; no label for a user who would rather not decide."""
    said = {"declines": True} if label is None else {"label": label}
    body = {"token": token, "by": by, **said}
    return Call("POST", f"/v1/cases/{case_id}/answer", Answer.from_json, json=body)


def give_feedback(case_id: int, *, right: bool, label: str | None, by: str | None) -> Call[Answer]:
    """``POST /v1/cases/{id}/feedback``."""
    body = {"right": right, "label": label, "by": by}
    return Call("POST", f"/v1/cases/{case_id}/feedback", Answer.from_json, json=body)


def withdraw(case_id: int, *, reason: str | None) -> Call[Answer]:
    """``POST /v1/cases/{id}/withdraw``."""
    body = {"reason": reason}
    return Call("POST", f"/v1/cases/{case_id}/withdraw", Answer.from_json, json=body)


def tally(tallies: Mapping[str, Any]) -> Call[bool]:
    """``POST /v1/tallies``."""
    return Call("POST", "/v1/tallies", lambda document: bool(document["stored"]), json=tallies)


def _read_batch(document: Any) -> list[Answer | HitlRefused]:
    return [
        Answer.from_json(result["case"])
        if "case" in result
        else HitlRefused(result["status"], result["problem"])
        for result in document["results"]
    ]
