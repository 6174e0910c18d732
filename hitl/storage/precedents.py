"""Reading what people decided, for looking up what is similar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select

from hitl.precedents import Precedent
from hitl.storage.database import Transaction
from hitl.storage.tables import case_contents, cases, embeddings, outcomes
from hitl.vocabulary import By, CaseState, Verdict

NOT_PREDICTED = ("known",)
"""Cases whose answer was known before: nobody's question."""

_DECIDED_BY_PEOPLE = (
    (outcomes.c.case_id == cases.c.id)
    & outcomes.c.is_current
    & (outcomes.c.by == By.REVIEWER)
    & (cases.c.state == CaseState.DECIDED)
    & cases.c.routed_by.not_in(NOT_PREDICTED)
)

_IS_ERASED = case_contents.c.salt.is_(None)
# Made once: it is asked for every card.
_PRECEDENTS = (
    select(
        cases.c.id, cases.c.key, case_contents.c.title, case_contents.c.text,
        outcomes.c.verdict, outcomes.c.label, outcomes.c.reviewer, outcomes.c.note,
        outcomes.c.decided_at,
    )
    .select_from(cases)
    .join(outcomes, _DECIDED_BY_PEOPLE)
    .join(case_contents, case_contents.c.case_id == cases.c.id)
    .where(
        cases.c.use_case == bindparam("of_use_case"),
        cases.c.id.in_(bindparam("ids", expanding=True)),
        ~_IS_ERASED,
    )
)  # fmt: skip

Mark = tuple[datetime, int]
"""A place in the order of decisions: when, and the id of the case."""


@dataclass(frozen=True, slots=True)
class PastCase:
    """What a decided case is found by."""

    id: int
    decided_at: datetime
    text: str
    """Of the item itself, without its title: those that a program made up are all alike."""
    embedding: bytes | None

    @property
    def mark(self) -> Mark:
        """Its place among the decisions."""
        return self.decided_at, self.id


def keep_embeddings(tx: Transaction, packed: Mapping[int, bytes]) -> None:
    """Store the vectors of new cases by their ids."""
    rows = [{"case_id": case_id, "vector": vector} for case_id, vector in packed.items()]
    if rows:
        tx.connection.execute(insert(embeddings), rows)


def embedding_of(connection: Connection, case_id: int) -> bytes | None:
    """The case's vector, if one was sent and is not erased."""
    chosen = select(embeddings.c.vector).where(embeddings.c.case_id == case_id)
    return connection.execute(chosen).scalar()


def embeddings_of(connection: Connection, case_ids: Sequence[int]) -> dict[int, bytes]:
    """The cases' vectors, of those that have one."""
    chosen = select(embeddings.c.case_id, embeddings.c.vector)
    rows = connection.execute(chosen.where(embeddings.c.case_id.in_(case_ids)))
    return {row.case_id: row.vector for row in rows}


def erased_since(connection: Connection, use_case: str, *, after: datetime) -> list[int]:
    """Cases whose content was erased after the moment."""
    chosen = select(cases.c.id).where(cases.c.use_case == use_case, cases.c.erased_at > after)
    return list(connection.execute(chosen).scalars())


def latest_decided(
    connection: Connection, use_case: str, *, before: Mark | None, most: int
) -> list[PastCase]:
    """What people decided before the mark, the latest first; None for up to now."""
    chosen = _past(use_case).order_by(cases.c.decided_at.desc(), cases.c.id.desc()).limit(most)
    if before is not None:
        at, case_id = before
        same = (cases.c.decided_at == at) & (cases.c.id < case_id)
        chosen = chosen.where(cases.c.decided_at <= at, (cases.c.decided_at < at) | same)
    return _past_cases(connection, chosen)


def next_decided(
    connection: Connection, use_case: str, *, after: Mark, most: int
) -> list[PastCase]:
    """What people decided after the mark, the earliest first."""
    at, case_id = after
    same = (cases.c.decided_at == at) & (cases.c.id > case_id)
    chosen = _past(use_case).where(cases.c.decided_at >= at, (cases.c.decided_at > at) | same)
    ordered = chosen.order_by(cases.c.decided_at, cases.c.id).limit(most)
    return _past_cases(connection, ordered)


def precedents_of(
    connection: Connection, use_case: str, case_ids: Sequence[int]
) -> tuple[Precedent, ...]:
    """Those of the cases that people's decisions stand on now, in the order of ``case_ids``.

    A case that was reopened, withdrawn or erased since, or is of another use case, is left out.
    """
    if not case_ids:
        return ()
    rows = connection.execute(_PRECEDENTS, {"of_use_case": use_case, "ids": case_ids})
    found = {row.id: _precedent(row) for row in rows}
    return tuple(found[case_id] for case_id in case_ids if case_id in found)


def _past(use_case: str) -> Select[Any]:
    return (
        select(
            cases.c.id, cases.c.decided_at, case_contents.c.text, embeddings.c.vector,
        )
        .select_from(cases)
        .join(outcomes, _DECIDED_BY_PEOPLE)
        .join(case_contents, case_contents.c.case_id == cases.c.id)
        .outerjoin(embeddings, embeddings.c.case_id == cases.c.id)
        .where(cases.c.use_case == use_case, ~_IS_ERASED)
    )  # fmt: skip


def _past_cases(connection: Connection, chosen: Select[Any]) -> list[PastCase]:
    return [
        PastCase(row.id, row.decided_at, row.text or "", row.vector)
        for row in connection.execute(chosen)
    ]


def _precedent(row: Any) -> Precedent:
    return Precedent(
        case_id=row.id,
        title=row.title,
        text=row.text,
        key=row.key,
        verdict=Verdict(row.verdict),
        label=row.label,
        reviewer=row.reviewer,
        note=row.note,
        decided_at=row.decided_at,
    )
