"""What was asked of the demo on the command line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to play it; ports of 0 take a free one."""

    auto: bool
    """Simulated reviewers do the clicking."""
    leave: bool
    keep: bool
    """Go on with the data of the last run."""
    most: int | None
    """Of each data set; None for all."""
    data: Path
    port: int
    """Of the workspace's page."""
    api_port: int
    weeks: int | None = None
    """Play so many weeks of a model that learns, and nothing else."""
