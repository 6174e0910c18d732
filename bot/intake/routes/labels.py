"""Training examples out: every label that people gave, in a stream that can be taken up again."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from bot.intake.doors import Caller, Reader
from bot.intake.fields import Sought
from bot.intake.problems import refusals
from bot.services import Services
from hitl.api_keys import Scope
from hitl.learning.documents import json_line
from hitl.learning.export import begin_reading, documents
from hitl.learning.feed import Selection
from hitl.learning.formats import Reviewers
from hitl.learning.pseudonyms import Naming

MEDIA_TYPE = "application/x-ndjson"
_ANSWER = {
    "description": "One label on each line",
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
}


class LabelQuery(BaseModel):
    """Which labels, and how they are shown."""

    model_config = ConfigDict(extra="forbid")

    use_case: Annotated[str | None, Field(max_length=200)] = None
    after: Annotated[
        int, Field(ge=0, le=2**63 - 1, description="the cursor of the last label read")
    ] = 0
    limit: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    model: Sought | None = None
    escalated: Annotated[bool | None, Field(description="whether people had to be asked")] = None
    reviewers: Annotated[Reviewers, Field(description="named needs a key with the scope admin")] = (
        Reviewers.PSEUDONYMS
    )
    pictures: Annotated[bool, Field(description="with uploaded pictures in base64")] = False


def label_routes(services: Services) -> APIRouter:
    """``GET /v1/labels``."""
    router = APIRouter(prefix="/v1", responses=refusals(409, 422))

    @router.get("/labels", response_class=StreamingResponse, responses={200: _ANSWER})
    async def read_labels(
        caller: Reader, query: Annotated[LabelQuery, Query()]
    ) -> StreamingResponse:
        """Every label after the cursor, as of now.

        Each case comes once, as it stands. When its label is revised, retracted or erased later,
        it comes again, with a later cursor and `change` saying which.
        """
        use_cases = caller.use_cases
        if query.use_case is not None:
            use_cases = frozenset({caller.use_case(services.policy, query.use_case).name})
        wanted = Selection(
            after=query.after, use_cases=use_cases, model=query.model, escalated=query.escalated
        )
        naming = _naming(query, caller)
        reading = await begin_reading(services.database, wanted)
        pages = documents(
            services.database,
            reading,
            naming=naming,
            with_pictures=query.pictures,
            limit=query.limit,
        )
        return StreamingResponse(_lines(pages), media_type=MEDIA_TYPE)

    return router


def _naming(query: LabelQuery, caller: Caller) -> Naming | None:
    """None for pseudonyms."""
    if query.reviewers is Reviewers.PSEUDONYMS:
        return None
    if Scope.ADMIN not in caller.scopes:
        message = "Reviewers are named to keys with the scope 'admin' only."
        raise HTTPException(HTTPStatus.FORBIDDEN, message)
    return str


async def _lines(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[str]:
    async for page in pages:
        yield "".join(map(json_line, page))
