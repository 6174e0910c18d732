"""What other interfaces may say about a case: a vote, the truth, that it is not needed."""

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from bot.intake.answers import CaseOut, answer
from bot.intake.direct import direct_router
from bot.intake.doors import Caller, Reviewer, Submitter
from bot.intake.requests import ReviewIn, TruthIn, WithdrawIn
from bot.intake.routes.reading import CaseId
from bot.intake.showing import document_for
from bot.services import Services
from hitl.cases import Case
from hitl.documents import case_document
from hitl.policy import UseCase
from hitl.review import record_truth, vote, withdraw
from hitl.storage.queries import case_by_id
from hitl.vocabulary import Verdict


def deciding_routes(services: Services) -> APIRouter:
    """``POST /v1/cases/{id}/reviews``, ``/truth`` and ``/withdraw``."""
    router = direct_router("/v1/cases/{case_id}", 404, 409, 422)

    async def case_of(case_id: int, caller: Caller) -> Case:
        case = await services.database.read(lambda connection: case_by_id(connection, case_id))
        return caller.require(case)

    async def use_case_of(case_id: int, caller: Caller) -> UseCase:
        return services.policy.use_case((await case_of(case_id, caller)).use_case)

    @router.post("/reviews", status_code=201, response_model=CaseOut)
    async def review(
        case_id: CaseId, review: Annotated[ReviewIn, Body()], caller: Reviewer
    ) -> Response:
        """Vote, with a verdict or with a label alone; too late answers 409 with what stands."""
        found = await services.database.read(lambda connection: case_by_id(connection, case_id))
        use_case = services.policy.use_case(caller.require_to_review(found).use_case)
        case = await services.database.write(
            lambda tx: vote(
                tx,
                case_id,
                verdict=None if review.verdict is None else Verdict(review.verdict),
                label=review.label,
                note=review.note,
                reviewer=review.reviewer,
                use_case=use_case,
            )
        )
        return answer(document_for(case, caller, services.policy), 201)

    @router.post("/truth", response_model=CaseOut)
    async def truth(
        case_id: CaseId, truth: Annotated[TruthIn, Body()], caller: Submitter
    ) -> Response:
        """Say what turned out to be right; the outcome stays as it was decided."""
        use_case = await use_case_of(case_id, caller)
        case = await services.database.write(
            lambda tx: record_truth(
                tx, case_id, label=truth.label, source=truth.source, use_case=use_case
            )
        )
        return answer(case_document(case))

    @router.post("/withdraw", response_model=CaseOut)
    async def take_back(
        case_id: CaseId,
        caller: Submitter,
        why: Annotated[WithdrawIn | None, Body()] = None,
    ) -> Response:
        """Say that the case is no longer needed; once decided, 409."""
        reason = None if why is None else why.reason
        use_case = services.policy.use_cases.get((await case_of(case_id, caller)).use_case)
        webhooks = () if use_case is None else use_case.webhooks
        case = await services.database.write(
            lambda tx: withdraw(tx, case_id, by=caller.name, reason=reason, webhooks=webhooks)
        )
        return answer(case_document(case))

    return router
