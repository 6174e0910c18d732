"""One request for each call of the API, as somebody sends it who is after the use case digits."""

from dataclasses import dataclass
from typing import Any

from hitl.api_keys import Scope

DIGIT = {"use_case": "digits", "key": "stolen", "label": "7", "confidence": 0.5}
TALLIES = {
    "use_case": "digits",
    "key": "hour 9",
    "since": "2026-11-23T09:00:00Z",
    "until": "2026-11-23T09:10:00Z",
    "counts": [{"label": "7", "band": [0.9, 1.0], "count": 9}],
}


@dataclass(frozen=True, slots=True)
class Door:
    """A call: which scope opens it, and what somebody is told whose key is for other use cases."""

    scope: Scope
    elsewhere: int
    body: dict[str, Any] | None = None
    query: str = ""
    instead: frozenset[Scope] = frozenset()
    """Scopes that open it too, to less."""
    conflict: bool = False
    """Behind the door stands that the case asks for no such thing."""
    lacks: str = ""
    """What is not there, and is named to whoever may come in."""


DOORS: dict[tuple[str, str], Door] = {
    ("POST", "/v1/cases"): Door(Scope.SUBMIT, 403, DIGIT),
    # Each item is refused by itself: see test_keys.
    ("POST", "/v1/cases/batch"): Door(Scope.SUBMIT, 200, {"cases": [DIGIT]}),
    ("POST", "/v1/tallies"): Door(Scope.SUBMIT, 403, TALLIES),
    # Lists hold what is theirs: see test_keys.
    ("GET", "/v1/cases"): Door(Scope.READ, 200, instead=frozenset({Scope.REVIEW})),
    ("GET", "/v1/cases/{case_id}"): Door(Scope.READ, 404, instead=frozenset({Scope.REVIEW})),
    ("POST", "/v1/known-answers"): Door(
        Scope.SUBMIT, 403, {"use_case": "digits", "key": "gold", "label": "7", "text": "seven"}
    ),
    ("POST", "/v1/cases/{case_id}/reviews"): Door(
        Scope.REVIEW, 404, {"reviewer": "mallory", "verdict": "approve"}
    ),
    ("POST", "/v1/cases/{case_id}/truth"): Door(Scope.SUBMIT, 404, {"label": "7"}),
    ("POST", "/v1/cases/{case_id}/withdraw"): Door(Scope.SUBMIT, 404),
    ("POST", "/v1/cases/{case_id}/answer"): Door(
        Scope.SUBMIT, 404, {"token": "guessed", "label": "7"}, conflict=True
    ),
    ("POST", "/v1/cases/{case_id}/feedback"): Door(
        Scope.SUBMIT, 404, {"right": True}, conflict=True
    ),
    ("POST", "/v1/cases/{case_id}/replies"): Door(
        Scope.SUBMIT, 404, {"question_id": 1, "text": "let it stand"}, lacks="question"
    ),
    ("POST", "/v1/models"): Door(Scope.SUBMIT, 403, {"use_case": "digits", "version": "cnn@7"}),
    ("GET", "/v1/models"): Door(Scope.READ, 403, query="?use_case=digits"),
    ("GET", "/v1/models/{version}/calibration"): Door(
        Scope.READ, 403, query="?use_case=digits", lacks="calibration"
    ),
    ("GET", "/v1/labels"): Door(Scope.READ, 403, query="?use_case=digits"),
    ("GET", "/v1/stats"): Door(Scope.READ, 403, query="?use_case=digits"),
    ("GET", "/metrics"): Door(Scope.READ, 200),
}
"""Of each call under ``/v1``: one that is not here fails a test."""
