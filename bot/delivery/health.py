"""Whether the workspace takes what is sent to it: for readiness, metrics and the log."""

import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Health:
    """What this process last saw."""

    paused: str | None = None
    """Why nothing goes out until someone repairs the installation; None while all is well."""

    def pause(self, reason: str) -> None:
        """Slack refuses the app itself."""
        if self.paused is None:
            log.error(
                "Nothing can be sent to Slack: %s. Repair the installation; what waits is kept.",
                reason,
                extra={"key": "delivery.paused"},
            )
        self.paused = reason

    def resume(self) -> None:
        """Slack has taken something."""
        if self.paused is not None:
            log.warning("Slack takes messages again.", extra={"key": "delivery.resumed"})
        self.paused = None
