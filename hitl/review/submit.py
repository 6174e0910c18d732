"""Taking in predictions: routed once, stored once, answered alike however often they are sent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitl.blindness import NEVER_DRAWN, Chances, Look, look_at
from hitl.cases import Case, Check, Evidence, Outcome
from hitl.errors import HitlError
from hitl.learning.calibrations import Fitted, current_calibration
from hitl.policy.use_case import UseCase
from hitl.review.callers import CaseEvent, webhooks
from hitl.review.content import store_contents
from hitl.review.escalate import set_out
from hitl.review.record import POLICY, card_to_post, record_outcomes
from hitl.review.routed import as_routed
from hitl.review.submission import Submission
from hitl.review.turns import plan_known
from hitl.routing import Route, RoutingError, margin, route
from hitl.storage import chain, outbox
from hitl.storage.chain import Happening
from hitl.storage.checks import open_checks
from hitl.storage.database import Transaction
from hitl.storage.queries import cases_under
from hitl.storage.statements import insert_all_new
from hitl.storage.tables import cases
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission with the rules in force and what chance has drawn for it."""

    submission: Submission
    use_case: UseCase
    draw: float
    """Uniform in [0, 1) and kept with the case, unless its caller drew."""
    chances: Chances = NEVER_DRAWN


def submit(
    tx: Transaction,
    submission: Submission,
    *,
    use_case: UseCase,
    draw: float,
    chances: Chances = NEVER_DRAWN,
) -> tuple[Case, bool]:
    """``submit_all`` of one, whose refusal is raised."""
    [taken] = submit_all(tx, [Arrival(submission, use_case, draw, chances)])
    if isinstance(taken, HitlError):
        raise taken
    return taken


def submit_all(tx: Transaction, arrivals: Sequence[Arrival]) -> list[tuple[Case, bool] | HitlError]:
    """Of each, in order, the case and whether this call made it; or why it is refused.

    One in the sample gets its blind check at once, wherever it goes. ``KeyReused`` is a refusal,
    and so is ``RoutingError`` for a prediction the policy can't judge; neither spoils others.
    """
    fitted: _Fitted = {}
    judged = [_judged(tx, arrival, fitted=fitted) for arrival in arrivals]
    sound = [each for each in judged if isinstance(each, _Judged)]
    _insert(tx, sound)
    made = _fill(tx, [each for each in sound if each.case_id is not None])
    before = _stored_before(tx, [each for each in sound if each.case_id is None])
    return [
        each
        if isinstance(each, RoutingError)
        else before[id(each)]
        if each.case_id is None
        else (made[each.case_id], True)
        for each in judged
    ]


_Fitted = dict[tuple[str, str | None], Fitted | None]


@dataclass(slots=True)
class _Judged:
    """An arrival with what the policy says of it, and the row that it becomes."""

    submission: Submission
    use_case: UseCase
    chances: Chances
    decision: Route
    look: Look
    row: dict[str, Any]
    case_id: int | None = None
    """None where its key names a case already."""

    @property
    def stands(self) -> bool:
        return self.decision.to in STANDING

    @property
    def goes_to_people(self) -> bool:
        return self.look.is_checked or self.decision.to is RouteTo.REVIEW


def _judged(tx: Transaction, arrival: Arrival, *, fitted: _Fitted) -> _Judged | RoutingError:
    submission, use_case = arrival.submission, arrival.use_case
    routed = submission.routed
    draw = routed.draw if routed else arrival.draw
    calibration = _calibration(tx, submission, use_case=use_case, fitted=fitted)
    try:
        decision = route(
            submission.prediction,
            use_case=use_case,
            draw=draw,
            ask_people=submission.ask_people or submission.sent_by_person,
            worth=None if calibration is None else calibration.curve,
        )
        if routed is not None:
            decision = as_routed(decision, routed, use_case=use_case)
    except RoutingError as error:
        return error
    look = look_at(
        decision,
        use_case=use_case,
        chances=arrival.chances,
        is_prediction=not submission.sent_by_person,
    )
    row = _row(tx, submission, use_case=use_case, draw=draw, decision=decision)
    row |= _looked_at(look, arrival.chances)
    is_calibrated = calibration is not None and decision.calibrated is not None
    row["calibration_id"] = calibration.id if calibration and is_calibrated else None
    return _Judged(submission, use_case, arrival.chances, decision, look, row)


def _calibration(
    tx: Transaction, submission: Submission, *, use_case: UseCase, fitted: _Fitted
) -> Fitted | None:
    """What the policy compares with; a caller that routed by itself compared the raw confidence."""
    if not use_case.recalibrate or submission.routed is not None:
        return None
    model = submission.prediction.model
    name = use_case.name, model
    if name not in fitted:
        fitted[name] = current_calibration(tx.connection, use_case=use_case.name, model=model)
    return fitted[name]


def _looked_at(look: Look, chances: Chances) -> dict[str, Any]:
    row: dict[str, Any] = {
        "double_draw": chances.double,
        "reviews_needed": look.reviews_needed,
        "is_blind": look.is_blind,
        "awaits_check": look.is_apart,
    }
    return row | {"margin": chances.place} if look.is_checked else row


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
        "steps_taken_seconds": 0,
        "is_overdue": False,
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


