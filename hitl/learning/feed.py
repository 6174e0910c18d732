"""Reading labels in the order of their places, from where a reader stopped."""

import base64
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from hitl.errors import HitlError
from hitl.storage.predictions import STOOD
from hitl.storage.tables import case_contents, cases, label_marks, labels, pictures

_NO_PREDICTION = "person"


class CursorAhead(HitlError):
    """The cursor lies behind the last label that there is."""

    def __init__(self, after: int, last: int) -> None:
        super().__init__(
            f"There is no label {after}: the last one is {last}. The database may be an earlier"
            " copy; read from the beginning again."
        )


class Change(StrEnum):
    """What a row is to a reader who stopped where they say."""

    ADDED = "added"
    REVISED = "revised"
    """It may have been read before, with something else in it."""
    RETRACTED = "retracted"
    """Nothing stands any more: what was read of the case is to be dropped."""
    ERASED = "erased"
    """What was submitted is gone, and so must be every copy of it; the label stays."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which labels: ``after`` the last one read, up to ``until``; the rest never changes."""

    after: int = 0
    until: int | None = None
    use_cases: frozenset[str] | None = None
    model: str | None = None
    escalated: bool | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """One row for a reader; ``label`` and all that says how sure it is are None once retracted."""

    cursor: int
    change: Change
    case_id: int
    use_case: str
    key: str
    label: str | None
    verdict: str | None
    flagged: bool
    source: str | None
    reviewers: tuple[str, ...]
    adjudicated: bool
    decided_at: datetime | None
    submitted_at: datetime
    predicted: str | None
    """The AI's label; None where a person sent the item and no AI stands behind it."""
    confidence: float | None
    scores: dict[str, float]
    model: str | None
    policy_version: str
    escalated: bool
    draw: float
    audit_rate: float
    item: dict[str, Any] | None
    """What was submitted; None once it is erased or the label retracted."""

    @property
    def weight(self) -> float | None:
        """How many predictions like it this one stands for; None where nobody can say.

        Everything escalated is labelled, of what stood the audited share alone.
        """
        if self.escalated:
            return 1.0
        return 1 / self.audit_rate if self.source == "audit" and self.audit_rate else None


_ESCALATED = ~STOOD
_ROWS = (
    select(
        labels,
        *(
            cases.c[name]
            for name in ("key", "submitted_at", "routed_by", "confidence", "scores", "model",
                         "policy_version", "draw", "audit_rate")
        ),
        cases.c.label.label("predicted"),
        _ESCALATED.label("escalated"),
        *(case_contents.c[name] for name in ("title", "text", "reason", "evidence")),
        case_contents.c.caller_metadata,
        case_contents.c.salt,
    )
    .join_from(labels, cases, cases.c.id == labels.c.case_id)
    .outerjoin(case_contents, case_contents.c.case_id == cases.c.id)
)  # fmt: skip


def is_label_marked(connection: Connection) -> bool:
    """Whether some label is to be told that may have changed."""
    return connection.execute(select(label_marks.c.id).limit(1)).first() is not None


def last_position(connection: Connection) -> int:
    """Of the label told last; 0 before the first."""
    return int(connection.execute(select(func.max(labels.c.position))).scalar() or 0)


def count_labels(connection: Connection, wanted: Selection) -> int:
    """How many there are to read."""
    chosen = select(func.count()).join_from(labels, cases, cases.c.id == labels.c.case_id)
    return int(connection.execute(chosen.where(*_conditions(wanted))).scalar_one())


def read_labels(
    connection: Connection,
    wanted: Selection,
    *,
    limit: int,
    start: int = 0,
    with_pictures: bool = False,
) -> list[Label]:
    """At most ``limit`` in order; pages of one reading begin at their ``start``.

    What a row is to its reader is told by where the reading began, not the page.
    """
    chosen = (
        _ROWS.where(*_conditions(wanted), labels.c.position > start)
        .order_by(labels.c.position)
        .limit(limit)
    )
    rows = connection.execute(chosen).all()
    shown = _pictures(connection, rows) if with_pictures else {}
    return [_label(row, after=wanted.after, pictures=shown) for row in rows]


def _conditions(wanted: Selection) -> Iterable[ColumnElement[bool]]:
    yield labels.c.position > wanted.after
    # Whoever was never told of a case need not hear that it has no label.
    yield labels.c.label.is_not(None) | (labels.c.first_position <= wanted.after)
    if wanted.until is not None:
        yield labels.c.position <= wanted.until
    if wanted.use_cases is not None:
        yield labels.c.use_case.in_(sorted(wanted.use_cases))
    if wanted.model is not None:
        yield cases.c.model == wanted.model
    if wanted.escalated is not None:
        yield _ESCALATED if wanted.escalated else ~_ESCALATED


def _label(row: Row[Any], *, after: int, pictures: dict[int, dict[str, Any]]) -> Label:
    is_predicted = row.routed_by != _NO_PREDICTION
    return Label(
        cursor=row.position,
        change=_change(row, after=after),
        case_id=row.case_id,
        use_case=row.use_case,
        key=row.key,
        label=row.label,
        verdict=row.verdict,
        flagged=row.flagged,
        source=row.source,
        reviewers=tuple(row.reviewers),
        adjudicated=row.adjudicated,
        decided_at=row.decided_at,
        submitted_at=row.submitted_at,
        predicted=row.predicted if is_predicted else None,
        confidence=row.confidence if is_predicted else None,
        scores=row.scores if is_predicted else {},
        model=row.model,
        policy_version=row.policy_version,
        escalated=bool(row.escalated),
        draw=row.draw,
        audit_rate=row.audit_rate,
        item=_item(row, pictures),
    )


def _change(row: Row[Any], *, after: int) -> Change:
    if row.first_position > after:
        return Change.ADDED
    if row.label is None:
        return Change.RETRACTED
    return Change.ERASED if row.erased else Change.REVISED


def _item(row: Row[Any], pictures: dict[int, dict[str, Any]]) -> dict[str, Any] | None:
    if row.salt is None or row.label is None:
        return None
    return {
        "title": row.title,
        "text": row.text,
        "reason": row.reason,
        "evidence": [
            piece | pictures.get(piece.get("image_id", 0), {}) for piece in row.evidence or ()
        ],
        "metadata": row.caller_metadata,
    }


def _pictures(connection: Connection, rows: Collection[Row[Any]]) -> dict[int, dict[str, Any]]:
    case_ids = [row.case_id for row in rows if row.evidence and row.label is not None]
    found = connection.execute(
        select(pictures.c.id, pictures.c.media_type, pictures.c.content).where(
            pictures.c.case_id.in_(case_ids)
        )
    )
    return {
        row.id: {
            "media_type": row.media_type,
            "image_base64": base64.b64encode(row.content).decode(),
        }
        for row in found
    }
