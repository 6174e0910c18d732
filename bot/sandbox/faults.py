"""Faults a test or the demo orders: what goes wrong, where, and how often."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "ratelimited",
    "error",
    "timeout_before",
    "timeout_after",
    "http_500",
    "delay",
    "repeat",
    "lag",
]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One ordered fault.

    ``method`` is a Web API method, ``response_url``, ``delivery`` (what goes to the app) or ``*``
    (every Web API method). ``timeout_before`` drops the connection with nothing done,
    ``timeout_after`` does the work and loses the answer, both after ``seconds``; ``repeat``
    delivers ``copies`` times; ``lag`` hides messages younger than ``seconds`` from history.
    """

    method: str
    kind: FaultKind
    times: int | None = 1
    """How often it strikes; None is for ever."""
    retry_after: int = 1
    error: str = "internal_error"
    seconds: float = 0.0
    copies: int = 2


class Faults:
    """The faults still to strike, in the order they were given."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Add a fault behind those already ordered."""
        self._ordered.append(fault)

    def clear(self) -> None:
        """Forget them all."""
        self._ordered.clear()

    def take(self, method: str, *, api: bool = True) -> Fault | None:
        """The fault that strikes this method now, counted; ``*`` stands for Web API methods."""
        names = {method, "*"} if api else {method}
        for fault in self._ordered:
            if fault.method in names and fault.kind != "lag":
                return self._count(fault)
        return None

    def take_lag(self, method: str) -> float:
        """Seconds by which this reading method lags behind; 0 when nothing was ordered."""
        for fault in self._ordered:
            if fault.method == method and fault.kind == "lag":
                return self._count(fault).seconds
        return 0.0

    def _count(self, fault: Fault) -> Fault:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._ordered.remove(fault)
        return fault
