"""What people say a case is, as of now: the label that stands, where it comes from, how sure."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from hitl.storage.predictions import IN_THE_SAMPLE
from hitl.storage.tables import cases, checks, outcomes, reviews, truths
from hitl.vocabulary import By


class Source(StrEnum):
    """Whose word a label is."""

    REVIEWERS = "reviewers"
    AUDIT = "audit"
    """A blind check of a prediction, whatever had become of that."""
    USER = "user"
    """Whoever had sent the item was asked."""
    TRUTH = "truth"
    """It turned out so."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A label with everything that says how far to trust it."""

    label: str
    source: Source
    decided_at: datetime
    verdict: str | None = None
    """None where nobody pressed a button."""
    flagged: bool = False
    reviewers: tuple[str, ...] = ()
    """Whose votes chose it, in order."""
    adjudicated: bool = False
    """Somebody decided who had seen what others said."""


_BY_PEOPLE: Mapping[str, Source] = {By.REVIEWER: Source.REVIEWERS, By.USER: Source.USER}
_SAMPLED = "known"
"""What ``routed_by`` says of a case whose answer was known: it is no prediction and no label."""


def standings(connection: Connection, case_ids: Collection[int]) -> dict[int, Standing]:
    """The label of each case that has one.

    What turned out to be true goes before everything else; of a settled check and an outcome of
    people, the later one counts.
    """
    votes = _by_case(connection, reviews, case_ids, reviews.c.undone_at.is_(None))
    known = _by_case(connection, truths, case_ids)
    checked = _by_case(connection, checks, case_ids, IN_THE_SAMPLE)
    rows = connection.execute(
        select(cases.c.id, outcomes)
        .outerjoin_from(cases, outcomes, (outcomes.c.case_id == cases.c.id) & outcomes.c.is_current)
        .where(cases.c.id.in_(case_ids), cases.c.routed_by != _SAMPLED)
    )
    found = {row[0]: _standing(row, votes[row[0]], known[row[0]], checked[row[0]]) for row in rows}
    return {case_id: standing for case_id, standing in found.items() if standing is not None}


def _standing(
    row: Row[Any], votes: list[Row[Any]], known: list[Row[Any]], checked: list[Row[Any]]
) -> Standing | None:
    if known:
        return Standing(known[-1].label, Source.TRUTH, known[-1].at)
    # An outcome that answered its case's check, too, is told with the votes behind it.
    said = [_of_outcome(row, votes)] if row.by in _BY_PEOPLE else []
    said += [_of_check(check) for check in checked]
    return max(said, key=lambda standing: standing.decided_at, default=None)


def _of_check(check: Row[Any]) -> Standing:
    settled_by = check.settled_by or check.reviewer
    return Standing(
        label=check.final_label,
        source=Source.AUDIT,
        decided_at=check.settled_at,
        verdict=check.verdict if check.label == check.final_label else None,
        reviewers=tuple(
            who
            for who in dict.fromkeys((check.reviewer, settled_by))
            if who is not None and (who == settled_by or check.label == check.final_label)
        ),
        adjudicated=settled_by != check.reviewer,
    )


def _of_outcome(row: Row[Any], votes: list[Row[Any]]) -> Standing:
    agreeing = [vote for vote in votes if vote.label == row.label]
    who = [vote.reviewer for vote in agreeing]
    adjudicated = row.overrules or any(vote.is_adjudication for vote in agreeing)
    if row.overrules and row.reviewer is not None:
        who.append(row.reviewer)
    return Standing(
        label=row.label,
        source=_BY_PEOPLE[row.by],
        decided_at=row.decided_at,
        verdict=row.verdict,
        flagged=row.flagged,
        reviewers=tuple(dict.fromkeys(who)),
        adjudicated=adjudicated,
    )


def _by_case(
    connection: Connection, table: Any, case_ids: Collection[int], *conditions: Any
) -> defaultdict[int, list[Row[Any]]]:
    chosen = select(table).where(table.c.case_id.in_(case_ids), *conditions).order_by(table.c.id)
    rows: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(chosen):
        rows[row.case_id].append(row)
    return rows
