"""Sending predictions in: one by one or a thousand at a time."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import ValidationError
from starlette.responses import Response

from bot.intake.answers import BatchOut, CaseOut, TalliesOut, answer
from bot.intake.asking import Seed, told_document
from bot.intake.direct import direct_router
from bot.intake.doors import Caller, Submitter
from bot.intake.keyring import MayNotRoute
from bot.intake.problems import problem_of, problem_of_failure, problem_of_validation
from bot.intake.requests import BatchIn, CaseIn, TalliesIn
from bot.services import Services
from hitl.api_keys import Scope
from hitl.cases import Case
from hitl.errors import HitlError
from hitl.review import Arrival, add_tallies, submit_all
from hitl.routing import RoutingError
from hitl.storage.grouped import Grouped

log = logging.getLogger(__name__)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_Intake = Grouped[Arrival, tuple[Case, bool]]
_AT_ONCE = 125
"""Cases of a batch in one transaction: clicks and others wait for it no longer than a moment."""


def submitting_routes(services: Services) -> APIRouter:
    """``POST /v1/cases``, ``/v1/cases/batch`` and ``/v1/tallies``."""
    router = direct_router("/v1", 422)
    intake = _Intake(services.database, submit_all)

    @router.post(
        "/cases", status_code=201, response_model=CaseOut, responses={200: {"model": CaseOut}}
    )
    async def submit_case(
        case: Annotated[CaseIn, Body()], caller: Submitter, seed: Seed, request: Request
    ) -> Response:
        """Submit a prediction; the same key and content again answer the same case with 200."""
        sender = _Sender(caller, seed)
        arrival = _arrival(services, case, raw=await request.json(), sender=sender)
        try:
            stored, created = await intake.one(arrival)
        except RoutingError as error:
            raise _as_sent(error, case) from None
        document = await told_document(services, stored, seed)
        return answer(document, HTTPStatus.CREATED if created else HTTPStatus.OK)

    @router.post("/cases/batch", response_model=BatchOut)
    async def submit_batch(
        batch: Annotated[BatchIn, Body()], caller: Submitter, seed: Seed
    ) -> Response:
        """Submit up to 1,000; a bad one spoils only itself, results come in order."""
        sender, results = _Sender(caller, seed), list[dict[str, Any]]()
        for start in range(0, len(batch.cases), _AT_ONCE):
            raws = batch.cases[start : start + _AT_ONCE]
            results += await _submit_some(services, intake, raws, sender=sender)
        return answer({"results": results})

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


def _arrival(services: Services, case: CaseIn, *, raw: Any, sender: _Sender) -> Arrival:
    """The case as the verb takes it; raises what forbids it."""
    caller = sender.caller
    use_case = caller.use_case(services.policy, case.use_case)
    if case.routed is not None and Scope.ROUTE not in caller.scopes:
        raise MayNotRoute
    if case.callback_url is not None:
        services.callbacks.require_usable(case.callback_url)
    submission = case.submission(
        fingerprint=fingerprint_of(raw), submitted_by=caller.name, answer_seed=sender.seed
    )
    return Arrival(submission, use_case, services.draw(), services.chances())


def _as_sent(error: RoutingError, case: CaseIn) -> RoutingError:
    """The refusal in terms of the field that the caller wrote it in."""
    return error if case.label is None else RoutingError("label", error.message)


async def _submit_some(
    services: Services, intake: _Intake, raws: Sequence[Any], *, sender: _Sender
) -> list[dict[str, Any]]:
    """What became of each; those that are sound are stored together."""
    read = [_read(services, raw, sender=sender) for raw in raws]
    taken = iter(await intake.all([each for _, each in read if isinstance(each, Arrival)]))
    return [
        await _result(services, case, next(taken) if isinstance(each, Arrival) else each, sender)
        for case, each in read
    ]


def _read(
    services: Services, raw: Any, *, sender: _Sender
) -> tuple[CaseIn | None, Arrival | Exception]:
    case = None
    try:
        case = CaseIn.model_validate(raw)
        return case, _arrival(services, case, raw=raw, sender=sender)
    except Exception as error:  # noqa: BLE001 - the edge of one item: the others are answered
        return case, error


async def _result(
    services: Services, case: CaseIn | None, taken: tuple[Case, bool] | Exception, sender: _Sender
) -> dict[str, Any]:
    if isinstance(taken, RoutingError) and case is not None:
        taken = _as_sent(taken, case)
    if isinstance(taken, Exception):
        return _spoiled(_problem(taken))
    stored, created = taken
    status = HTTPStatus.CREATED if created else HTTPStatus.OK
    return {"status": status, "case": await told_document(services, stored, sender.seed)}


def _problem(error: Exception) -> Mapping[str, Any]:
    if isinstance(error, ValidationError):
        return problem_of_validation(error.errors())
    if isinstance(error, HitlError):
        return problem_of(error)
    log.error("A case of a batch failed", exc_info=error)
    return problem_of_failure()


def _spoiled(problem: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": problem["status"], "problem": problem}


def fingerprint_of(raw: Any) -> str:
    """The same for the same JSON, whatever the order of its fields."""
    return hashlib.sha256(_CANONICAL.encode(raw).encode()).hexdigest()
