"""Answering, taking back, overruling and ending a check whose case is decided elsewhere.

Each does for the check what the verb of the same name does for a case that waits, so that
whoever answers blind meets the same words and the same refusals.
"""

from dataclasses import replace
from typing import Any

from hitl.cases import Case, Note, Outcome
from hitl.consensus import Disputed, Settled, Vote, consensus
from hitl.policy.use_case import UseCase
from hitl.review.checks import answered, settled
from hitl.review.record import (
    POLICY,
    post_card,
    record_event,
    record_words,
    reply_in_thread,
    update_card,
)
from hitl.review.revise import revise
from hitl.storage.checks import await_check, change_check, reopen_check
from hitl.storage.claims import drop_claim
from hitl.storage.database import Transaction
from hitl.storage.flags import FlagEnd, end_watch, watch
from hitl.storage.known_answers import retire_answer
from hitl.storage.queries import case_by_id
from hitl.storage.votes import mark_undone
from hitl.vocabulary import By, CheckState, Verdict


def count_answer(
    tx: Transaction,
    case: Case,
    votes: list[Vote],
    *,
    use_case: UseCase,
    words: str | None,
    response_url: str | None,
) -> Case:
    """The case once the latest of the votes is counted; all of them are stored."""
    latest, result = votes[-1], consensus(votes, needed=case.reviews_needed)
    data = {"verdict": latest.verdict, "label": latest.label}
    is_settled = isinstance(result, Settled)
    record_event(
        tx, case.id, event="checked" if is_settled else "voted", actor=latest.reviewer, data=data,
        words=words,
    )  # fmt: skip
    drop_claim(tx, case.id, reviewer=latest.reviewer)
    if isinstance(result, Settled):
        await_check(tx, case.id, awaited=False)
        if result.verdict is Verdict.FLAG:
            watch(tx, case.id)
        case = answered(
            tx, case, result.verdict, result.label, reviewer=latest.reviewer, use_case=use_case
        )
    elif isinstance(result, Disputed):
        case = _split(tx, case, use_case=use_case)
    update_card(tx, case, response_url=response_url)
    return case


def _split(tx: Transaction, case: Case, *, use_case: UseCase) -> Case:
    """Those who answered disagree: it goes the way of any dispute, and waits as one."""
    change_check(tx, case.id, {"state": CheckState.DISPUTED}, still=CheckState.OPEN)
    record_event(tx, case.id, event="disputed", actor=POLICY, data={})
    payload = {"says": "disputed", "called": list(use_case.who_adjudicates)}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)
    if case.check is None:
        return case
    return replace(case, check=replace(case.check, state=CheckState.DISPUTED))


def take_back_answer(
    tx: Transaction,
    case: Case,
    undone: Outcome,
    *,
    by: str,
    use_case: UseCase,
    response_url: str | None,
) -> Case:
    """The case, whose check waits for another answer; ``undone`` is the one that there was."""
    mark_undone(tx, case.id, reviewer=by)
    reopen_check(tx, case.id)
    await_check(tx, case.id, awaited=True)
    end_watch(tx, case.id, end=FlagEnd.UNDONE)
    drop_claim(tx, case.id, reviewer=by)
    data = {"verdict": undone.verdict, "label": undone.label}
    record_event(tx, case.id, event="undone", actor=by, data=data)
    if not case.has_card:
        post_card(tx, case.id, use_case=use_case.name, channel=use_case.channel)
    waiting = case_by_id(tx.connection, case.id)
    update_card(tx, waiting, response_url=response_url)
    return waiting


def set_aside(
    tx: Transaction, case: Case, *, by: str, reason: str | None, response_url: str | None
) -> Case:
    """The case, about which people are not asked any more; its outcome stands."""
    words = None if reason is None else record_words(tx, case.id, author=by, text=reason)
    _end(tx, case, {"state": CheckState.WITHDRAWN, "settled_by": by, "settled_at": tx.now})
    record_event(tx, case.id, event="withdrawn", actor=by, data={}, words=words)
    ended = case_by_id(tx.connection, case.id)
    update_card(tx, ended, response_url=response_url)
    return ended


def lapse(tx: Transaction, case: Case, verdict: Verdict, label: str, *, use_case: UseCase) -> None:
    """Time is up: shown is what the deadline would have decided, and nothing comes of it."""
    values = {
        "state": CheckState.WITHDRAWN,
        "verdict": verdict,
        "label": label,
        "answered_at": tx.now,
        "settled_by": By.DEADLINE,
        "settled_at": tx.now,
    }
    _end(tx, case, values)
    data = {"verdict": verdict, "label": label}
    record_event(tx, case.id, event="checked", actor=By.DEADLINE, data=data)
    update_card(tx, case_by_id(tx.connection, case.id))
    payload = {"says": "decided_by_deadline"}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)


def turn(
    tx: Transaction,
    case: Case,
    label: str,
    *,
    instead_of: str,
    by: str,
    reason: str,
    use_case: UseCase,
    response_url: str | None,
) -> Case:
    """The case, whose check now comes to ``label``; whether its outcome does says the policy."""
    words = record_words(tx, case.id, author=by, text=reason)
    data = {"label": label, "instead_of": instead_of}
    record_event(tx, case.id, event="overruled", actor=by, data=data, words=words)
    retire_answer(tx, case.id)
    end_watch(tx, case.id, end=FlagEnd.CLEARED if label == instead_of else FlagEnd.TURNED)
    case = settled(tx, case, label, by=by)
    if use_case.audit_revises:
        case = revise(tx, case, label, by=by, use_case=use_case)
    noted = replace(case, notes=(*case.notes, Note(author=by, text=reason, at=tx.now)))
    update_card(tx, noted, response_url=response_url)
    reply_in_thread(tx, noted, channel=use_case.channel, payload={"says": "overruled"})
    return noted


def unflag(tx: Transaction, case: Case, *, by: str, use_case: UseCase, url: str | None) -> Case:
    """The case, whose check keeps its label and is flagged no more."""
    check = case.check
    if check is None or check.label is None:
        return case
    verdict = use_case.verdict_for(check.label, check.label)
    change_check(tx, case.id, {"verdict": verdict}, still=check.state)
    record_event(tx, case.id, event="flag_cleared", actor=by, data={"label": check.label})
    cleared = replace(case, check=replace(check, verdict=verdict))
    update_card(tx, cleared, response_url=url)
    return cleared


def _end(tx: Transaction, case: Case, values: dict[str, Any]) -> None:
    await_check(tx, case.id, awaited=False)
    if case.check is not None:
        change_check(tx, case.id, values, still=case.check.state)
