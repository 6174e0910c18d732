"""How the workspace says no: Slack's own error codes, as one exception."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """A call Slack would answer with ``ok: false``; ``details`` are merged into the answer."""

    def __init__(self, code: str, *, messages: Sequence[str] = (), **details: Any) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = tuple(f"[ERROR] {message}" for message in messages)
        self.details = details

    def answer(self) -> dict[str, Any]:
        """The JSON body, in the shape of Slack's."""
        body = {"ok": False, "error": self.code, **self.details}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


def invalid_arguments(*messages: str) -> Refused:
    """The refusal of an argument that is missing or malformed."""
    return Refused("invalid_arguments", messages=messages)
