"""A person's verdict on a case: as many as the policy needs settle it, if they agree."""

from dataclasses import dataclass, replace

from sqlalchemy import bindparam, update

from hitl.audit import words_digest
from hitl.blindness import apart_check, as_seen
from hitl.cases import Case, Outcome
from hitl.consensus import Disputed, Settled, Vote, consensus
from hitl.lifecycle import WAITING
from hitl.policy.use_case import UseCase
from hitl.review.apart import count_answer
from hitl.review.asking_people import ask_people, end_chain
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.checks import follow
from hitl.review.claim import seconds_looked
from hitl.review.record import (
    POLICY,
    record_event,
    record_outcome,
    reply_in_thread,
    update_card,
)
from hitl.review.refusals import (
    AlreadyVoted,
    CaseDisputed,
    LabelNotAllowed,
    LabelRequired,
    LabelUnknown,
    NeedsOthers,
    refuse_unless_open,
)
from hitl.review.telling import tell_of_dispute
from hitl.storage.checks import has_met
from hitl.storage.claims import drop_claim
from hitl.storage.database import Transaction
from hitl.storage.queries import case_by_id, case_to_change
from hitl.storage.tables import cases
from hitl.storage.votes import dispute, next_revision, record_vote, standing_votes
from hitl.vocabulary import By, CaseState, Verdict

# Made once: making a statement costs as much as running it.
_CLOSE = (
    update(cases)
    .where(cases.c.id == bindparam("of_case"), cases.c.state.in_(WAITING))
    .values(state=bindparam("to"), decided_at=bindparam("now"), events=cases.c.events + 1)
    .returning(cases.c.events)
)


def vote(
    tx: Transaction,
    case_id: int,
    *,
    verdict: Verdict | None = None,
    reviewer: str,
    use_case: UseCase,
    label: str | None = None,
    note: str | None = None,
    response_url: str | None = None,
) -> Case:
    """Store a vote and what it comes to with those before it; the case as it is then.

    It stays open while others must look, too, and is disputed once two labels were chosen. A vote
    without a verdict is one for its label. On a case that is answered blind, it answers the check,
    too. Raises ``AlreadyDecided``, ``AlreadyVoted``, ``NeedsOthers``, ``CaseDisputed``,
    ``CaseWithdrawn``, ``CaseNotFound``, and ``LabelRequired``, ``LabelUnknown`` or
    ``LabelNotAllowed`` where the label is missing or contradicts the verdict.
    """
    case = case_to_change(tx.connection, case_id)
    seen = as_seen(case, use_case=use_case)
    refuse_unless_open(seen)
    if seen.state is CaseState.DISPUTED:
        raise CaseDisputed(case_id)
    if case.is_known and has_met(tx.connection, case_id, reviewer=reviewer):
        raise NeedsOthers(case_id)
    before = standing_votes(tx.connection, case_id) if case.votes else ()
    if any(cast.reviewer == reviewer for cast in before):
        raise AlreadyVoted(case_id)
    verdict, chosen = _choice(verdict, label, case=case, use_case=use_case)
    salt = tx.salt()
    words = None if note is None else words_digest(note, salt=salt)
    record_review(tx, case_id, Cast(reviewer, verdict, chosen, note, salt))
    votes = [Vote(cast.reviewer, cast.verdict, cast.label) for cast in before]
    votes.append(Vote(reviewer, verdict, chosen))
    case = replace(case, votes=len(votes))
    if apart_check(case) is not None:
        return count_answer(
            tx, case, votes, use_case=use_case, words=words, response_url=response_url
        )
    result = consensus(votes, needed=case.reviews_needed)
    if len(votes) > 1 or not isinstance(result, Settled):
        data = {"verdict": verdict, "label": chosen}
        record_event(tx, case_id, event="voted", actor=reviewer, data=data, words=words)
        words = None
    if isinstance(result, Settled):
        outcome = _outcome(tx, case_id, result, reviewer=reviewer, note=note)
        return settle_case(
            tx,
            case,
            outcome,
            actor=reviewer,
            use_case=use_case,
            words=words,
            response_url=response_url,
        )
    if case.people_since is None:  # somebody voted by the API before it was people's turn
        end_chain(tx, case, why="somebody voted before")
        case = ask_people(tx, case, use_case=use_case)
    # The next person is not to wait for the end of a claim that was used.
    drop_claim(tx, case_id, reviewer=reviewer)
    if isinstance(result, Disputed):
        case = _dispute(tx, case, use_case=use_case)
    update_card(tx, case, response_url=response_url)
    return case


