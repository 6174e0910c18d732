"""What turned out to be right, learned after the fact."""

from sqlalchemy import insert

from hitl.cases import Case
from hitl.policy.use_case import UseCase
from hitl.review.record import record_event
from hitl.review.refusals import LabelUnknown
from hitl.storage.database import Transaction
from hitl.storage.label_marks import mark_label
from hitl.storage.queries import case_by_id
from hitl.storage.tables import truths


def record_truth(
    tx: Transaction, case_id: int, *, label: str, source: str, use_case: UseCase
) -> Case:
    """The case; its outcome stays what was decided, the truth is kept beside it.

    Raises ``LabelUnknown`` for a label that the policy does not have, and ``CaseNotFound``.
    """
    if label not in use_case.labels:
        raise LabelUnknown(label, list(use_case.labels))
    case = case_by_id(tx.connection, case_id)
    values = {"case_id": case_id, "label": label, "source": source, "at": tx.now}
    tx.connection.execute(insert(truths), values)
    mark_label(tx, case_id)
    data = {"label": label, "source": source}
    record_event(tx, case_id, event="truth_recorded", actor=source, data=data)
    return case
