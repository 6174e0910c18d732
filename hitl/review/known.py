"""Known answers: items kept to be served again, blind, so that reviewers themselves are measured.

What is served is a copy with a number and an age of its own; the case it was made from, its key
and whoever sent it are nowhere to be seen. Callers never hear of it.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from hitl.audit import words_digest
from hitl.cases import Case, Outcome
from hitl.policy.use_case import UseCase
from hitl.review.content import store_contents
from hitl.review.record import POLICY, post_card, record_outcome
from hitl.review.refusals import LabelUnknown
from hitl.review.submission import Submission
from hitl.review.submit import same_as_before
from hitl.storage import chain
from hitl.storage.chain import Happening, content_words
from hitl.storage.checks import open_checks
from hitl.storage.database import Transaction
from hitl.storage.known_answers import Turn, learn_answer, pick_answer, take_turn
from hitl.storage.queries import case_by_id
from hitl.storage.statements import insert_new
from hitl.storage.tables import case_contents, cases, pictures
from hitl.vocabulary import By, CaseState, CheckKind, RouteTo

_FROM_SOURCE = ("label", "confidence", "scores", "model")


def add_known_answer(
    tx: Transaction, submission: Submission, *, label: str, use_case: UseCase
) -> tuple[Case, bool]:
    """The item kept with its right label, and whether this call kept it; nobody is asked of it.

    Raises ``LabelUnknown`` and ``KeyReused``.
    """
    if label not in use_case.labels:
        raise LabelUnknown(label, list(use_case.labels))
    row = _row(tx, use_case, submission.key, fingerprint=submission.fingerprint)
    row |= {"state": CaseState.DECIDED, "decided_at": tx.now, "events": 2, "label": label}
    case_id = insert_new(tx.connection, cases, row)
    if case_id is None:
        return same_as_before(tx, submission, use_case=use_case), False
    _, words = store_contents(tx, {case_id: submission})[case_id]
    outcome = Outcome(
        verdict=use_case.verdict_for(label, label),
        label=label,
        by=By.REVIEWER,
        reviewer=submission.submitted_by,
        note=None,
        decided_at=tx.now,
        revision=1,
        flagged=False,
    )
    record_outcome(tx, case_id, outcome)
    data = {"verdict": outcome.verdict, "label": label}
    history = [
        Happening("submitted", submission.submitted_by, {"reason": "its answer is known"}, words),
        Happening("answer_known", submission.submitted_by, data),
    ]
    chain.begin(tx, {case_id: history})
    learn_answer(tx, case_id, use_case=use_case.name, label=label)
    return case_by_id(tx.connection, case_id), True


def serve_known(tx: Transaction, turn: Turn, *, use_case: UseCase) -> Case | None:
    """The case that people get now; None where there is nothing to serve, or another did."""
    if not take_turn(tx, turn):
        return None
    picked = pick_answer(tx, use_case.name, draw=turn.draw)
    if picked is None:
        return None
    source_id, known_label = picked
    if known_label not in use_case.labels:
        return None
    source = tx.connection.execute(select(cases).where(cases.c.id == source_id)).one()
    row = _row(tx, use_case, f"known-{secrets.token_hex(12)}", fingerprint="")
    row |= {name: getattr(source, name) for name in _FROM_SOURCE}
    row |= {"margin": turn.draw, "people_since": tx.now}
    case_id = int(insert_new(tx.connection, cases, row) or 0)
    words = _copy_content(tx, source_id, case_id)
    data = {"route": RouteTo.REVIEW, "reason": "its answer is known", "draw": 1.0}
    chain.begin(tx, {case_id: [Happening("submitted", POLICY, data, words)]})
    values = {
        "use_case": use_case.name,
        "kind": CheckKind.KNOWN,
        "is_apart": False,
        "known_label": known_label,
        "known_case_id": source_id,
    }
    open_checks(tx, {case_id: values})
    post_card(tx, case_id, use_case=use_case.name, channel=use_case.channel)
    return case_by_id(tx.connection, case_id)


def _row(tx: Transaction, use_case: UseCase, key: str, *, fingerprint: str) -> dict[str, Any]:
    return {
        "use_case": use_case.name,
        "key": key,
        "fingerprint": fingerprint,
        "state": CaseState.OPEN,
        "route_to": RouteTo.REVIEW,
        "route_reason": "its answer is known",
        "routed_by": "known",
        "scores": {},
        "margin": 0.0,
        "policy_version": use_case.version,
        "draw": 1.0,
        "audit_rate": 0.0,
        "reviews_needed": use_case.reviews_needed,
        "is_blind": True,
        "submitted_at": tx.now,
        "events": 1,
    }


def _copy_content(tx: Transaction, source_id: int, case_id: int) -> str:
    """Give the copy the item and its evidence, and nothing else; the digest of all of it."""
    found = tx.connection.execute(
        select(case_contents).where(case_contents.c.case_id == source_id)
    ).one()
    pieces, uploaded = [], []
    for item in found.evidence or ():
        piece, picture = _copy_piece(tx, item, case_id)
        pieces.append(piece)
        uploaded += [picture] if picture is not None else []
    content = {
        "case_id": case_id,
        "title": found.title,
        "text": found.text,
        "reason": found.reason,
        "evidence": pieces or None,
        "ask": None,
        "caller_metadata": None,
        "salt": tx.salt(),
    }
    tx.connection.execute(insert(case_contents), content)
    return words_digest(content_words(content, uploaded), salt=content["salt"])


def _copy_piece(
    tx: Transaction, item: Mapping[str, Any], case_id: int
) -> tuple[dict[str, Any], bytes | None]:
    """A piece of evidence of the copy, and its picture if it has one."""
    if "image_id" not in item:
        return dict(item), None
    picture = tx.connection.execute(
        select(pictures.c.title, pictures.c.media_type, pictures.c.content).where(
            pictures.c.id == item["image_id"]
        )
    ).one()
    values = {"case_id": case_id, **picture._mapping}  # noqa: SLF001 - SQLAlchemy's public name
    inserted = tx.connection.execute(insert(pictures).returning(pictures.c.id), values)
    return {**item, "image_id": inserted.scalar_one()}, picture.content
