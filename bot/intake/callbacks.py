"""Whether a caller may ask to be told at an address."""

from dataclasses import dataclass, field

from bot.outgoing.addresses import Allowed, fault_in
from hitl.errors import HitlError


class CallbackRefused(HitlError):
    """Nothing could ever be sent to the ``callback_url``."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the settings say about webhooks."""

    signed: bool = False
    """Whether there is a secret to sign with; nothing is sent without."""
    allowed: Allowed = field(default_factory=Allowed)

    def require_usable(self, url: str) -> None:
        """Raise ``CallbackRefused`` for what would end as a dead letter."""
        if not self.signed:
            raise CallbackRefused(
                "can't be told: HITL_WEBHOOK_SECRETS is not set here; read the case instead"
            )
        fault = fault_in(url, allowed=self.allowed)
        if fault is not None:
            raise CallbackRefused(fault)
