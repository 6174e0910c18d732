"""Sending predictions in: one by one or a thousand at a time."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import ValidationError
from starlette.responses import Response

from bot.intake.answers import BatchOut, CaseOut, TalliesOut, answer
from bot.intake.asking import Seed, told_document
from bot.intake.doors import Caller, Submitter
from bot.intake.keyring import MayNotRoute
from bot.intake.problems import Problem, problem_of, problem_of_failure, problem_of_validation
from bot.intake.requests import BatchIn, CaseIn, TalliesIn
from bot.services import Services
from hitl.api_keys import Scope
from hitl.cases import Case
from hitl.errors import HitlError
from hitl.review import add_tallies, submit
from hitl.routing import RoutingError

log = logging.getLogger(__name__)


def submitting_routes(services: Services) -> APIRouter:
    """``POST /v1/cases``, ``/v1/cases/batch`` and ``/v1/tallies``."""
    router = APIRouter(prefix="/v1", responses={422: {"model": Problem}})

    @router.post(
        "/cases", status_code=201, response_model=CaseOut, responses={200: {"model": CaseOut}}
    )
    async def submit_case(
        case: Annotated[CaseIn, Body()], caller: Submitter, seed: Seed, request: Request
    ) -> Response:
        """Submit a prediction; the same key and content again answer the same case with 200."""
        sender = _Sender(caller, seed)
        stored, created = await _submit(services, case, raw=await request.json(), sender=sender)
        document = await told_document(services, stored, seed)
        return answer(document, HTTPStatus.CREATED if created else HTTPStatus.OK)

    @router.post("/cases/batch", response_model=BatchOut)
    async def submit_batch(
        batch: Annotated[BatchIn, Body()], caller: Submitter, seed: Seed
    ) -> Response:
        """Submit up to 1,000; a bad one spoils only itself, results come in order."""
        sender = _Sender(caller, seed)
        jobs = (_submit_one_of_many(services, raw, sender=sender) for raw in batch.cases)
        return answer({"results": await asyncio.gather(*jobs)})

    @router.post("/tallies", response_model=TalliesOut)
    async def tally(
        tallies: Annotated[TalliesIn, Body()], caller: Submitter, request: Request
    ) -> Response:
        """Count predictions that stood by themselves where they were made."""
        use_case = caller.use_case(services.policy, tallies.use_case)
        fingerprint = fingerprint_of(await request.json())
        stored = await services.database.write(
            lambda tx: add_tallies(
                tx,
                tallies.as_counts(),
                use_case=use_case,
                key=tallies.key,
                fingerprint=fingerprint,
                since=tallies.since,
                until=tallies.until,
            )
        )
        return answer({"stored": stored})

    return router


@dataclass(frozen=True, slots=True)
class _Sender:
    caller: Caller
    seed: bytes = field(repr=False)
    """What tokens for their users' answers are made from."""


async def _submit(
    services: Services, case: CaseIn, *, raw: Any, sender: _Sender
) -> tuple[Case, bool]:
    caller = sender.caller
    use_case = caller.use_case(services.policy, case.use_case)
    if case.routed is not None and Scope.ROUTE not in caller.scopes:
        raise MayNotRoute
    if case.callback_url is not None:
        services.callbacks.require_usable(case.callback_url)
    submission = case.submission(
        fingerprint=fingerprint_of(raw), submitted_by=caller.name, answer_seed=sender.seed
    )
    draw, chances = services.draw(), services.chances()
    try:
        return await services.database.write(
            lambda tx: submit(tx, submission, use_case=use_case, draw=draw, chances=chances)
        )
    except RoutingError as error:
        if case.label is None:
            raise
        raise RoutingError("label", error.message) from None  # which is where the caller wrote it


async def _submit_one_of_many(services: Services, raw: Any, *, sender: _Sender) -> dict[str, Any]:
    try:
        case = CaseIn.model_validate(raw)
        stored, created = await _submit(services, case, raw=raw, sender=sender)
    except ValidationError as error:
        return _spoiled(problem_of_validation(error.errors()))
    except HitlError as error:
        return _spoiled(problem_of(error))
    except Exception:  # the edge of one item: whatever it is, the others are answered
        log.exception("A case of a batch failed")
        return _spoiled(problem_of_failure())
    status = HTTPStatus.CREATED if created else HTTPStatus.OK
    return {"status": status, "case": await told_document(services, stored, sender.seed)}


def _spoiled(problem: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": problem["status"], "problem": problem}


def fingerprint_of(raw: Any) -> str:
    """The same for the same JSON, whatever the order of its fields."""
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
