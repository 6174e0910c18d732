"""The service's answers as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from hitl.cases import Outcome
from hitl.errors import HitlError
from hitl.vocabulary import By, CaseState, RouteTo, Verdict


class HitlRefused(HitlError):
    """The service said no; ``errors`` names each wrong field."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        errors = problem.get("errors") or []
        named = "; ".join(f"{error['field']}: {error['message']}" for error in errors)
        super().__init__(named or str(problem.get("detail") or f"the service answered {status}"))
        self.status = status
        self.problem = problem
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Ask:
    """What whom the case is about may answer now."""

    question: str
    labels: tuple[str, ...]
    until: datetime | None
    token: str | None = field(repr=False)
    """Answers once; None for another key than the one that submitted the case."""

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | None) -> Self | None:
        """The same in the form the service sends; None where nobody is asked."""
        if document is None:
            return None
        until = document["until"]
        return cls(
            question=document["question"],
            labels=tuple(document["labels"]),
            until=None if until is None else datetime.fromisoformat(until),
            token=document["token"],
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A case as its caller sees it; ``outcome`` is set once it is decided."""

    id: int
    use_case: str
    key: str
    state: CaseState
    route_to: RouteTo
    route_reason: str
    label: str
    confidence: float | None
    outcome: Outcome | None
    metadata: Any
    ask: Ask | None = None
    """Set while the user may answer."""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The answer in the form the service sends."""
        return cls(
            id=document["id"],
            use_case=document["use_case"],
            key=document["key"],
            state=CaseState(document["state"]),
            route_to=RouteTo(document["route"]["to"]),
            route_reason=document["route"]["reason"],
            label=document["prediction"]["label"],
            confidence=document["prediction"]["confidence"],
            outcome=_outcome(document["outcome"]),
            metadata=document["metadata"],
            ask=Ask.from_json(document.get("ask")),
        )


def _outcome(document: Mapping[str, Any] | None) -> Outcome | None:
    if document is None:
        return None
    return Outcome(
        verdict=Verdict(document["verdict"]),
        label=document["label"],
        by=By(document["by"]),
        reviewer=document["reviewer"],
        note=document["note"],
        decided_at=datetime.fromisoformat(document["decided_at"]),
        revision=document["revision"],
        flagged=document["flagged"],
    )
