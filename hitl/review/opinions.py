"""What a second model said is kept with its case, which goes on once all of them have answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hitl.policy import UseCase
from hitl.review.escalate import weigh
from hitl.review.record import POLICY, record_event
from hitl.storage.database import Transaction
from hitl.storage.outbox import Parcel, Sending, settle
from hitl.storage.queries import case_to_change
from hitl.storage.steps import count_call, record_opinion_row, running_step_by_id
from hitl.strategies import Opinion
from hitl.vocabulary import By, CaseState


@dataclass(frozen=True, slots=True)
class GivenOpinion:
    """What an endpoint of a running step answered, or why it did not."""

    case_id: int
    step_id: int
    endpoint: int
    opinion: Opinion
    scores: Mapping[str, float] | None
    use_case: UseCase


def record_request(tx: Transaction, case_id: int, step_id: int, endpoint: int, *, to: str) -> None:
    """One more request is made of a model: each costs, whatever comes of it.

    Without its event nobody would know that an hour which is counted by now has changed.
    """
    count_call(tx, step_id, endpoint)
    record_event(tx, case_id, event="asked", actor=POLICY, data={"model": to})


def record_opinion(tx: Transaction, parcel: Parcel, given: GivenOpinion) -> bool:
    """Settle the parcel and keep the opinion; False when the lease had passed on.

    One that comes after its step has ended is kept and changes nothing.
    """
    state = Sending.SKIPPED if given.opinion.failure else Sending.SENT
    if not settle(tx, parcel, state=state, error=given.opinion.failure):
        return False
    case = case_to_change(tx.connection, given.case_id)
    said = replace(given.opinion, reason=None) if case.erased else given.opinion
    if not record_opinion_row(tx, given.step_id, given.endpoint, said, scores=given.scores):
        return True
    data = {
        "model": given.opinion.model,
        "label": given.opinion.label,
        "confidence": given.opinion.confidence,
        "failure": given.opinion.failure,
    }
    record_event(tx, case.id, event="opinion", actor=By.MODEL, data=data)
    step = running_step_by_id(tx.connection, given.step_id)
    if step is not None and case.state is CaseState.OPEN:
        weigh(tx, case, step, use_case=given.use_case)
    return True
