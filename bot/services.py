"""What the doors of the service share: made once by the composition root, handed to each."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hitl.policy import Policy
from hitl.storage.database import Database


@dataclass(slots=True)
class Services:
    """The running service: its database, its policy, its source of chance, and its end."""

    database: Database
    policy: Policy
    draw: Callable[[], float]
    """A fresh uniform number in [0, 1)."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
