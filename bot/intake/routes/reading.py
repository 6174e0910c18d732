"""Reading cases back: one, one as soon as it is decided, or page by page."""

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from bot.intake.answers import CaseOut, CasesOut, answer
from bot.intake.asking import Seed, told_document
from bot.intake.direct import direct_router
from bot.intake.doors import Caller, Looker
from bot.intake.fields import Sought
from bot.intake.problems import refusals
from bot.intake.showing import document_for
from bot.services import Services
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.lifecycle import WAITING
from hitl.storage.bell import case_topic
from hitl.storage.queries import CaseFilter, case_by_id, list_cases
from hitl.vocabulary import CaseState

LOOK_EVERY_SECONDS = 3.0
"""A decision made by another replica rings here at once; should that be lost, it is seen so."""
CaseId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def reading_routes(services: Services) -> APIRouter:
    """``GET /v1/cases/{id}`` and ``GET /v1/cases``."""
    router = direct_router("/v1", 422)

    @router.get("/cases/{case_id}", response_model=CaseOut, responses=refusals(404))
    async def read_case(
        case_id: CaseId,
        caller: Looker,
        seed: Seed,
        wait: Annotated[float, Query(ge=0, le=60, description="seconds to wait for it")] = 0,
    ) -> Response:
        """The case; with ``wait``, as soon as it is no longer waiting for people.

        A key with the scope ``review`` but not ``read`` is shown what reviewers are: of a case
        that is answered blind, the item without the AI's prediction.
        """
        case = await _decided_or_late(services, case_id, caller=caller, wait=wait)
        shown = document_for(case, caller, services.policy)
        return answer(await told_document(services, case, seed, document=shown))

    @router.get("/cases", response_model=CasesOut)
    async def read_cases(
        caller: Looker,
        *,
        use_case: Annotated[str | None, Query(max_length=200)] = None,
        key: Sought | None = None,
        state: CaseState | None = None,
        after: Annotated[int, Query(ge=0, le=2**63 - 1, description="the last page's next")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """Cases in the order they came, a page at a time."""
        use_cases = caller.use_cases
        if use_case is not None:
            use_cases = frozenset({caller.use_case(services.policy, use_case).name})
        wanted = CaseFilter(use_cases, key, state, after, as_reviewer=caller.is_blind)
        found = await services.database.read(
            lambda connection: list_cases(connection, wanted, limit=limit + 1)
        )
        page = found[:limit]
        following = str(page[-1].id) if len(found) > limit else None
        shown = [document_for(case, caller, services.policy) for case in page]
        return answer({"items": shown, "next": following})

    return router


async def _decided_or_late(
    services: Services, case_id: int, *, caller: Caller, wait: float
) -> Case:
    """The case, decided if that happens within ``wait`` seconds or before the service stops."""
    database, clock = services.database, asyncio.get_running_loop().time
    late = clock() + wait
    with database.bell.listening(case_topic(case_id)) as rung:
        case = await database.read(lambda connection: case_by_id(connection, case_id))
        (caller.require_to_review if caller.is_blind else caller.require)(case)
        while _is_waiting(case, caller) and not database.bell.silenced and clock() < late:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(late - clock(), LOOK_EVERY_SECONDS)):
                    await rung.wait()
            rung.clear()
            case = await database.read(lambda connection: case_by_id(connection, case_id))
    return case


def _is_waiting(case: Case, caller: Caller) -> bool:
    return (as_seen(case) if caller.is_blind else case).state in WAITING
