"""A person's verdict on a case: the first one wins, everybody else is told who did."""

from dataclasses import replace

from sqlalchemy import insert, update

from hitl.audit import words_digest
from hitl.cases import Case, Outcome
from hitl.errors import HitlError
from hitl.lifecycle import WAITING
from hitl.policy.use_case import UseCase
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.claim import seconds_looked
from hitl.review.record import record_event, record_outcome, update_card
from hitl.storage.database import Transaction
from hitl.storage.queries import case_by_id, case_to_change
from hitl.storage.tables import cases, reviews
from hitl.storage.votes import next_revision
from hitl.vocabulary import By, CaseState, Verdict


class AlreadyDecided(HitlError):
    """Somebody was faster; ``outcome`` is what stands."""

    def __init__(self, case_id: int, outcome: Outcome) -> None:
        by = outcome.reviewer or f"the {outcome.by}"
        super().__init__(f"Case {case_id} was already decided by {by}: {outcome.label}.")
        self.case_id = case_id
        self.outcome = outcome


class CaseWithdrawn(HitlError):
    """The case is no longer needed."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Case {case_id} was withdrawn; it needs no decision any more.")
        self.case_id = case_id


class LabelRequired(HitlError):
    """The verdict alone does not say which label is right."""

    def __init__(self, ai_label: str, allowed: list[str]) -> None:
        super().__init__(
            f"Say which label is right instead of {ai_label}: one of {', '.join(allowed)}."
        )


class LabelUnknown(HitlError):
    """The policy does not have the label."""

    def __init__(self, label: str, known: list[str]) -> None:
        super().__init__(f"There is no label {label!r}; known: {', '.join(known)}.")


class LabelNotAllowed(HitlError):
    """The label contradicts the verdict."""

    def __init__(self, label: str, verdict: Verdict, allowed: list[str]) -> None:
        super().__init__(f"{label!r} can't go with {verdict}; allowed: {', '.join(allowed)}.")


def vote(
    tx: Transaction,
    case_id: int,
    *,
    verdict: Verdict,
    reviewer: str,
    use_case: UseCase,
    label: str | None = None,
    note: str | None = None,
    response_url: str | None = None,
) -> Case:
    """Store a vote and the outcome it settles; the case as it is then.

    Raises ``AlreadyDecided``, ``CaseWithdrawn``, ``CaseNotFound``, and ``LabelRequired`` or
    ``LabelNotAllowed`` where the label is missing or contradicts the verdict.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_unless_open(case)
    chosen = _chosen_label(verdict, label, case=case, use_case=use_case)
    outcome = Outcome(
        verdict=verdict,
        label=chosen,
        by=By.REVIEWER,
        reviewer=reviewer,
        note=note,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case_id),
        flagged=verdict is Verdict.FLAG,
    )
    salt = tx.salt()
    decided = settle_case(
        tx,
        case,
        outcome,
        actor=reviewer,
        use_case=use_case,
        words=None if note is None else words_digest(note, salt=salt),
        response_url=response_url,
    )
    _record_review(tx, case_id, outcome, reviewer=reviewer, salt=salt)
    return decided


def settle_case(
    tx: Transaction,
    case: Case,
    outcome: Outcome,
    *,
    actor: str,
    use_case: UseCase,
    words: str | None = None,
    response_url: str | None = None,
) -> Case:
    """Decide a waiting case; the case as it is then, which everybody who waits for it is told.

    ``words`` is the digest of the outcome's note. Raises ``AlreadyDecided`` and ``CaseWithdrawn``.
    """
    if not close_case(tx, case.id, to=CaseState.DECIDED):
        # On PostgreSQL another transaction may have closed it since it was read.
        refuse_unless_open(case_by_id(tx.connection, case.id))
    record_outcome(tx, case.id, outcome)
    data = {"verdict": outcome.verdict, "label": outcome.label}
    record_event(tx, case.id, event="decided", actor=actor, data=data, words=words)
    decided = replace(case, state=CaseState.DECIDED, outcome=outcome)
    update_card(tx, decided, response_url=response_url)
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, decided, CaseEvent.DECIDED, targets=targets)
    return decided


def close_case(tx: Transaction, case_id: int, *, to: CaseState) -> bool:
    """Move a waiting case to ``to``; False when it does not wait any more."""
    decided_at = tx.now if to is CaseState.DECIDED else None
    closed = tx.connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.state.in_(WAITING))
        .values(state=to, decided_at=decided_at)
    )
    return closed.rowcount == 1


def refuse_unless_open(case: Case) -> None:
    """Raise what the case's state makes of a late verdict."""
    if case.state is CaseState.WITHDRAWN:
        raise CaseWithdrawn(case.id)
    if case.outcome is not None:
        raise AlreadyDecided(case.id, case.outcome)


def _chosen_label(verdict: Verdict, label: str | None, *, case: Case, use_case: UseCase) -> str:
    meant = use_case.label_for(verdict, case.label)
    if label is None and meant is None:
        raise LabelRequired(case.label, [other for other in use_case.labels if other != case.label])
    if label is None or label == meant:
        return meant or case.label
    allowed = [meant] if meant else [other for other in use_case.labels if other != case.label]
    if label not in allowed:
        raise LabelNotAllowed(label, verdict, allowed)
    return label


def _record_review(
    tx: Transaction, case_id: int, outcome: Outcome, *, reviewer: str, salt: str
) -> None:
    tx.connection.execute(
        insert(reviews),
        {
            "case_id": case_id,
            "reviewer": reviewer,
            "verdict": outcome.verdict,
            "label": outcome.label,
            "note": outcome.note,
            "salt": None if outcome.note is None else salt,
            "seconds": seconds_looked(tx, case_id, reviewer=reviewer),
            "at": tx.now,
        },
    )
