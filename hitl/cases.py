"""A case as it is read: plain data for cards, API answers and webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hitl.strategies import Opinion
from hitl.vocabulary import By, CaseState, CheckKind, CheckState, RouteTo, Verdict


@dataclass(frozen=True, slots=True)
class Overruled:
    """What stood before somebody overruled it, and who or what it came from."""

    verdict: Verdict
    label: str
    by: By
    reviewer: str | None
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The label and verdict that stand; exactly one revision of a case is current."""

    verdict: Verdict
    label: str
    by: By
    reviewer: str | None
    note: str | None
    decided_at: datetime
    revision: int
    flagged: bool
    overruled: Overruled | None = None
    """None for an outcome that took the place of no other."""
    is_blind: bool = False
    """As reviewers see it, whom its verdict must not tell what the AI proposed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of context; exactly one of text, fields, image_url, image_id and url is set."""

    title: str
    text: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    image_url: str | None = None
    image_id: int | None = None
    """An uploaded picture; bytes are read from storage, never carried in a case."""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote on a case."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """A blind check of a case: what a person said who did not see what the AI had said."""

    kind: CheckKind
    state: CheckState
    is_apart: bool
    """Its answer decides nothing by itself: the case goes another way than to reviewers."""
    known_label: str | None = None
    reviewer: str | None = None
    verdict: Verdict | None = None
    label: str | None = None
    answered_at: datetime | None = None
    final_label: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question to whoever submitted the case; what was erased of it is None."""

    id: int
    author: str
    text: str | None
    at: datetime
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history."""

    type: str
    actor: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tried:
    """A step of a case's chain that asks somebody for a while: under way, or what it came to."""

    kind: RouteTo
    until: datetime
    ended_at: datetime | None = None
    stood: bool | None = None
    why: str | None = None
    opinions: tuple[Opinion, ...] = ()
    """Of second models, those that are in."""


@dataclass(frozen=True, slots=True)
class Case:
    """One item submitted, with everything a reader may need; times are aware UTC."""

    id: int
    use_case: str
    key: str
    state: CaseState
    submitted_at: datetime
    route_to: RouteTo
    route_reason: str
    label: str
    """The AI's label: the top score, or the one the caller named."""
    confidence: float | None
    scores: Mapping[str, float]
    model: str | None
    policy_version: str
    draw: float
    audit_rate: float
    people_since: datetime | None = None
    """When people were first asked; None where they are not, or not yet."""
    title: str | None = None
    text: str | None = None
    reason: str | None = None
    """The AI's own reasoning, as the caller sent it."""
    evidence: tuple[Evidence, ...] = ()
    metadata: Any = None
    callback_url: str | None = None
    sent_by_person: bool = False
    """The label is no AI's: it is what whoever sent the case expects."""
    outcome: Outcome | None = None
    erased: bool = False
    """What people wrote has left it; what was decided stays."""
    votes: int = 0
    """How many people's votes are in and stand; what they chose is not told here."""
    reviews_needed: int = 1
    is_blind: bool = False
    """People answer without seeing what the AI proposes."""
    is_known: bool = False
    """Its answer is known: it is no prediction, and callers never hear of it."""
    check: Check | None = None
    notes: tuple[Note, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    tried: tuple[Tried, ...] = ()
    """Who else was asked, in order."""
    has_card: bool = False
    """A message in Slack stands for it; where not, one may be on its way."""

    @property
    def has_pictures(self) -> bool:
        """Whether pictures were uploaded with it, which storage and Slack have files of."""
        return any(piece.image_id is not None for piece in self.evidence)


def listed_as(case_id: int, *, title: str | None, key: str, is_blind: bool) -> str:
    """What a list calls a case; a key would tell more of a blind one than its card does."""
    return title or (f"case {case_id}" if is_blind else key)
