"""Model versions: telling that one was deployed, and which there are."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from bot.intake.answers import answer
from bot.intake.direct import direct_router
from bot.intake.doors import Reader, Submitter
from bot.intake.fields import Sought
from bot.intake.problems import refusals
from bot.intake.requests import ModelIn
from bot.services import Services
from hitl.documents import moment
from hitl.learning.calibrations import Fitted, current_calibration, recalibrated
from hitl.learning.models import ModelVersion, model_list, tell_model
from hitl.learning.samples import Sample, sample_of
from hitl.statistics.calibration import Calibration


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


class BinOut(BaseModel):
    """Predictions of like confidence: how sure, and how often right, with a 95 % interval."""

    confidence: float
    right: float
    low: float
    high: float
    checks: int


class ReliabilityOut(BaseModel):
    """`ece` is the mean gap of the bins, `brier` the mean squared error."""

    ece: float
    brier: float
    bins: list[BinOut]


class CalibrationOut(BaseModel):
    """Platt's curve, fitted on `checks` blind checks, and how reliable confidence is with it."""

    slope: float
    intercept: float
    checks: int
    fitted_at: str
    before: ReliabilityOut | None
    after: ReliabilityOut | None


def model_routes(services: Services) -> APIRouter:
    """``POST /v1/models`` and ``GET /v1/models``."""
    router = direct_router("/v1/models", 422)

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

    @router.get(
        "/{version:path}/calibration",
        response_model=CalibrationOut,
        responses=refusals(404),
    )
    async def read_calibration(
        version: Sought, caller: Reader, use_case: Annotated[str, Query(max_length=200)]
    ) -> Response:
        """What its confidences are worth: 1 / (1 + exp(-(intercept + slope · logit c)))."""
        name = caller.use_case(services.policy, use_case).name
        fitted, sample = await services.database.read(
            lambda c: (
                current_calibration(c, use_case=name, model=version),
                sample_of(c, use_case=name, model=version),
            )
        )
        if fitted is None:
            message = f"{version} has no calibration: it takes 100 blind checks of its predictions."
            raise HTTPException(HTTPStatus.NOT_FOUND, message)
        return answer(await asyncio.to_thread(_calibration, fitted, sample))

    return router


def _calibration(fitted: Fitted, sample: Sample) -> dict[str, Any]:
    found = recalibrated(fitted, sample)
    return {
        "slope": fitted.curve.scale,
        "intercept": fitted.curve.shift,
        "checks": fitted.labels,
        "fitted_at": moment(fitted.fitted_at),
        "before": found and _reliability(found.before),
        "after": found and _reliability(found.after),
    }


def _reliability(found: Calibration) -> dict[str, Any]:
    bins = [
        {
            "confidence": each.confidence,
            "right": each.right.estimate,
            "low": each.right.interval.low,
            "high": each.right.interval.high,
            "checks": each.right.total,
        }
        for each in found.bins
    ]
    return {"ece": found.ece, "brier": found.brier, "bins": bins}


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
