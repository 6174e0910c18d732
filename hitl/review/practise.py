"""Practising on known answers: what somebody was told is right does not measure them afterwards."""

from collections.abc import Sequence

from hitl.policy.use_case import UseCase
from hitl.review.claim import prepare_pictures
from hitl.storage.database import Transaction
from hitl.storage.known_answers import note_practised


def practise(tx: Transaction, case_ids: Sequence[int], *, person: str, use_case: UseCase) -> None:
    """The person is about to be shown these known answers, with what is right at the end."""
    for case_id in case_ids:
        note_practised(tx, case_id, person=person)
        prepare_pictures(tx, case_id, use_case=use_case)
