"""Taking in a prediction: routed once, stored once, answered alike however often it is sent."""

from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select

from hitl.audit import words_digest
from hitl.blindness import NEVER_DRAWN, Chances, Look, look_at
from hitl.cases import Case, Check, Evidence, Outcome
from hitl.errors import HitlError
from hitl.learning.calibrations import Fitted, current_calibration
from hitl.policy.use_case import UseCase
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.escalate import set_out
from hitl.review.record import POLICY, begin_history, post_card, record_outcome
from hitl.review.routed import as_routed
from hitl.review.submission import NewEvidence, Submission
from hitl.review.turns import plan_known
from hitl.routing import Route, margin, route
from hitl.storage.chain import Happening, content_words
from hitl.storage.checks import open_check
from hitl.storage.database import Transaction
from hitl.storage.precedents import keep_embedding
from hitl.storage.queries import case_by_id, evidence_from_stored
from hitl.storage.statements import insert_new
from hitl.storage.tables import case_contents, cases, pictures
from hitl.strategies import STANDING
from hitl.vocabulary import By, CaseState, CheckKind, CheckState, RouteTo


class KeyReused(HitlError):
    """The key already names a case with other content."""

    def __init__(self, use_case: str, key: str, case_id: int) -> None:
        super().__init__(
            f"{key!r} already names case {case_id} of {use_case}, with other content;"
            " send a new key for a new item."
        )
        self.case_id = case_id


def submit(
    tx: Transaction,
    submission: Submission,
    *,
    use_case: UseCase,
    draw: float,
    chances: Chances = NEVER_DRAWN,
) -> tuple[Case, bool]:
    """The case, and whether this call made it.

    ``draw`` is uniform in [0, 1) and kept with the case, unless its caller drew. One in the sample
    gets its blind check at once, wherever it goes. Raises ``KeyReused``, and ``RoutingError`` for
    a prediction the policy can't judge.
    """
    routed, draw = submission.routed, submission.routed.draw if submission.routed else draw
    fitted = _calibration(tx, submission, use_case=use_case)
    decision = route(
        submission.prediction,
        use_case=use_case,
        draw=draw,
        ask_people=submission.ask_people or submission.sent_by_person,
        worth=None if fitted is None else fitted.curve,
    )
    if routed is not None:
        decision = as_routed(decision, routed, use_case=use_case)
    stands = decision.to in STANDING
    look = look_at(
        decision,
        use_case=use_case,
        chances=chances,
        is_prediction=not submission.sent_by_person,
    )
    row = _row(tx, submission, use_case=use_case, draw=draw, decision=decision)
    row |= _looked_at(look, chances)
    row["calibration_id"] = None if fitted is None or decision.calibrated is None else fitted.id
    case_id = insert_new(tx.connection, cases, row)
    if case_id is None:
        return same_as_before(tx, submission, use_case=use_case), False
    evidence, words = store_content(tx, case_id, submission)
    data = {"route": decision.to, "reason": _reason(submission, decision), "draw": draw}
    history = [Happening("submitted", submission.submitted_by, data, words)]
    outcome = None
    if stands:
        outcome = _accept(tx, case_id, decision, use_case=use_case)
        data = {"verdict": outcome.verdict, "label": outcome.label}
        history.append(Happening("decided", POLICY, data))
    begin_history(tx, case_id, history)
    case = _case(case_id, row, submission, evidence=evidence, outcome=outcome)
    if look.is_checked:
        case = _audited(tx, case, is_apart=look.is_apart)
    if stands:
        # The caller has it in the answer to this very call, so its callback_url is not told.
        tell_callers(tx, case, CaseEvent.DECIDED, targets=use_case.webhooks)
    if look.is_checked or decision.to is RouteTo.REVIEW:
        post_card(tx, case_id, use_case=use_case.name, channel=use_case.channel)
        plan_known(tx, use_case=use_case, chances=chances)
    if decision.to not in {RouteTo.AUTO, RouteTo.REVIEW}:
        case = set_out(tx, case, use_case=use_case, seed=submission.answer_seed)
    return case, True


def _calibration(tx: Transaction, submission: Submission, *, use_case: UseCase) -> Fitted | None:
    """What the policy compares with; a caller that routed by itself compared the raw confidence."""
    if not use_case.recalibrate or submission.routed is not None:
        return None
    model = submission.prediction.model
    return current_calibration(tx.connection, use_case=use_case.name, model=model)


def _looked_at(look: Look, chances: Chances) -> dict[str, Any]:
    row: dict[str, Any] = {
        "double_draw": chances.double,
        "reviews_needed": look.reviews_needed,
        "is_blind": look.is_blind,
        "awaits_check": look.is_apart,
    }
    return row | {"margin": chances.place} if look.is_checked else row


def _audited(tx: Transaction, case: Case, *, is_apart: bool) -> Case:
    values = {"use_case": case.use_case, "kind": CheckKind.AUDIT, "is_apart": is_apart}
    open_check(tx, case.id, values)
    return replace(case, check=Check(CheckKind.AUDIT, CheckState.OPEN, is_apart=is_apart))