def _outcome(
    tx: Transaction, case_id: int, result: Settled, *, reviewer: str, note: str | None
) -> Outcome:
    return Outcome(
        verdict=result.verdict,
        label=result.label,
        by=By.REVIEWER,
        reviewer=reviewer,
        note=note,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case_id),
        flagged=result.verdict is Verdict.FLAG,
    )


def _dispute(tx: Transaction, case: Case, *, use_case: UseCase) -> Case:
    dispute(tx, case.id)
    record_event(tx, case.id, event="disputed", actor=POLICY, data={})
    payload = {"says": "disputed", "called": list(use_case.who_adjudicates)}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)
    tell_of_dispute(tx, case)
    return replace(case, state=CaseState.DISPUTED)


def settle_case(
    tx: Transaction,
    case: Case,
    outcome: Outcome,
    *,
    actor: str,
    use_case: UseCase,
    event: str = "decided",
    words: str | None = None,
    response_url: str | None = None,
) -> Case:
    """Decide a waiting case; the case as it is then, which everybody who waits for it is told.

    ``words`` is the digest of the outcome's note. Raises ``AlreadyDecided`` and ``CaseWithdrawn``.
    """
    position = close_case(tx, case.id, to=CaseState.DECIDED)
    if position is None:
        # On PostgreSQL another transaction may have closed it since it was read.
        refuse_unless_open(as_seen(case_by_id(tx.connection, case.id)))
    record_outcome(tx, case.id, outcome)
    data = {"verdict": outcome.verdict, "label": outcome.label}
    record_event(tx, case.id, event=event, actor=actor, data=data, words=words, position=position)
    decided = replace(case, state=CaseState.DECIDED, outcome=outcome)
    decided = follow(tx, decided, outcome, event=event, use_case=use_case)
    end_chain(tx, decided, why="it was decided before")
    update_card(tx, decided, response_url=response_url)
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, decided, CaseEvent.DECIDED, targets=targets)
    return decided


def close_case(tx: Transaction, case_id: int, *, to: CaseState) -> int | None:
    """Move a waiting case to ``to``; None when it does not wait any more.

    Else the position of the event that is to tell of it: the case's row counts it already.
    """
    decided_at = tx.now if to is CaseState.DECIDED else None
    values = {"of_case": case_id, "to": to, "now": decided_at}
    position: int | None = tx.connection.execute(_CLOSE, values).scalar()
    return position


def _choice(
    verdict: Verdict | None, label: str | None, *, case: Case, use_case: UseCase
) -> tuple[Verdict, str]:
    """The verdict and the label that were meant; a refusal tells nothing that the card hides."""
    if verdict is None or (case.is_blind and not use_case.is_verdict):
        if label is None:
            raise LabelRequired(list(use_case.labels))
        if label not in use_case.labels:
            raise LabelUnknown(label, list(use_case.labels))
        return use_case.verdict_for(label, case.label), label
    return verdict, chosen_label(verdict, label, case=case, use_case=use_case)


def chosen_label(verdict: Verdict, label: str | None, *, case: Case, use_case: UseCase) -> str:
    meant = use_case.label_for(verdict, case.label)
    if label is None and meant is None:
        others = [other for other in use_case.labels if other != case.label]
        raise LabelRequired(others, instead_of=case.label)
    if label is None or label == meant:
        return meant or case.label
    allowed = [meant] if meant else [other for other in use_case.labels if other != case.label]
    if label not in allowed:
        raise LabelNotAllowed(label, verdict, allowed)
    return label


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote as it is stored; ``salt`` is that of its note's digest."""

    reviewer: str
    verdict: Verdict
    label: str
    note: str | None
    salt: str


def record_review(
    tx: Transaction, case_id: int, cast: Cast, *, is_adjudication: bool = False
) -> None:
    """Store what one person said, and how long they looked."""
    values = {
        "reviewer": cast.reviewer,
        "verdict": cast.verdict,
        "label": cast.label,
        "note": cast.note,
        "salt": None if cast.note is None else cast.salt,
        "seconds": seconds_looked(tx, case_id, reviewer=cast.reviewer),
        "is_adjudication": is_adjudication,
    }
    record_vote(tx, case_id, values)
