"""Model versions: told by whoever deploys them or seen in traffic, and what changed with each."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from hitl.learning.comparison import compare, comparison_document
from hitl.policy.use_case import UseCase
from hitl.reports.facts import CHECKS
from hitl.reports.ledger import EVER, Ledger
from hitl.statistics.minimums import CALIBRATION
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import cases, model_versions


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a use case's model."""

    version: str
    first_seen_at: datetime
    told_by: str | None
    trained_through: int | None
    notes: str | None
    reported_at: datetime | None = None
    """When its before and after was told in Slack."""
    checks: int = 0
    """Of its shadow sample, settled."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A version, and what it changed, in the words of the API."""

    version: str
    document: dict[str, Any]


def tell_model(
    tx: Transaction,
    *,
    use_case: str,
    version: str,
    told_by: str,
    trained_through: int | None = None,
    notes: str | None = None,
) -> bool:
    """Whether it is new; telling it again replaces what was told before."""
    told = {"told_by": told_by, "trained_through": trained_through, "notes": notes}
    new = {"use_case": use_case, "version": version, "first_seen_at": tx.now, **told}
    if insert_new(tx.connection, model_versions, new) is not None:
        return True
    tx.connection.execute(
        update(model_versions)
        .where(model_versions.c.use_case == use_case, model_versions.c.version == version)
        .values(**told)
    )
    return False


def unseen_models(
    connection: Connection, *, use_case: str, since: datetime
) -> list[tuple[str, datetime]]:
    """Versions in the traffic since then that are not written down, and when each began."""
    known = select(model_versions.c.version).where(model_versions.c.use_case == use_case)
    rows = connection.execute(
        select(cases.c.model, func.min(cases.c.submitted_at).label("first"))
        .where(
            cases.c.use_case == use_case,
            cases.c.submitted_at >= since,
            cases.c.model.is_not(None),
            cases.c.model.not_in(known),
        )
        .group_by(cases.c.model)
    )
    return [(row.model, row.first) for row in rows]


def note_seen(tx: Transaction, *, use_case: str, version: str, at: datetime) -> None:
    """Write down a version that nobody told of."""
    values = {"use_case": use_case, "version": version, "first_seen_at": at}
    insert_new(tx.connection, model_versions, values)


def model_list(connection: Connection, *, use_case: str) -> list[ModelVersion]:
    """In the order in which they came."""
    settled = Ledger.open(connection, use_case).rows(CHECKS, [EVER], "model")
    counted = {row.model: int(row.checks) for row in settled}
    rows = connection.execute(
        select(model_versions)
        .where(model_versions.c.use_case == use_case)
        .order_by(model_versions.c.first_seen_at, model_versions.c.id)
    )
    return [
        ModelVersion(
            version=row.version,
            first_seen_at=row.first_seen_at,
            told_by=row.told_by,
            trained_through=row.trained_through,
            notes=row.notes,
            reported_at=row.reported_at,
            checks=counted.get(row.version, 0),
        )
        for row in rows
    ]


def new_model(connection: Connection, *, use_case: UseCase) -> Compared | None:
    """The newest version of which nobody was told, once it has 100 checks, beside its predecessor.

    To be looked for outside of any transaction that others wait for: it reads what two versions
    predicted.
    """
    known = model_list(connection, use_case=use_case.name)
    for before, after in reversed([*itertools.pairwise(known)]):
        if after.checks >= CALIBRATION and after.reported_at is None:
            found = compare(
                connection, use_case=use_case, before=before.version, after=after.version
            )
            return Compared(after.version, comparison_document(found))
    return None


def report_model(tx: Transaction, found: Compared, *, use_case: UseCase) -> bool:
    """Have the channel told of it; False where that was done before."""
    if not _is_first_report(tx, use_case=use_case.name, version=found.version):
        return False
    _tell(tx, use_case=use_case, document=found.document)
    return True


def _is_first_report(tx: Transaction, *, use_case: str, version: str) -> bool:
    first = tx.connection.execute(
        update(model_versions)
        .where(
            model_versions.c.use_case == use_case,
            model_versions.c.version == version,
            model_versions.c.reported_at.is_(None),
        )
        .values(reported_at=tx.now)
    )
    return first.rowcount == 1


def _tell(tx: Transaction, *, use_case: UseCase, document: dict[str, Any]) -> None:
    outbox.put(
        tx,
        kind=outbox.Kind.NOTICE,
        stream=f"models:{use_case.name}",
        lane=outbox.posts_lane(use_case.channel),
        use_case=use_case.name,
        payload={"channel": use_case.channel, "says": "models_compared", "found": document},
    )


LOOK_BACK = timedelta(hours=1)
"""How far back traffic is looked through again for versions, each time."""
