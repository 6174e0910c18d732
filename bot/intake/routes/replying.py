"""What a case's submitter answers to a reviewer's question."""

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from bot.intake.answers import QuestionOut, answer
from bot.intake.direct import direct_router
from bot.intake.doors import Submitter
from bot.intake.requests import ReplyIn
from bot.intake.routes.reading import CaseId
from bot.services import Services
from hitl.documents import question_document
from hitl.review import take_reply
from hitl.storage.queries import case_by_id


def replying_routes(services: Services) -> APIRouter:
    """``POST /v1/cases/{id}/replies``."""
    router = direct_router("/v1/cases/{case_id}", 404, 409, 422)

    @router.post(
        "/replies",
        status_code=201,
        response_model=QuestionOut,
        responses={200: {"model": QuestionOut}},
    )
    async def reply(
        case_id: CaseId, reply: Annotated[ReplyIn, Body()], caller: Submitter
    ) -> Response:
        """Answer a question; the same answer again changes nothing, another one is a 409."""
        case = caller.require(await services.database.read(lambda c: case_by_id(c, case_id)))
        use_case = services.policy.use_cases.get(case.use_case)
        question, is_new = await services.database.write(
            lambda tx: take_reply(
                tx,
                case_id,
                reply.question_id,
                by=caller.name,
                text=reply.text,
                channel=None if use_case is None else use_case.channel,
            )
        )
        return answer(question_document(question), 201 if is_new else 200)

    return router
