"""What a caller submits, once it has been checked for form: plain data for the ``submit`` verb."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hitl.routing import Prediction
from hitl.vocabulary import RouteTo


@dataclass(frozen=True, slots=True)
class NewPicture:
    """An uploaded picture, decoded."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """One piece of context; exactly one of text, fields, image_url, picture and url is set."""

    title: str
    text: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    image_url: str | None = None
    picture: NewPicture | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """How the caller's own process has routed a prediction, to be kept and not drawn again."""

    to: RouteTo
    draw: float
    """Uniform in [0, 1)."""
    audit_rate: float
    policy_version: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One prediction with its item."""

    key: str
    fingerprint: str
    """Names the content: the same key may come again only with the same fingerprint."""
    prediction: Prediction
    ask_people: bool = False
    """The caller decided by itself that a person must look."""
    sent_by_person: bool = False
    """No AI stands behind it: the label is what whoever sent it expects."""
    routed: Routed | None = None
    title: str | None = None
    text: str | None = None
    reason: str | None = None
    evidence: tuple[NewEvidence, ...] = ()
    ask: Mapping[str, str] | None = None
    embedding: bytes | None = None
    """Of the item, as ``hitl.precedents.packed_embedding`` makes it."""
    callback_url: str | None = None
    metadata: Any = None
    submitted_by: str = "caller"
    """Who sent it, for the history."""
    answer_seed: bytes | None = field(default=None, repr=False)
    """A secret of whoever sent it, from which only they are told the user's answer token."""
