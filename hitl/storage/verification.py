"""Whether the record still is what was written: chains, words, outcomes and checkpoints."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from hitl.audit import Break, Link, chain_break, words_digest
from hitl.storage.chain import PERSONAL, content_words
from hitl.storage.checkpoints import checkpoint_break
from hitl.storage.moments import to_microseconds
from hitl.storage.tables import (
    audit_events,
    case_contents,
    cases,
    inquiries,
    notes,
    outcomes,
    pictures,
    reviews,
)

_BATCH = 500
_Rows = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Everything that is stored of one case and covered by its chain."""

    case_id: int
    count: int
    events: _Rows
    contents: _Rows
    pictures: Sequence[bytes]
    notes: _Rows
    reviews: _Rows
    outcomes: _Rows
    inquiries: _Rows

    def vouches_for(self, words: Any, salt: str | None) -> bool:
        """Whether some event came with exactly these words."""
        digest = words_digest(words, salt=salt or "")
        return any(event.words == digest for event in self.events)


def count_cases(connection: Connection) -> int:
    """How many chains there are to walk."""
    return connection.execute(select(func.count()).select_from(cases)).scalar_one()


def first_break(
    connection: Connection, *, progress: Callable[[int], None] = lambda _count: None
) -> Break | None:
    """The first place, by case, where something is not as it was written; None for none.

    ``progress`` is told of each batch how many cases it held.
    """
    for batch in _batches(connection):
        found = _batch_break(connection, batch)
        if found is not None:
            return found
        progress(len(batch))
    return _orphan(connection) or checkpoint_break(connection)


def _batches(connection: Connection) -> Iterator[_Rows]:
    ordered = select(cases.c.id, cases.c.events).order_by(cases.c.id).limit(_BATCH)
    after = 0
    while batch := connection.execute(ordered.where(cases.c.id > after)).all():
        yield batch
        after = batch[-1].id


def _batch_break(connection: Connection, batch: _Rows) -> Break | None:
    try:
        everything = list(_kept(connection, batch))
    except (ValueError, TypeError):
        if len(batch) == 1:
            return Break(batch[0].id, None, "holds what could never have been written")
        return next(filter(None, (_batch_break(connection, [case]) for case in batch)), None)
    for kept in everything:
        for find in (_chain_break, _content_break, _outcome_break, _words_break):
            if found := find(kept):
                return found
    return None


def _kept(connection: Connection, batch: _Rows) -> Iterator[_Kept]:
    events, contents, written, voted, decided, asked = (
        _by_case(connection, table, batch)
        for table in (audit_events, case_contents, notes, reviews, outcomes, inquiries)
    )
    for case in batch:
        uploaded = any(
            "image_id" in item for row in contents[case.id] for item in row.evidence or ()
        )
        yield _Kept(
            case_id=case.id,
            count=case.events,
            events=events[case.id],
            contents=contents[case.id],
            pictures=_pictures(connection, case.id) if uploaded else (),
            notes=written[case.id],
            reviews=voted[case.id],
            outcomes=decided[case.id],
            inquiries=asked[case.id],
        )


def _by_case(
    connection: Connection, table: Table, batch: _Rows
) -> defaultdict[int, list[Row[Any]]]:
    order = table.c.position if table is audit_events else table.primary_key.columns[0]
    chosen = table.c.case_id.between(batch[0].id, batch[-1].id)
    rows: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(table).where(chosen).order_by(order)):
        rows[row.case_id].append(row)
    return rows


def _pictures(connection: Connection, case_id: int) -> Sequence[bytes]:
    chosen = select(pictures.c.content).where(pictures.c.case_id == case_id)
    return connection.execute(chosen.order_by(pictures.c.id)).scalars().all()


def _chain_break(kept: _Kept) -> Break | None:
    links = [
        (
            Link(
                case_id=kept.case_id,
                position=row.position,
                type=row.type,
                actor=row.actor,
                at=to_microseconds(row.at),
                data=row.data,
                words=row.words,
                previous=row.previous,
            ),
            row.hash,
        )
        for row in kept.events
    ]
    return chain_break(kept.case_id, links, expected=kept.count)


def _content_break(kept: _Kept) -> Break | None:
    """What was submitted is as it was, or gone together with its salt."""
    for row in kept.contents:
        content = {name: getattr(row, name) for name in PERSONAL}
        is_erased = row.salt is None and all(v is None for v in content.values())
        if not is_erased and not kept.vouches_for(content_words(content, kept.pictures), row.salt):
            return Break(kept.case_id, 1, "what was submitted is not what is stored now")
    return None


def _outcome_break(kept: _Kept) -> Break | None:
    """Each outcome is told by an event of its moment."""
    for row in kept.outcomes:
        if not any(
            event.at == row.decided_at
            and (event.data.get("verdict"), event.data.get("label")) == (row.verdict, row.label)
            and row.reviewer in {None, event.actor}
            for event in kept.events
        ):
            return Break(kept.case_id, None, f"no event tells of its outcome {row.label!r}")
    return None


def _words_break(kept: _Kept) -> Break | None:
    """What people wrote and is still there is what they wrote."""
    # An outcome's note is that of the vote or the note that came with it.
    salts = [row.salt for row in (*kept.reviews, *kept.notes)]
    written = [
        *((row.at, row.text, [row.salt]) for row in kept.notes),
        *((row.at, row.note, [row.salt]) for row in kept.reviews),
        *((row.at, row.text, [row.salt]) for row in kept.inquiries),
        *((row.answered_at, row.answer, [row.answer_salt]) for row in kept.inquiries),
        *((row.decided_at, row.note, salts) for row in kept.outcomes),
    ]
    for at, words, possible in written:
        if words is not None and not any(kept.vouches_for(words, salt) for salt in possible):
            position = next((event.position for event in kept.events if event.at == at), None)
            return Break(kept.case_id, position, "what a person wrote is not what is stored now")
    return None


def _orphan(connection: Connection) -> Break | None:
    case_id = connection.execute(
        select(func.min(audit_events.c.case_id)).where(
            ~select(cases.c.id).where(cases.c.id == audit_events.c.case_id).exists()
        )
    ).scalar()
    return None if case_id is None else Break(case_id, None, "is gone, and its events are not")
