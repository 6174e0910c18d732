"""Reading cases back, whole."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from hitl.cases import Case, Check, Event, Evidence, Inquiry, Note, Outcome, Overruled, Tried
from hitl.errors import HitlError
from hitl.storage.inquiries import inquiries_on
from hitl.storage.predictions import IS_REAL, IS_SHOWN, ITS_CHECK, KNOWN
from hitl.storage.rollups import names_in
from hitl.storage.statements import lacks
from hitl.storage.steps import tried
from hitl.storage.tables import (
    audit_events,
    case_contents,
    cases,
    checks,
    inquiries,
    notes,
    outcomes,
    pictures,
    reviews,
    slack_messages,
)
from hitl.strategies import ASKING
from hitl.vocabulary import By, CaseState, CheckKind, CheckState, RouteTo, Verdict


class CaseNotFound(HitlError):
    """There is no such case."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"There is no case {case_id}.")
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; ``after`` is the id of the last one already seen."""

    use_cases: frozenset[str] | None = None
    key: str | None = None
    state: CaseState | None = None
    after: int = 0
    as_reviewer: bool = False
    """By what is shown to those who answer blind; others are told of nothing made for reviewers."""


_IS_SEEN_AS_IT_IS = cases.c.people_since.is_not(None) | lacks(ITS_CHECK.where(checks.c.is_apart))
"""Reviewers see its own state and not that of its check."""
_overruled = outcomes.alias("overruled")
_votes = (
    select(func.count())
    .where(
        reviews.c.case_id == cases.c.id, reviews.c.undone_at.is_(None), ~reviews.c.is_adjudication
    )
    .scalar_subquery()
)
_written = select(literal(1)).where(notes.c.case_id == cases.c.id).exists()
_asked = select(func.count()).where(inquiries.c.case_id == cases.c.id).scalar_subquery()
_posted = select(literal(1)).where(slack_messages.c.case_id == cases.c.id).exists()
_CASE_COLUMNS = (
    *(column for column in cases.c if column.name != "fingerprint"),
    *(column for column in case_contents.c if column.name not in {"case_id", "ask", "salt"}),
    outcomes.c.verdict,
    outcomes.c.label.label("outcome_label"),
    outcomes.c.by,
    outcomes.c.reviewer,
    outcomes.c.note,
    outcomes.c.flagged,
    outcomes.c.revision,
    outcomes.c.decided_at.label("outcome_at"),
    _votes.label("votes"),
    _written.label("has_notes"),
    _asked.label("asked"),
    _posted.label("has_card"),
    _overruled.c.verdict.label("overruled_verdict"),
    _overruled.c.label.label("overruled_label"),
    _overruled.c.by.label("overruled_by"),
    _overruled.c.reviewer.label("overruled_reviewer"),
    *(checks.c[field.name].label(f"check_{field.name}") for field in fields(Check)),
)
_CASES: Select[Any] = select(*_CASE_COLUMNS).select_from(
    cases.outerjoin(case_contents, case_contents.c.case_id == cases.c.id)
    .outerjoin(outcomes, (outcomes.c.case_id == cases.c.id) & outcomes.c.is_current)
    .outerjoin(checks, checks.c.case_id == cases.c.id)
    .outerjoin(
        _overruled,
        outcomes.c.overrules
        & (_overruled.c.case_id == outcomes.c.case_id)
        & (_overruled.c.revision == outcomes.c.revision - 1),
    )
)
# Made once: making a statement costs as much as running it, and these run at every turn.
_CASE = _CASES.where(cases.c.id == bindparam("case_id"))
_BY_IDS = _CASES.where(cases.c.id.in_(bindparam("case_ids", expanding=True)))
_KEYS = select(cases.c.id, cases.c.key, cases.c.fingerprint).where(
    cases.c.use_case == bindparam("of_use_case"),
    cases.c.key.in_(bindparam("keys", expanding=True)),
)
_LOCK = select(cases.c.id).where(cases.c.id == bindparam("case_id")).with_for_update(key_share=True)
_NOTES = (
    select(notes.c.case_id, notes.c.author, notes.c.text, notes.c.at)
    .where(notes.c.case_id.in_(bindparam("case_ids", expanding=True)))
    .order_by(notes.c.id)
)


def case_by_id(connection: Connection, case_id: int) -> Case:
    """The case; raises ``CaseNotFound``."""
    found = _whole(connection, connection.execute(_CASE, {"case_id": case_id}).all())
    if not found:
        raise CaseNotFound(case_id)
    return found[0]


def cases_under(
    connection: Connection, use_case: str, keys: Collection[str]
) -> dict[str, tuple[Case, str]]:
    """The cases that the keys name, each with the fingerprint of its content."""
    named = connection.execute(_KEYS, {"of_use_case": use_case, "keys": list(keys)}).all()
    rows = connection.execute(_BY_IDS, {"case_ids": [row.id for row in named]}).all()
    found = {case.key: case for case in _whole(connection, rows)}
    return {row.key: (found[row.key], row.fingerprint) for row in named}


def case_to_change(connection: Connection, case_id: int) -> Case:
    """The case, which nobody else changes before this transaction ends; raises ``CaseNotFound``.

    For verbs that put something in the case's stream without changing its row: it keeps what
    they put in the order of their commits. On SQLite verbs follow one another anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"case_id": case_id})
    return case_by_id(connection, case_id)


