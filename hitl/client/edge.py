"""Routing where predictions are made: only what somebody must look at is sent, the rest is counted.

The process that predicts decides by the policy itself, in microseconds. What people, second
models or users are to see goes to the service, and so does the random sample from which the AI's
accuracy is known; how much stood by itself is told in counts, about once a minute.
"""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from hitl.client.answers import Answer, HitlRefused
from hitl.client.asynchronous import AsyncHitl
from hitl.client.synchronous import Hitl
from hitl.policy import UseCase
from hitl.routing import Prediction, Route, route
from hitl.vocabulary import RouteTo

FLUSH_EVERY = timedelta(minutes=1)
_BANDS = 20
"""Confidences are counted in bands of 5 %."""
_fresh = random.SystemRandom().random
_UNTOLD = (HitlRefused, httpx.HTTPError)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy does with a prediction; ``answer`` is the service's, if it was sent."""

    route: Route
    answer: Answer | None = None

    @property
    def label(self) -> str | None:
        """The label that stands; None while somebody is asked, see ``answer``."""
        if self.answer is None:
            return self.route.label
        return None if self.answer.outcome is None else self.answer.outcome.label


class Tallies:
    """Counts that the service has not been told yet; safe to use from several threads."""

    def __init__(self, use_case: str, *, now: Callable[[], datetime]) -> None:
        self._use_case = use_case
        self._now = now
        self._lock = threading.Lock()
        self._since = now()
        self._counts: Counter[tuple[str, int, str | None]] = Counter()
        self._untold: list[dict[str, Any]] = []

    def count(self, decision: Route, *, model: str | None) -> None:
        """One more that stood by itself."""
        band = min(int((decision.confidence or 0) * _BANDS), _BANDS - 1)
        with self._lock:
            self._counts[decision.label, band, model] += 1

    def is_time(self, every: timedelta) -> bool:
        """Whether the last counts were taken so long ago."""
        return self._now() - self._since >= every

    def to_tell(self) -> list[dict[str, Any]]:
        """Requests for ``POST /v1/tallies``, the oldest first; each is there until ``told``.

        A request keeps its key, so that telling it twice counts once.
        """
        with self._lock:
            if self._counts:
                self._untold.append(self._request())
                self._counts.clear()
            self._since = self._now()
            return list(self._untold)

    def told(self, request: Mapping[str, Any]) -> None:
        """The service has it."""
        with self._lock:
            self._untold = [other for other in self._untold if other["key"] != request["key"]]

    def _request(self) -> dict[str, Any]:
        until = max(self._now(), self._since + timedelta(microseconds=1))
        return {
            "use_case": self._use_case,
            "key": f"edge {uuid.uuid4()}",
            "since": self._since.isoformat(),
            "until": until.isoformat(),
            "counts": [
                {
                    "label": label,
                    "band": [band / _BANDS, (band + 1) / _BANDS],
                    "count": count,
                    "model": model,
                }
                for (label, band, model), count in self._counts.items()
            ],
        }


class _Edge:
    """What both routers have in common: the decision, and what of it is to be sent."""

    def __init__(
        self,
        use_case: UseCase,
        *,
        flush_every: timedelta,
        draw: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self.use_case = use_case
        """To be replaced when the policy changes; the next decision goes by it."""
        self._tallies = Tallies(use_case.name, now=now)
        self._flush_every = flush_every
        self._draw = draw

    def _decided(
        self, scores: Mapping[str, float], model: str | None, item: Mapping[str, Any]
    ) -> tuple[Route, dict[str, Any] | None]:
        """The route, and the case to send; None for one that stands and is only counted."""
        use_case, draw = self.use_case, self._draw()
        taken = route(Prediction(scores, model=model), use_case=use_case, draw=draw)
        if taken.to is RouteTo.AUTO and not taken.shadow:
            self._tallies.count(taken, model=model)
            return taken, None
        routed = {
            "to": taken.to,
            "draw": draw,
            "audit_rate": use_case.audit_rate,
            "policy_version": use_case.version,
        }
        case = {"use_case": use_case.name, "scores": dict(scores), "routed": routed, **item}
        return taken, case if model is None else case | {"model": model}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EdgeRouter(_Edge):
    """Decides here and sends what must be sent; its key needs the scopes submit and route.

    To be used as a context manager, or ended with ``flush``: counts that were not told are lost
    with the process.
    """

    def __init__(
        self,
        hitl: Hitl,
        use_case: UseCase,
        *,
        flush_every: timedelta = FLUSH_EVERY,
        draw: Callable[[], float] = _fresh,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__(use_case, flush_every=flush_every, draw=draw, now=now)
        self._hitl = hitl

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()

    def decide(
        self, *, key: str, scores: Mapping[str, float], model: str | None = None, **item: Any
    ) -> Decision:
        """Route one prediction; ``item`` is the rest of ``POST /v1/cases``.

        Raises ``HitlRefused`` and httpx's errors where a case can't be sent; never for counts.
        """
        taken, case = self._decided(scores, model, item)
        answer = None if case is None else self._hitl.submit(key=key, **case)
        if self._tallies.is_time(self._flush_every):
            with suppress(*_UNTOLD):  # else they are told next time
                self.flush()
        return Decision(taken, answer)

    def flush(self) -> None:
        """Tell the counts now; raises ``HitlRefused`` and httpx's errors, and keeps the counts."""
        for request in self._tallies.to_tell():
            self._hitl.tally(**request)
            self._tallies.told(request)


class AsyncEdgeRouter(_Edge):
    """The same for programs on an event loop."""

    def __init__(
        self,
        hitl: AsyncHitl,
        use_case: UseCase,
        *,
        flush_every: timedelta = FLUSH_EVERY,
        draw: Callable[[], float] = _fresh,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__(use_case, flush_every=flush_every, draw=draw, now=now)
        self._hitl = hitl

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.flush()

    async def decide(
        self, *, key: str, scores: Mapping[str, float], model: str | None = None, **item: Any
    ) -> Decision:
        """Route one prediction; ``item`` is the rest of ``POST /v1/cases``.

        Raises ``HitlRefused`` and httpx's errors where a case can't be sent; never for counts.
        """
        taken, case = self._decided(scores, model, item)
        answer = None if case is None else await self._hitl.submit(key=key, **case)
        if self._tallies.is_time(self._flush_every):
            with suppress(*_UNTOLD):  # else they are told next time
                await self.flush()
        return Decision(taken, answer)

    async def flush(self) -> None:
        """Tell the counts now; raises ``HitlRefused`` and httpx's errors, and keeps the counts."""
        for request in self._tallies.to_tell():
            await self._hitl.tally(**request)
            self._tallies.told(request)
