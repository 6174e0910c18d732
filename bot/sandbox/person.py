"""A person acting through the same doors as the page: for tests and simulated reviewers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from aiohttp import ClientSession, ClientTimeout

from bot.sandbox.kit import SLOTS, Json
from bot.sandbox.seen import Seen, SeenMessage, SeenView

POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 30
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an act went; true when it went through, else ``error`` or ``errors`` by block id."""

    ok: bool
    error: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.ok


class Person:
    """One user of the workspace; close it with ``aclose`` or ``async with``."""

    def __init__(self, user_id: str, *, url: str) -> None:
        self.id = user_id
        self._url = f"{url}/sandbox"
        # Longer than the app may take.
        timeout = ClientTimeout(total=_PATIENCE_SECONDS)
        self._session = ClientSession(raise_for_status=True, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the workspace."""
        await self._session.close()

    # -- looking ----------------------------------------------------------------------------

    async def messages(self, channel: str, *, thread_ts: str | None = None) -> list[SeenMessage]:
        """A channel (by id) or one of its threads, ephemerals included, oldest first."""
        query = {"channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        found = await self._get("/messages", **query)
        return [SeenMessage(raw) for raw in found["messages"]]

    async def views(self) -> list[SeenView]:
        """The open modals, innermost last."""
        return [SeenView(raw) for raw in (await self._get("/views"))["views"]]

    async def view(self) -> SeenView:
        """The modal in front; raises LookupError when none is open."""
        stack = await self.views()
        if not stack:
            raise LookupError(f"{self.id} has no modal open.")
        return stack[-1]

    async def home(self) -> SeenView | None:
        """The Home tab, if the app has published one."""
        raw = (await self._get("/home"))["view"]
        return SeenView(raw) if raw else None

    async def state(self) -> Json:
        """What the page is told around the messages."""
        return await self._get("/state")

    # -- waiting ----------------------------------------------------------------------------

    async def wait_for(self, probe: Callable[[], Awaitable[T]], *, timeout: float = 5.0) -> T:  # noqa: ASYNC109
        """The probe's first true answer; raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not (answer := await probe()):  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(POLL_SECONDS)
            return answer

    async def wait_for_message(
        self,
        channel: str,
        wanted: str | Callable[[SeenMessage], bool],
        *,
        thread_ts: str | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109 - read better at the call than a context manager
    ) -> SeenMessage:
        """The latest message that says a phrase or satisfies a predicate; raises TimeoutError."""

        async def probe() -> SeenMessage | None:
            found = await self.messages(channel, thread_ts=thread_ts)
            return next((m for m in reversed(found) if _is(m, wanted)), None)

        return _there(await self.wait_for(probe, timeout=timeout))

    async def wait_for_view(
        self,
        wanted: str | Callable[[SeenView], bool] = "",
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the same
    ) -> SeenView:
        """The modal in front once it says a phrase or satisfies a predicate."""

        async def probe() -> SeenView | None:
            found = await self.views()
            return found[-1] if found and _is(found[-1], wanted) else None

        return _there(await self.wait_for(probe, timeout=timeout))

    async def wait_for_home(
        self,
        wanted: str | Callable[[SeenView], bool] = "",
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the same
    ) -> SeenView:
        """The Home tab once it says a phrase or satisfies a predicate."""

        async def probe() -> SeenView | None:
            found = await self.home()
            return found if found and _is(found, wanted) else None

        return _there(await self.wait_for(probe, timeout=timeout))

    # -- acting -----------------------------------------------------------------------------

    async def click(
        self,
        where: SeenMessage | SeenView,
        which: str,
        *,
        values: Mapping[str, Any] | None = None,
        stale: bool = False,
    ) -> Outcome:
        """Press a button by action id or visible text; ``values`` is what stands in inputs.

        ``stale`` presses it even if the message has been rewritten since.
        """
        block_id, element = where.control(which)
        inputs = {"values": _values(where, values)} if values else {}
        return await self._press(where, block_id, element, stale=stale, **inputs)

    async def choose(self, where: SeenMessage | SeenView, which: str, choice: Any) -> Outcome:
        """Choose in a select, menu, radio group or picker: an option's text or value, or an id."""
        block_id, element = where.control(which)
        key = SLOTS.get(element["type"], ("selected_option",))[0]
        return await self._press(where, block_id, element, **{key: choice})

    async def submit(self, view: SeenView, values: Mapping[str, Any] | None = None) -> Outcome:
        """Send a modal; ``values`` by action id, block id or label, e.g. ``{"Note": "spam"}``."""
        return await self._act("submit", view_id=view.id, values=_values(view, values or {}))

    async def close(self, view: SeenView) -> Outcome:
        """Close a modal."""
        return await self._act("close", view_id=view.id)

    async def command(self, line: str, *, channel: str) -> Outcome:
        """Type a slash command, e.g. ``/hitl stats``, in a channel (by id)."""
        return await self._act("command", channel=channel, text=line)

    async def post(self, channel: str, text: str, *, thread_ts: str | None = None) -> Outcome:
        """Write a message."""
        return await self._act("post", channel=channel, text=text, thread_ts=thread_ts)

    async def open_home(self) -> Outcome:
        """Look at the app's Home tab."""
        return await self._act("open_home")

    async def shortcut(self, callback_id: str, *, on: SeenMessage | None = None) -> Outcome:
        """Use a global shortcut, or one on a message."""
        place = {"channel": on.channel, "message_ts": on.ts} if on else {}
        return await self._act("shortcut", callback_id=callback_id, **place)

    # -- doors ------------------------------------------------------------------------------

    async def _press(
        self, where: SeenMessage | SeenView, block_id: str, element: Json, **rest: Any
    ) -> Outcome:
        place = (
            {"view_id": where.id}
            if isinstance(where, SeenView)
            else {"channel": where.channel, "message_ts": where.ts}
        )
        ids = {"action_id": element["action_id"], "block_id": block_id}
        return await self._act("click", **ids, **place, **rest)

    async def _act(self, act: str, **body: Any) -> Outcome:
        url, told = f"{self._url}/act/{act}", {"user": self.id, **body}
        async with self._session.post(url, json=told) as response:
            answer = await response.json()
        return Outcome(answer["ok"], answer.get("error", ""), answer.get("errors", {}))

    async def _get(self, path: str, **query: str) -> Json:
        asked = {"user": self.id, **query}
        async with self._session.get(f"{self._url}{path}", params=asked) as response:
            answer: Json = await response.json()
        return answer


def _values(view: Seen, given: Mapping[str, Any]) -> Json:
    """What was typed, in the shape of ``state.values``."""
    values: Json = {}
    for which, answer in given.items():
        block_id, element = view.input(which) if isinstance(view, SeenView) else view.control(which)
        key = SLOTS[element["type"]][0]
        typed = {"type": element["type"], key: answer}
        values.setdefault(block_id, {})[element["action_id"]] = typed
    return values


def _is(seen: Any, wanted: str | Callable[[Any], bool]) -> bool:
    return bool(seen.says(wanted) if isinstance(wanted, str) else wanted(seen))


def _there(found: T | None) -> T:
    if found is None:
        raise LookupError("nothing was found")
    return found
