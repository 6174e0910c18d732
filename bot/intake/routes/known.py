"""Taking in items whose right label is known."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from bot.intake.answers import KnownAnswerOut, answer
from bot.intake.direct import direct_router
from bot.intake.doors import Submitter
from bot.intake.requests import KnownAnswerIn
from bot.intake.routes.submitting import fingerprint_of
from bot.services import Services
from hitl.review import add_known_answer


def known_routes(services: Services) -> APIRouter:
    """``POST /v1/known-answers``."""
    router = direct_router("/v1", 422)

    @router.post(
        "/known-answers",
        status_code=201,
        response_model=KnownAnswerOut,
        responses={200: {"model": KnownAnswerOut}},
    )
    async def add(
        known: Annotated[KnownAnswerIn, Body()], caller: Submitter, request: Request
    ) -> Response:
        """Keep an item to be mixed in, as often as the policy's known_answer_rate says.

        Reviewers meet it as a case like any other, each of them once; callers never hear of it.
        """
        use_case = caller.use_case(services.policy, known.use_case)
        fingerprint = fingerprint_of(await request.json())
        submission = known.submission(fingerprint=fingerprint, submitted_by=caller.name)
        _, created = await services.database.write(
            lambda tx: add_known_answer(tx, submission, label=known.label, use_case=use_case)
        )
        kept = {"use_case": use_case.name, "key": known.key, "label": known.label}
        return answer(kept, HTTPStatus.CREATED if created else HTTPStatus.OK)

    return router
