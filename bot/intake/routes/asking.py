"""What the users of a caller's product say: the answer to a question, and feedback."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from bot.intake.answers import CaseOut, answer
from bot.intake.direct import direct_router
from bot.intake.doors import Caller, Submitter
from bot.intake.problems import problem_of, problem_response
from bot.intake.requests import AnswerIn, FeedbackIn
from bot.intake.routes.reading import CaseId
from bot.services import Services
from hitl.cases import Case
from hitl.documents import case_document
from hitl.policy import UseCase
from hitl.review import (
    AlreadyDecided,
    CaseWithdrawn,
    Feedback,
    UserAnswer,
    give_feedback,
)
from hitl.review import answer as answer_case
from hitl.storage.queries import case_by_id
from hitl.storage.questions import Via
from hitl.vocabulary import CaseState


def asking_routes(services: Services) -> APIRouter:
    """``POST /v1/cases/{id}/answer`` and ``/feedback``."""
    router = direct_router("/v1/cases/{case_id}", 404, 409, 422)

    async def use_case_of(caller: Caller, case_id: int) -> UseCase:
        case = await services.database.read(lambda connection: case_by_id(connection, case_id))
        return services.policy.use_case(caller.require(case).use_case)

    @router.post("/answer", response_model=CaseOut)
    async def answered(
        case_id: CaseId, given: Annotated[AnswerIn, Body()], caller: Submitter
    ) -> Response:
        """Pass on what the user answers: a label, or that they would rather not decide.

        The token is `ask.token` of the case, and answers once. An answer that comes after
        somebody else has decided is kept and changes nothing: 409 with the outcome.
        """
        use_case = await use_case_of(caller, case_id)
        said = UserAnswer(given.label, given.by or caller.name, Via.API, token=given.token)
        case, counts = await services.database.write(
            lambda tx: answer_case(tx, case_id, said, use_case=use_case)
        )
        if given.label is not None and not counts:
            return _too_late(case)
        return answer(case_document(case))

    @router.post("/feedback", response_model=CaseOut)
    async def feedback(
        case_id: CaseId, given: Annotated[FeedbackIn, Body()], caller: Submitter
    ) -> Response:
        """Say whether the AI's answer, which stands, was right; where not, what would be.

        The first feedback on a case counts. The right label becomes the truth about the case,
        and takes the outcome's place if the policy says `revise`.
        """
        use_case = await use_case_of(caller, case_id)
        said = Feedback(given.right, given.label, given.by or caller.name, Via.API)
        case, _ = await services.database.write(
            lambda tx: give_feedback(tx, case_id, said, use_case=use_case)
        )
        return answer(case_document(case))

    return router


def _too_late(case: Case) -> Response:
    """The answer is stored by now, so this is no exception that would take it back."""
    if case.outcome is not None:
        return problem_response(problem_of(AlreadyDecided(case.id, case.outcome)))
    if case.state is CaseState.WITHDRAWN:
        return problem_response(problem_of(CaseWithdrawn(case.id)))
    return answer(case_document(case), HTTPStatus.ACCEPTED)
