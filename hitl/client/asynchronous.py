"""The client for programs on an event loop."""

import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from hitl.client import calls
from hitl.client.answers import Answer, HitlRefused
from hitl.lifecycle import WAITING

T = TypeVar("T")


class AsyncHitl:
    """Talks to a service at ``url``; raises ``HitlRefused`` when it says no."""

    def __init__(self, url: str, *, api_key: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers=calls.headers(api_key), timeout=calls.TIMEOUT
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def submit(self, **case: Any) -> Answer:
        """Submit one prediction, in the fields of ``POST /v1/cases``."""
        return await self._send(calls.submit(case))

    async def submit_many(self, cases: Iterable[Mapping[str, Any]]) -> list[Answer | HitlRefused]:
        """Submit up to 1,000; what was refused stands in its place in the list."""
        return await self._send(calls.submit_many(cases))

    async def case(self, case_id: int) -> Answer:
        """The case as it is now."""
        return await self._send(calls.read_case(case_id))

    async def wait(self, case_id: int, *, seconds: float) -> Answer:
        """The case as soon as it needs no one any more, or as it is after ``seconds``."""
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            found = await self._send(calls.read_case(case_id, wait=min(left, calls.LONGEST_WAIT)))
            if found.state not in WAITING or time.monotonic() >= end:
                return found

    async def tell_truth(self, case_id: int, *, label: str, source: str = "api") -> Answer:
        """Say what turned out to be right."""
        return await self._send(calls.tell_truth(case_id, label=label, source=source))

    async def reply(self, case_id: int, *, question_id: int, text: str) -> dict[str, Any]:
        """Answer what a reviewer asked, as the webhook ``case.question`` told it."""
        return await self._send(calls.reply(case_id, question_id=question_id, text=text))

    async def answer(
        self, case_id: int, *, token: str, label: str | None, by: str | None = None
    ) -> Answer:
        """Pass on what the user answers, with the token of ``Answer.ask``.

        None as the label says that they would rather not decide. An answer that comes after the
        decision raises ``HitlRefused`` with status 409.
        """
        return await self._send(calls.give_answer(case_id, token=token, label=label, by=by))

    async def feedback(
        self, case_id: int, *, right: bool, label: str | None = None, by: str | None = None
    ) -> Answer:
        """Say whether what stood by itself was right, and what would have been."""
        return await self._send(calls.give_feedback(case_id, right=right, label=label, by=by))

    async def withdraw(self, case_id: int, *, reason: str | None = None) -> Answer:
        """Say that the case is no longer needed."""
        return await self._send(calls.withdraw(case_id, reason=reason))

    async def tally(self, **tallies: Any) -> bool:
        """Count predictions that stood here, in the fields of ``POST /v1/tallies``."""
        return await self._send(calls.tally(tallies))

    async def _send(self, call: calls.Call[T]) -> T:
        response = await self._http.request(
            call.method, call.path, json=call.json, params=call.params
        )
        return calls.result(call, response)