def list_cases(connection: Connection, wanted: CaseFilter, *, limit: int) -> list[Case]:
    """At most ``limit`` cases in order of id."""
    # First which they are: their joined rows, put in order by id, may be read from the first on.
    ids = list(connection.execute(_page(connection, wanted, limit=limit)).scalars())
    rows = connection.execute(_BY_IDS.order_by(cases.c.id), {"case_ids": ids}).all()
    return _whole(connection, rows)


def case_history(connection: Connection, case_id: int) -> tuple[Event, ...]:
    """Everything that happened to the case, oldest first."""
    rows = connection.execute(
        select(audit_events)
        .where(audit_events.c.case_id == case_id)
        .order_by(audit_events.c.position)
    )
    return tuple(Event(type=row.type, actor=row.actor, at=row.at, data=row.data) for row in rows)


def _page(connection: Connection, wanted: CaseFilter, *, limit: int) -> Select[Any]:
    names, states = wanted.use_cases, list(CaseState) if wanted.state is None else [wanted.state]
    if names is None and wanted.state is not None:
        names = frozenset(names_in(connection, cases.c.use_case))
    if not names or wanted.key is not None:
        return _in_order(select(cases.c.id).where(*_conditions(wanted)), limit=limit)
    # As the index of states has them, which is in order of id within each use case and state.
    pages = [
        select(cases.c.id).where(
            *_conditions(wanted), cases.c.use_case == name, cases.c.state == state
        )
        for name in sorted(names)
        for state in states
    ]
    if wanted.as_reviewer and wanted.state is not None:
        for name in sorted(names):
            pages += _checked_apart(name, wanted.state, after=wanted.after)
    each = (_in_order(page, limit=limit).subquery() for page in pages)
    some = union_all(*(select(of_one) for of_one in each)).subquery()
    return _in_order(select(*some.c), limit=limit)


def _in_order(page: Select[Any], *, limit: int) -> Select[Any]:
    return page.order_by(page.selected_columns[0]).limit(limit)


def _checked_apart(use_case: str, state: CaseState, *, after: int) -> Iterable[Select[Any]]:
    """Cases that reviewers see in their check's state, as ``hitl.blindness.as_seen`` has it."""
    is_decided = state is CaseState.DECIDED
    # Any that is answered is done for reviewers; others are named as the state of a case.
    for how_far in CheckState if is_decided else [CheckState(state.value)]:
        page = (
            select(checks.c.case_id)
            .join_from(checks, cases, cases.c.id == checks.c.case_id)
            .where(checks.c.use_case == use_case, checks.c.state == how_far)
            .where(checks.c.case_id > after, checks.c.is_apart, cases.c.people_since.is_(None))
        )
        if how_far is not CheckState.SETTLED:
            answered_at = checks.c.answered_at
            page = page.where(answered_at.is_not(None) if is_decided else answered_at.is_(None))
        yield page


def _conditions(wanted: CaseFilter) -> Iterable[ColumnElement[bool]]:
    yield cases.c.id > wanted.after
    if wanted.use_cases is not None:
        yield cases.c.use_case.in_(sorted(wanted.use_cases))
    yield IS_SHOWN if wanted.as_reviewer else IS_REAL
    if wanted.key is not None:
        yield cases.c.key == wanted.key
        if wanted.as_reviewer:
            yield ~cases.c.is_blind  # a key that is not found would be that of a known answer
    if wanted.state is not None:
        yield cases.c.state == wanted.state
        if wanted.as_reviewer:
            yield _IS_SEEN_AS_IT_IS


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> list[Case]:
    written = _notes(connection, [row.id for row in rows if row.has_notes])
    asked = inquiries_on(connection, [row.id for row in rows if row.asked])
    steps = tried(connection, [row.id for row in rows if row.route_to in ASKING])
    return [
        _case(row, tuple(written[row.id]), tuple(asked[row.id]), steps.get(row.id, ()))
        for row in rows
    ]