def _insert(tx: Transaction, judged: Iterable[_Judged]) -> None:
    """Give those a number whose keys are new; of several with one key, the first."""
    first: dict[tuple[str, str], _Judged] = {}
    for each in judged:
        first.setdefault((each.use_case.name, each.submission.key), each)
    # In one order: two transactions with the same keys must not wait for one another.
    rows = [first[name].row for name in sorted(first)]
    named = insert_all_new(tx.connection, cases, rows, cases.c.id, cases.c.use_case, cases.c.key)
    for row in named:
        first[row.use_case, row.key].case_id = row.id


def _stored_before(
    tx: Transaction, judged: Iterable[_Judged]
) -> dict[int, tuple[Case, bool] | KeyReused]:
    """What the keys named already, by the identity of the judged."""
    found: dict[int, tuple[Case, bool] | KeyReused] = {}
    by_use_case: defaultdict[str, list[_Judged]] = defaultdict(list)
    for each in judged:
        by_use_case[each.use_case.name].append(each)
    for use_case, group in by_use_case.items():
        before = cases_under(tx.connection, use_case, {each.submission.key for each in group})
        for each in group:
            case, fingerprint = before[each.submission.key]
            found[id(each)] = _same(each.submission, case, fingerprint=fingerprint)
    return found


def same_as_before(tx: Transaction, submission: Submission, *, use_case: UseCase) -> Case:
    """The case that the key names; raises ``KeyReused``."""
    before = cases_under(tx.connection, use_case.name, {submission.key})
    case, fingerprint = before[submission.key]
    same = _same(submission, case, fingerprint=fingerprint)
    if isinstance(same, KeyReused):
        raise same
    return same[0]


def _same(submission: Submission, case: Case, *, fingerprint: str) -> tuple[Case, bool] | KeyReused:
    # What was erased can't be compared any more; it is the same item all the same.
    if fingerprint not in {"", submission.fingerprint}:
        return KeyReused(case.use_case, submission.key, case.id)
    return case, False


def _fill(tx: Transaction, judged: Iterable[_Judged]) -> dict[int, Case]:
    """New cases with all that belongs to them, by their ids."""
    new = {each.case_id: each for each in judged if each.case_id is not None}
    content = store_contents(tx, {case_id: each.submission for case_id, each in new.items()})
    outcomes = {case_id: _accepted(tx, each) for case_id, each in new.items() if each.stands}
    record_outcomes(tx, outcomes)
    chain.begin(
        tx,
        {
            case_id: _history(each, words=content[case_id][1], outcome=outcomes.get(case_id))
            for case_id, each in new.items()
        },
    )
    made = {
        case_id: _case(case_id, each, evidence=content[case_id][0], outcome=outcomes.get(case_id))
        for case_id, each in new.items()
    }
    open_checks(tx, _audits(new))
    outbox.put_all(tx, [draft for case in made.values() for draft in _drafts(tx, case, new)])
    for case_id, each in new.items():
        if each.goes_to_people:
            plan_known(tx, use_case=each.use_case, chances=each.chances)
        if each.decision.to not in {RouteTo.AUTO, RouteTo.REVIEW}:
            seed = each.submission.answer_seed
            made[case_id] = set_out(tx, made[case_id], use_case=each.use_case, seed=seed)
    return made


def _accepted(tx: Transaction, judged: _Judged) -> Outcome:
    label = judged.decision.label
    return Outcome(
        verdict=judged.use_case.verdict_for(label, label),
        label=label,
        by=By.AI,
        reviewer=None,
        note=None,
        decided_at=tx.now,
        revision=1,
        flagged=False,
    )


def _history(judged: _Judged, *, words: str, outcome: Outcome | None) -> list[Happening]:
    row, submission = judged.row, judged.submission
    data = {"route": row["route_to"], "reason": row["route_reason"], "draw": row["draw"]}
    history = [Happening("submitted", submission.submitted_by, data, words)]
    if outcome is not None:
        data = {"verdict": outcome.verdict, "label": outcome.label}
        history.append(Happening("decided", POLICY, data))
    return history


def _audits(new: Mapping[int, _Judged]) -> dict[int, dict[str, Any]]:
    return {
        case_id: {
            "use_case": each.use_case.name,
            "kind": CheckKind.AUDIT,
            "is_apart": each.look.is_apart,
        }
        for case_id, each in new.items()
        if each.look.is_checked
    }


def _drafts(tx: Transaction, case: Case, new: Mapping[int, _Judged]) -> list[outbox.Draft]:
    """What must be sent of a new case: to those who hear of every one, and to its channel."""
    judged, drafts = new[case.id], list[outbox.Draft]()
    use_case = judged.use_case
    if judged.stands:
        # The caller has it in the answer to this very call, so its callback_url is not told.
        drafts += webhooks(case, CaseEvent.DECIDED, targets=use_case.webhooks, now=tx.now)
    if judged.goes_to_people:
        drafts.append(card_to_post(case.id, use_case=use_case.name, channel=use_case.channel))
    return drafts


def _case(
    case_id: int, judged: _Judged, *, evidence: tuple[Evidence, ...], outcome: Outcome | None
) -> Case:
    submission, row, look = judged.submission, judged.row, judged.look
    case = Case(
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
    if not look.is_checked:
        return case
    return replace(case, check=Check(CheckKind.AUDIT, CheckState.OPEN, is_apart=look.is_apart))
