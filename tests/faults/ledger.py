"""What a client outside the process was told, and whether the service stands by every word.

Whatever was acknowledged must be there, once; what was not may be there or not, but never halfway.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, text

from hitl.cases import Case
from hitl.documents import case_document, outcome_document
from hitl.storage.outbox import Kind, Sending
from hitl.storage.queries import CaseFilter, list_cases
from hitl.storage.tables import audit_events, outbox, outcomes
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, RouteTo
from tests.faults.stage import Stage, can_be_decided

_FOR_EVER = ("id", "use_case", "key", "route", "prediction", "metadata")


@dataclass(slots=True)
class Findings:
    """What is wrong; nothing, if all went well."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged and not there, or there as something else."""
    doubled: list[str] = field(default_factory=list)
    """There twice: an outcome, something to be sent, a card."""
    unrecovered: list[str] = field(default_factory=list)
    """Stored and never carried through."""

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.unrecovered)

    def add(self, other: "Findings") -> None:
        self.lost += other.lost
        self.doubled += other.doubled
        self.unrecovered += other.unrecovered


@dataclass(slots=True)
class Ledger:
    """Every acknowledgement, written down when it arrived."""

    submitted: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    """By key: what was sent and the document that answered it."""
    told: defaultdict[int, list[tuple[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """By case: who was told which outcome."""
    won: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By case: whose click was taken, and for which verdict."""
    _webhooks: int = 0
    """How many of those received are noted."""

    @property
    def acknowledged(self) -> int:
        """How many promises were heard."""
        return len(self.submitted) + sum(map(len, self.told.values())) + len(self.won)

    def note(self, reader: str, document: Mapping[str, Any]) -> None:
        """A reader was shown a case; only outcomes bind."""
        if document["outcome"] is not None:
            self.told[document["id"]].append((reader, document["outcome"]))

    def check(self, stage: Stage) -> Findings:
        """Hold the database against what was heard; true at any moment, whatever still waits."""
        for request in stage.receiver.received[self._webhooks :]:
            self.note("webhook", request.body["data"])
            self._webhooks += 1
        cases = {case.id: case for case in stage.read(_all_cases)}
        findings = Findings()
        findings.lost += self._lost(cases)
        findings.doubled += stage.read(lambda c: list(_doubled(c)))
        findings.lost += stage.read(lambda c: list(_torn(c)))
        findings.doubled += _doubled_cards(stage)
        if (broken := stage.read(first_break)) is not None:
            findings.lost.append(f"the history: {broken}")
        if stage.engine.dialect.name == "sqlite":
            answer = stage.read(lambda c: c.execute(text("PRAGMA integrity_check")).scalar_one())
            findings.lost += [] if answer == "ok" else [f"the file: {answer}"]
        return findings

    def check_settled(self, stage: Stage) -> Findings:
        """The same, and that everything was carried through, for when nothing waits any more."""
        findings = self.check(stage)
        findings.unrecovered += stage.read(lambda c: list(_unsent(c)))
        findings.unrecovered += _wrong_cards(stage)
        findings.unrecovered += _untold(stage)
        return findings

    def _lost(self, cases: Mapping[int, Case]) -> Iterator[str]:
        by_key = {case.key: case for case in cases.values()}
        for key, (request, answer) in self.submitted.items():
            case = by_key.get(key)
            if case is None:
                yield f"case {answer['id']} ({key}) is not there"
            elif not _is_same(case, request, answer):
                yield f"case {case.id} ({key}) is not what was acknowledged"
        for case_id, told in self.told.items():
            case = cases.get(case_id)
            stands = case and case.outcome and outcome_document(case.outcome)
            for reader, outcome in told:
                if outcome != stands:
                    yield f"case {case_id}: {reader} was told {outcome}, but {stands} stands"
        for case_id, (reviewer, verdict) in self.won.items():
            outcome = cases[case_id].outcome
            if outcome is None or (outcome.reviewer, outcome.verdict) != (reviewer, verdict):
                yield f"case {case_id}: {reviewer}'s {verdict} was taken, but {outcome} stands"


def _is_same(case: Case, request: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    document = case_document(case)
    return (case.title, case.text) == (request["title"], request["text"]) and all(
        document[name] == answer[name] for name in _FOR_EVER
    )


def _all_cases(connection: Connection) -> list[Case]:
    return list_cases(connection, CaseFilter(), limit=1_000_000)


def _doubled(connection: Connection) -> Iterator[str]:
    """Outcomes, events and sendings of which a case may have one."""
    current = (
        select(outcomes.c.case_id)
        .where(outcomes.c.is_current)
        .group_by(outcomes.c.case_id)
        .having(func.count() > 1)
    )
    yield from (f"case {id_}: two outcomes" for id_ in connection.execute(current).scalars())
    revised = (
        select(outcomes.c.case_id)
        .group_by(outcomes.c.case_id, outcomes.c.revision)
        .having(func.count() > 1)
    )
    yield from (f"case {id_}: a revision twice" for id_ in connection.execute(revised).scalars())
    once = (
        select(audit_events.c.case_id, audit_events.c.type)
        .where(audit_events.c.type.in_(("submitted", "decided", "withdrawn", "posted")))
        .group_by(audit_events.c.case_id, audit_events.c.type)
        .having(func.count() > 1)
    )
    yield from (f"case {row.case_id}: {row.type} twice" for row in connection.execute(once))
    repeated = (
        select(outbox.c.case_id, outbox.c.kind)
        .where(outbox.c.kind.in_((Kind.CARD_POST, Kind.CARD_UPDATE, Kind.WEBHOOK)))
        .group_by(outbox.c.case_id, outbox.c.kind)
        .having(func.count() > 1)
    )
    yield from (f"case {row.case_id}: {row.kind} twice" for row in connection.execute(repeated))


def _torn(connection: Connection) -> Iterator[str]:
    """Changes whose other half is missing: an outcome, a trace, something to be sent."""
    kinds = _by_case(connection, outbox.c.case_id, outbox.c.kind)
    events = _by_case(connection, audit_events.c.case_id, audit_events.c.type)
    skipped = select(outbox.c.case_id).where(
        outbox.c.kind == Kind.CARD_POST, outbox.c.state == Sending.SKIPPED
    )
    cardless = set(connection.execute(skipped).scalars())
    for case in _all_cases(connection):
        is_closed = case.state is not CaseState.OPEN
        goes_to_people = case.route_to is not RouteTo.AUTO
        changes = events[case.id]["decided"] + events[case.id]["withdrawn"]
        expected = {
            "an outcome": (case.outcome is not None) == (case.state is CaseState.DECIDED),
            "submitted": events[case.id]["submitted"] == 1,
            "closed": changes == int(is_closed),
            "a card": kinds[case.id][Kind.CARD_POST] == int(goes_to_people),
            # A case that is closed before anyone began to post it needs neither.
            "an update": case.id in cardless
            or kinds[case.id][Kind.CARD_UPDATE] == int(is_closed and goes_to_people),
            "a webhook": kinds[case.id][Kind.WEBHOOK]
            == int(is_closed and goes_to_people and case.callback_url is not None),
        }
        for half, is_there in expected.items():
            if not is_there:
                yield f"case {case.id}, {case.state}: {half} is missing or too much"


def _by_case(connection: Connection, case_id: Any, name: Any) -> defaultdict[int, Counter[str]]:
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(
        select(case_id, name, func.count()).where(case_id.is_not(None)).group_by(case_id, name)
    ):
        found[row[0]][row[1]] = row[2]
    return found


def _doubled_cards(stage: Stage) -> Iterator[str]:
    counted = Counter(case_id for case_id, _ in stage.cards())
    return (f"case {case_id}: {n} cards" for case_id, n in counted.items() if n > 1)


def _unsent(connection: Connection) -> Iterator[str]:
    unsent = select(outbox).where(outbox.c.state.in_((Sending.WAITING, Sending.DEAD)))
    for row in connection.execute(unsent):
        yield f"case {row.case_id}: {row.kind} is {row.state} ({row.last_error})"


def _wrong_cards(stage: Stage) -> Iterator[str]:
    """Cards that do not show their case, and open cases without one."""
    shown = dict(stage.cards())
    for case in stage.read(_all_cases):
        card, is_open = shown.get(case.id), case.state is CaseState.OPEN
        if is_open and card is None:
            yield f"case {case.id} waits, and has no card"
        elif card is not None and can_be_decided(card) != is_open:
            yield f"case {case.id} is {case.state}, which its card does not show"


def _untold(stage: Stage) -> Iterator[str]:
    """Callers who never heard, or heard under several names."""
    ids: defaultdict[int, set[str]] = defaultdict(set)
    for request in stage.receiver.received:
        ids[request.body["data"]["id"]].add(request.id)
    rows = select(outbox.c.case_id).where(outbox.c.kind == Kind.WEBHOOK)
    for case_id in stage.read(lambda c: list(c.execute(rows).scalars())):
        if len(ids[case_id]) != 1:
            yield f"case {case_id}: its caller heard {sorted(ids[case_id])}"