def _notes(connection: Connection, case_ids: list[int]) -> defaultdict[int, list[Note]]:
    found: defaultdict[int, list[Note]] = defaultdict(list)
    if case_ids:
        for row in connection.execute(_NOTES, {"case_ids": case_ids}):
            found[row.case_id].append(Note(author=row.author, text=row.text, at=row.at))
    return found


def _case(
    row: Row[Any],
    written: tuple[Note, ...],
    asked: tuple[Inquiry, ...],
    steps: tuple[Tried, ...],
) -> Case:
    return Case(
        id=row.id,
        use_case=row.use_case,
        key=row.key,
        state=CaseState(row.state),
        submitted_at=row.submitted_at,
        route_to=RouteTo(row.route_to),
        route_reason=row.route_reason,
        label=row.label,
        confidence=row.confidence,
        scores=row.scores,
        model=row.model,
        policy_version=row.policy_version,
        draw=row.draw,
        audit_rate=row.audit_rate,
        people_since=row.people_since,
        title=row.title,
        text=row.text,
        reason=row.reason,
        evidence=tuple(evidence_from_stored(item) for item in row.evidence or ()),
        metadata=row.caller_metadata,
        callback_url=row.callback_url,
        sent_by_person=row.routed_by == "person",
        outcome=_outcome(row),
        erased=row.erased_at is not None,
        votes=row.votes,
        reviews_needed=row.reviews_needed,
        is_blind=row.is_blind,
        is_known=row.routed_by == KNOWN,
        check=_check(row),
        notes=written,
        inquiries=asked,
        tried=steps,
        has_card=row.has_card,
    )


def _check(row: Row[Any]) -> Check | None:
    if row.check_kind is None:
        return None
    return Check(
        kind=CheckKind(row.check_kind),
        state=CheckState(row.check_state),
        is_apart=row.check_is_apart,
        known_label=row.check_known_label,
        reviewer=row.check_reviewer,
        verdict=None if row.check_verdict is None else Verdict(row.check_verdict),
        label=row.check_label,
        answered_at=row.check_answered_at,
        final_label=row.check_final_label,
        settled_by=row.check_settled_by,
        settled_at=row.check_settled_at,
    )


def _outcome(row: Row[Any]) -> Outcome | None:
    if row.verdict is None:
        return None
    return Outcome(
        verdict=Verdict(row.verdict),
        label=row.outcome_label,
        by=By(row.by),
        reviewer=row.reviewer,
        note=row.note,
        decided_at=row.outcome_at,
        revision=row.revision,
        flagged=row.flagged,
        overruled=_what_was_overruled(row),
    )


def _what_was_overruled(row: Row[Any]) -> Overruled | None:
    if row.overruled_verdict is None:
        return None
    return Overruled(
        verdict=Verdict(row.overruled_verdict),
        label=row.overruled_label,
        by=By(row.overruled_by),
        reviewer=row.overruled_reviewer,
    )


def evidence_from_stored(item: dict[str, Any]) -> Evidence:
    """One piece of context from the form ``submit`` stores it in."""
    fields = tuple((name, value) for name, value in item.get("fields", ()))
    return Evidence(**item | {"fields": fields})


def picture_files(connection: Connection, case_id: int) -> dict[int, str]:
    """The workspace's file for each picture of the case that was uploaded."""
    rows = connection.execute(
        select(pictures.c.id, pictures.c.slack_file).where(
            pictures.c.case_id == case_id, pictures.c.slack_file.is_not(None)
        )
    )
    return {row.id: row.slack_file for row in rows}


def picture_bytes(connection: Connection, case_id: int) -> dict[int, tuple[str, bytes]]:
    """Media type and bytes of each picture of the case that was uploaded, by its id."""
    rows = connection.execute(
        select(pictures.c.id, pictures.c.media_type, pictures.c.content).where(
            pictures.c.case_id == case_id
        )
    )
    return {row.id: (row.media_type, row.content) for row in rows}
