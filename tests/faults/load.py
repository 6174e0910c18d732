"""Callers, reviewers and readers who go on whatever happens, and write down what they are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.faults.ledger import Ledger
from tests.faults.stage import REVIEWERS, Click, Stage
from tests.intake.requests import moderation_case

_BREATH = 0.01
"""Between two tries, so that a load leaves the machine to the service."""
_MOST_OPEN = 20
"""Callers hold back while so many cases wait: what is under test is no queue."""
_AUTOMATIC = 0.15
_AGAIN = 0.2


@dataclass(slots=True)
class Load:
    """What they have done so far; ``chance`` makes it the same again."""

    stage: Stage
    ledger: Ledger
    chance: Random
    _open: set[int] = field(default_factory=set)
    _number: int = 0

    async def submit(self, http: httpx.AsyncClient) -> None:
        """Send a case until it is acknowledged, as a caller with a key to it does."""
        if len(self._open) >= _MOST_OPEN:
            return
        self._number += 1
        request = self._request(f"post-{self._number}")
        for _ in range(1 + (self.chance.random() < _AGAIN)):
            answer = await self._answered(lambda: http.post("/v1/cases", json=request))
            document = answer.json()
            assert answer.status_code in {200, 201}, document
            self.ledger.submitted[request["key"]] = (request, document)
            self.ledger.note("caller", document)
            if document["state"] == "open":
                self._open.add(document["id"])

    async def decide(self, http: httpx.AsyncClient) -> None:
        """Decide a case by a click or by the API, once: whether it was heard is another matter."""
        if not self._open:
            return
        case_id = self.chance.choice(sorted(self._open))
        cards = self.stage.open_cards()
        verdict = self.chance.choice(("approve", "reject", "flag"))
        reviewer = self.chance.choice(REVIEWERS)
        if case_id in cards and self.chance.random() < 0.5:
            if await self.stage.click(reviewer, cards[case_id], verdict) is Click.TAKEN:
                self.ledger.won[case_id] = (reviewer, verdict)
                self._open.discard(case_id)
            return
        vote = {"reviewer": reviewer, "verdict": verdict}
        await self._voted(http, case_id, vote)

    async def read(self, http: httpx.AsyncClient) -> None:
        """Look at a case."""
        if self.ledger.submitted:
            _, document = self.chance.choice(list(self.ledger.submitted.values()))
            wait = self.chance.choice((0, 0, 1))
            answer = await http.get(f"/v1/cases/{document['id']}", params={"wait": wait})
            if answer.is_success:
                self.ledger.note("reader", answer.json())

    async def _voted(self, http: httpx.AsyncClient, case_id: int, vote: dict[str, str]) -> None:
        answer = await http.post(f"/v1/cases/{case_id}/reviews", json=vote)
        if answer.status_code == 201:
            self.ledger.note("voter", answer.json())
        elif answer.status_code == 409:
            self.ledger.note("latecomer", {"id": case_id, "outcome": answer.json()["outcome"]})
        if answer.status_code in {201, 409}:
            self._open.discard(case_id)

    async def _answered(self, call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        while True:
            with suppress(httpx.TransportError):
                answer = await call()
                if not answer.is_server_error:
                    return answer
            await asyncio.sleep(_BREATH)

    def _request(self, key: str) -> dict[str, Any]:
        sure = self.chance.random() < _AUTOMATIC
        violation = 0.95 if sure else 0.7
        return moderation_case(
            key,
            scores={"violation": violation, "clean": round(1 - violation, 2)},
            text=f"{key}: {self.chance.random()}",
            callback_url=self.stage.receiver.url,
        )


@asynccontextmanager
async def loaded(load: Load) -> AsyncIterator[None]:
    """The load at work on the stage's first service while the block runs."""
    acts = [*[load.submit] * 3, *[load.decide] * 3, load.read]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_again_and_again(load, act)) for act in acts]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _again_and_again(load: Load, act: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async with load.stage.service.api() as api:
        while True:
            with suppress(httpx.TransportError):
                await act(api)
            await asyncio.sleep(_BREATH)
