"""A case as the document that the holder of a key may be shown."""

from typing import Any

from bot.intake.keyring import Caller
from hitl.cases import Case
from hitl.documents import blind_document, case_document
from hitl.policy import InForce


def document_for(case: Case, caller: Caller, policy: InForce) -> dict[str, Any]:
    """Whole for those who may read; whoever only reviews sees blind cases as any reviewer does."""
    if case.is_known or (case.is_blind and caller.is_blind):
        return blind_document(case, use_case=policy.use_case(case.use_case))
    return case_document(case)