def _row(
    tx: Transaction, submission: Submission, *, use_case: UseCase, draw: float, decision: Route
) -> dict[str, Any]:
    stands, routed = decision.to in STANDING, submission.routed
    return {
        "use_case": use_case.name,
        "key": submission.key,
        "fingerprint": submission.fingerprint,
        "state": CaseState.DECIDED if stands else CaseState.OPEN,
        "route_to": decision.to,
        "route_reason": _reason(submission, decision),
        "routed_by": _routed_by(submission),
        "label": decision.label,
        "confidence": decision.confidence,
        "calibrated": decision.calibrated,
        "scores": dict(submission.prediction.scores),
        "margin": margin(submission.prediction),
        "model": submission.prediction.model,
        "policy_version": routed.policy_version if routed else use_case.version,
        "draw": draw,
        "audit_rate": routed.audit_rate if routed else use_case.audit_rate,
        "callback_url": submission.callback_url,
        "submitted_at": tx.now,
        "decided_at": tx.now if stands else None,
        "people_since": tx.now if decision.to is RouteTo.REVIEW else None,
        "events": 2 if stands else 1,
    }


def _routed_by(submission: Submission) -> str:
    if submission.sent_by_person:
        return "person"
    if submission.routed is not None:
        return "edge"
    return "caller" if submission.ask_people else "policy"


def _reason(submission: Submission, decision: Route) -> str:
    return "somebody sent it from Slack" if submission.sent_by_person else decision.reason


def same_as_before(tx: Transaction, submission: Submission, *, use_case: UseCase) -> Case:
    existing = tx.connection.execute(
        select(cases.c.id, cases.c.fingerprint).where(
            cases.c.use_case == use_case.name, cases.c.key == submission.key
        )
    ).one()
    # What was erased can't be compared any more; it is the same item all the same.
    if existing.fingerprint not in {"", submission.fingerprint}:
        raise KeyReused(use_case.name, submission.key, existing.id)
    return case_by_id(tx.connection, existing.id)


def store_content(
    tx: Transaction, case_id: int, submission: Submission
) -> tuple[tuple[Evidence, ...], str]:
    """The evidence as it is read back, and the digest of everything personal."""
    stored = [_stored(tx, case_id, item) for item in submission.evidence]
    content = {
        "case_id": case_id,
        "title": submission.title,
        "text": submission.text,
        "reason": submission.reason,
        "evidence": stored or None,
        "ask": None if submission.ask is None else dict(submission.ask),
        "caller_metadata": submission.metadata,
        "salt": tx.salt(),
    }
    tx.connection.execute(insert(case_contents), content)
    if submission.embedding is not None:
        keep_embedding(tx, case_id, submission.embedding)
    uploaded = [item.picture.content for item in submission.evidence if item.picture]
    words = words_digest(content_words(content, uploaded), salt=content["salt"])
    return tuple(evidence_from_stored(item) for item in stored), words


def _stored(tx: Transaction, case_id: int, item: NewEvidence) -> dict[str, Any]:
    stored: dict[str, Any] = {"title": item.title}
    if item.picture is not None:
        values = {
            "case_id": case_id,
            "title": item.title,
            "media_type": item.picture.media_type,
            "content": item.picture.content,
        }
        inserted = tx.connection.execute(insert(pictures).returning(pictures.c.id), values)
        return stored | {"image_id": inserted.scalar_one()}
    if item.fields:
        return stored | {"fields": [list(field) for field in item.fields]}
    parts = {"text": item.text, "image_url": item.image_url, "url": item.url}
    return stored | {name: value for name, value in parts.items() if value is not None}


def _accept(tx: Transaction, case_id: int, decision: Route, *, use_case: UseCase) -> Outcome:
    verdict = use_case.verdict_for(decision.label, decision.label)
    outcome = Outcome(
        verdict=verdict,
        label=decision.label,
        by=By.AI,
        reviewer=None,
        note=None,
        decided_at=tx.now,
        revision=1,
        flagged=False,
    )
    record_outcome(tx, case_id, outcome)
    return outcome


def _case(
    case_id: int,
    row: dict[str, Any],
    submission: Submission,
    *,
    evidence: tuple[Evidence, ...],
    outcome: Outcome | None,
) -> Case:
    return Case(
        id=case_id,
        use_case=row["use_case"],
        key=submission.key,
        state=row["state"],
        submitted_at=row["submitted_at"],
        route_to=row["route_to"],
        route_reason=row["route_reason"],
        label=row["label"],
        confidence=row["confidence"],
        scores=row["scores"],
        model=row["model"],
        policy_version=row["policy_version"],
        draw=row["draw"],
        audit_rate=row["audit_rate"],
        people_since=row["people_since"],
        title=submission.title,
        text=submission.text,
        reason=submission.reason,
        evidence=evidence,
        metadata=submission.metadata,
        callback_url=submission.callback_url,
        sent_by_person=submission.sent_by_person,
        outcome=outcome,
        reviews_needed=row["reviews_needed"],
        is_blind=row["is_blind"],
    )
