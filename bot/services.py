"""What the doors of the service share: made once by the composition root, handed to each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom

from bot.dashboard.links import Links
from bot.delivery.health import Health
from bot.findings import Findings
from bot.intake.callbacks import Callbacks
from hitl.blindness import Chances
from hitl.policy import InForce
from hitl.reports.precedents import Precedents
from hitl.storage.database import Database

fresh_draw: Callable[[], float] = SystemRandom().random
"""Uniform in [0, 1), drawn by the operating system."""


def fresh_chances() -> Chances:
    """Draws of their own."""
    return Chances.drawn(fresh_draw)


@dataclass(slots=True)
class Services:
    """The running service: its database, its policy, its source of chance, and how it is."""

    database: Database
    policy: InForce
    draw: Callable[[], float]
    """A fresh uniform number in [0, 1)."""
    chances: Callable[[], Chances] = fresh_chances
    """Fresh draws for everything else that chance decides as a case comes in."""
    callbacks: Callbacks = field(default_factory=Callbacks)
    health: Health = field(default_factory=Health)
    links: Links | None = None
    """To the dashboard; None where there is none."""
    precedents: Precedents = field(init=False)
    findings: Findings = field(init=False)

    def __post_init__(self) -> None:
        """One index of past cases and one search for trouble, for everybody who shows them."""
        self.precedents = Precedents(self.database)
        self.findings = Findings(self.database, lambda: list(self.policy.use_cases.values()))
