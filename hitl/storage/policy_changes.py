"""The record of policy changes: what was asked for, by whom, who signed and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from hitl.errors import HitlError
from hitl.policy.changes import Difference
from hitl.policy.stored import Content
from hitl.storage.database import Transaction
from hitl.storage.slack_copies import Place
from hitl.storage.statements import insert_new
from hitl.storage.tables import policy_changes, policy_signatures


class ChangeState(StrEnum):
    """What has become of a change."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """The way on which a change came."""

    START = "start"
    """The file had another content when the service started."""
    RELOAD = "reload"
    """The service was told to read the file again."""
    APPLY = "apply"
    """``hitl policy apply``."""
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Signature:
    """One office's yes."""

    office: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one use case's policy."""

    id: int
    use_case: str
    state: ChangeState
    version: str | None
    """None where the use case leaves the policy."""
    version_before: str | None
    """None where it is new."""
    content: Content | None
    differences: tuple[Difference, ...]
    effect: Mapping[str, Any] | None
    approvers: Mapping[str, str]
    """Who has to sign, by office; empty where nobody has to."""
    source: Source
    by: str
    asked_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None
    place: Place | None
    signatures: tuple[Signature, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The offices that have not signed."""
        signed = {signature.office for signature in self.signatures}
        return tuple(office for office in self.approvers if office not in signed)


class ChangeNotFound(HitlError):
    """There is no change of this number."""

    def __init__(self, change_id: int) -> None:
        super().__init__(f"There is no policy change {change_id}: see `hitl policy history`.")


def change_by_id(connection: Connection, change_id: int) -> Change:
    """Look it up; raises ``ChangeNotFound``."""
    row = connection.execute(
        select(policy_changes).where(policy_changes.c.id == change_id)
    ).one_or_none()
    if row is None:
        raise ChangeNotFound(change_id)
    return _changes(connection, [row])[0]


def proposed_change(connection: Connection, use_case: str) -> Change | None:
    """The use case's change that still waits for signatures."""
    return _latest(connection, use_case, ChangeState.PROPOSED)


def applied_change(connection: Connection, use_case: str) -> Change | None:
    """The change that made the use case's policy what it is, or took it away."""
    return _latest(connection, use_case, ChangeState.APPLIED)


def deciding_change(connection: Connection, use_case: str) -> Change | None:
    """The change since which it has its version; later ones changed nothing that decides."""
    return _latest(
        connection,
        use_case,
        ChangeState.APPLIED,
        policy_changes.c.version_before.is_distinct_from(policy_changes.c.version),
    )


def changes_of(connection: Connection, use_case: str | None = None) -> list[Change]:
    """Every change, or of one use case, the oldest first."""
    wanted = select(policy_changes).order_by(policy_changes.c.id)
    if use_case is not None:
        wanted = wanted.where(policy_changes.c.use_case == use_case)
    return _changes(connection, list(connection.execute(wanted)))


def record_change(tx: Transaction, values: Mapping[str, Any]) -> int:
    """Store a new change; its number."""
    inserted = tx.connection.execute(
        insert(policy_changes).returning(policy_changes.c.id), {**values, "asked_at": tx.now}
    )
    return int(inserted.scalar_one())


def record_signature(tx: Transaction, change_id: int, *, office: str, by: str) -> bool:
    """Store an office's yes; False when it had signed before."""
    values = {"change_id": change_id, "office": office, "by": by, "at": tx.now}
    return insert_new(tx.connection, policy_signatures, values) is not None


def settle_change(
    tx: Transaction, change_id: int, *, state: ChangeState, by: str, reason: str | None = None
) -> bool:
    """End a proposal; False when it had ended before."""
    settled = tx.connection.execute(
        update(policy_changes)
        .where(policy_changes.c.id == change_id, policy_changes.c.state == ChangeState.PROPOSED)
        .values(state=state, settled_at=tx.now, settled_by=by, reason=reason)
    )
    return settled.rowcount == 1


def record_change_place(tx: Transaction, change_id: int, place: Place) -> None:
    """Keep where its message stands."""
    tx.connection.execute(
        update(policy_changes)
        .where(policy_changes.c.id == change_id)
        .values(slack_channel=place.channel, ts=place.ts)
    )


def _latest(
    connection: Connection, use_case: str, state: ChangeState, *more: ColumnElement[bool]
) -> Change | None:
    row = connection.execute(
        select(policy_changes)
        .where(policy_changes.c.use_case == use_case, policy_changes.c.state == state, *more)
        .order_by(policy_changes.c.settled_at.desc(), policy_changes.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _changes(connection, [row])[0]


def _changes(connection: Connection, rows: list[Row[Any]]) -> list[Change]:
    signed: dict[int, list[Signature]] = {row.id: [] for row in rows}
    signatures = connection.execute(
        select(policy_signatures)
        .where(policy_signatures.c.change_id.in_(signed))
        .order_by(policy_signatures.c.id)
    )
    for row in signatures:
        signed[row.change_id].append(Signature(row.office, row.by, row.at))
    return [_change(row, tuple(signed[row.id])) for row in rows]


def _change(row: Row[Any], signatures: tuple[Signature, ...]) -> Change:
    return Change(
        id=row.id,
        use_case=row.use_case,
        state=ChangeState(row.state),
        version=row.version,
        version_before=row.version_before,
        content=row.content,
        differences=tuple(Difference(*each) for each in row.differences),
        effect=row.effect,
        approvers=row.approvers or {},
        source=Source(row.source),
        by=row.by,
        asked_at=row.asked_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        reason=row.reason,
        place=None if row.ts is None else Place(channel=row.slack_channel, ts=row.ts),
        signatures=signatures,
    )
