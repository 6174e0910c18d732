"""One Web API call: its arguments however they were encoded, and what a method declares."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.kit import Json
from bot.sandbox.state import WorkspaceState
from bot.sandbox.workspace import Workspace

LARGEST_PAGE = 1000


@dataclass(slots=True, kw_only=True)
class Call:
    """A call with its arguments; form fields are strings, JSON fields what they are."""

    workspace: Workspace
    method: str
    args: Mapping[str, Any]

    @property
    def state(self) -> WorkspaceState:
        """What the workspace holds."""
        return self.workspace.state

    @property
    def now(self) -> float:
        """The workspace's clock, in seconds."""
        return self.workspace.config.clock()

    def text(self, name: str) -> str:
        """A string argument; empty when absent."""
        value = self.args.get(name)
        if isinstance(value, dict | list):
            raise invalid_arguments(f"must be a string: {name}")
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A boolean argument, in any of the spellings forms allow."""
        return str(self.args.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, *, default: int) -> int:
        """A whole, positive number; raises ``invalid_arguments``."""
        value = self.text(name) or str(default)
        if not value.isdigit():
            raise invalid_arguments(f"must be an integer: {name}")
        return int(value)

    def structure(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """A JSON argument, parsed when a form carried it as text; None when absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as fault:
            raise Refused(error) from fault

    def page(self, items: Sequence[Any], *, default: int = 100) -> tuple[list[Any], Json]:
        """One page of a list and its ``response_metadata``; the cursor is an offset."""
        limit = min(self.number("limit", default=default) or default, LARGEST_PAGE)
        cursor = self.text("cursor") or "0"
        if not cursor.isdigit():
            raise Refused("invalid_cursor")
        start, end = int(cursor), int(cursor) + limit
        following = str(end) if end < len(items) else ""
        return list(items[start:end]), {"response_metadata": {"next_cursor": following}}

    def require_scope(self, scope: str) -> None:
        """Raise ``missing_scope`` unless the app was granted it."""
        granted = self.workspace.config.scopes
        if scope not in granted:
            provided = ",".join(sorted(granted))
            raise Refused("missing_scope", needed=scope, provided=provided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What a method declares: who may call it, what it needs, how often, and what it does."""

    run: Callable[[Call], Json]
    tier: int
    scope: str | None = None
    needs: tuple[str, ...] = ()
    by: Literal["bot", "app", "anyone"] = "bot"
    """Whose token it takes."""
    takes_json: bool = False
    """Only methods that write read a JSON body; the others would see no argument at all."""
