"""Settling a dispute: somebody who has seen both votes, and cast neither, decides."""

from hitl.audit import words_digest
from hitl.blindness import as_seen
from hitl.cases import Case, Outcome
from hitl.errors import HitlError
from hitl.policy.use_case import UseCase
from hitl.review.adjudicate_check import settle_check
from hitl.review.refusals import refuse_erased, refuse_unless_open
from hitl.review.vote import Cast, chosen_label, record_review, settle_case
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change
from hitl.storage.votes import next_revision, standing_votes
from hitl.vocabulary import By, CaseState, CheckState, Verdict


class AdjudicationRefused(HitlError):
    """The dispute goes on, or there is none; the message says which."""

    def __init__(self, case_id: int, why: str) -> None:
        super().__init__(f"Case {case_id} can't be adjudicated: {why}.")
        self.case_id = case_id


def adjudicate(
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
    """The case, decided as the adjudicator says; the votes are kept as they were.

    Raises ``AdjudicationRefused``, ``CaseErased`` and whatever ``vote`` does.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_erased(case)
    check = case.check
    if check is None or check.state is not CheckState.DISPUTED:
        refuse_unless_open(as_seen(case, use_case=use_case))
        if case.state is not CaseState.DISPUTED:
            raise AdjudicationRefused(case_id, "nobody disagrees on it")
    if any(cast.reviewer == reviewer for cast in standing_votes(tx.connection, case_id)):
        raise AdjudicationRefused(case_id, "you have voted on it, somebody else must")
    if check is not None and check.state is CheckState.DISPUTED:
        return settle_check(
            tx,
            case,
            check,
            verdict=verdict,
            reviewer=reviewer,
            use_case=use_case,
            label=label,
            note=note,
            response_url=response_url,
        )
    chosen = chosen_label(verdict, label, case=case, use_case=use_case)
    salt = tx.salt()
    cast = Cast(reviewer, verdict, chosen, note, salt)
    record_review(tx, case_id, cast, is_adjudication=True)
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
    return settle_case(
        tx,
        case,
        outcome,
        actor=reviewer,
        use_case=use_case,
        event="adjudicated",
        words=None if note is None else words_digest(note, salt=salt),
        response_url=response_url,
    )
