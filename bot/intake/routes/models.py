"""Model versions: telling that one was deployed, and which there are."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from bot.intake.answers import answer
from bot.intake.doors import Reader, Submitter
from bot.intake.problems import Problem
from bot.intake.requests import ModelIn
from bot.services import Services
from hitl.documents import moment
from hitl.learning.models import ModelVersion, model_list, tell_model


class ModelOut(BaseModel):
    """A version; ``checks`` counts the blind checks that say how good it is."""

    version: str
    first_seen_at: str
    told_by: str | None
    trained_through: str | None
    notes: str | None
    checks: int


class ModelsOut(BaseModel):
    """In the order in which they came."""

    items: Annotated[list[ModelOut], Field(description="the oldest first")]


def model_routes(services: Services) -> APIRouter:
    """``POST /v1/models`` and ``GET /v1/models``."""
    router = APIRouter(prefix="/v1/models", responses={422: {"model": Problem}})

    @router.post("", status_code=201, response_model=ModelOut, responses={200: {"model": ModelOut}})
    async def tell(model: Annotated[ModelIn, Body()], caller: Submitter) -> Response:
        """A version was deployed; telling it again replaces what was told (200)."""
        name = caller.use_case(services.policy, model.use_case).name
        through = None if model.trained_through is None else int(model.trained_through)
        is_new = await services.database.write(
            lambda tx: tell_model(
                tx,
                use_case=name,
                version=model.version,
                told_by=caller.name,
                trained_through=through,
                notes=model.notes,
            )
        )
        known = await services.database.read(lambda c: model_list(c, use_case=name))
        told = next(each for each in known if each.version == model.version)
        return answer(_document(told), status=HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    @router.get("", response_model=ModelsOut)
    async def list_models(
        caller: Reader, use_case: Annotated[str, Query(max_length=200)]
    ) -> Response:
        """The versions of a use case's model."""
        name = caller.use_case(services.policy, use_case).name
        known = await services.database.read(lambda c: model_list(c, use_case=name))
        return answer({"items": [_document(each) for each in known]})

    return router


def _document(model: ModelVersion) -> dict[str, Any]:
    through = model.trained_through
    return {
        "version": model.version,
        "first_seen_at": moment(model.first_seen_at),
        "told_by": model.told_by,
        "trained_through": None if through is None else str(through),
        "notes": model.notes,
        "checks": model.checks,
    }
