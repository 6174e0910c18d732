"""One-time links to the dashboard: signed for one person, good for minutes.

That each is used once is kept by the database; that nobody makes one up, by the signature. Its
key is derived from the app's token, which every replica has and no table holds.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer

from bot.slack.people import Actor
from hitl.errors import HitlError

GOOD_FOR = timedelta(minutes=5)
ENTER = "/dashboard/enter"
_PURPOSE = b"links to the dashboard"
_ID_BYTES = 16


class LinkRefused(HitlError):
    """The link was not made here, or too long ago."""


class NoAddress(HitlError):
    """Nobody said where people reach the service."""

    def __init__(self) -> None:
        super().__init__(
            "The dashboard's address is not known: whoever runs hitl sets HITL_PUBLIC_URL to it."
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link says: for whom it was made."""

    id: str
    actor: Actor


class Links:
    """Makes and reads them."""

    def __init__(self, secret: str, *, public_url: str | None) -> None:
        """``secret`` is known to every replica and to nobody else."""
        key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        self._serializer = URLSafeSerializer(
            key, salt=ENTER, signer_kwargs={"digest_method": hashlib.sha256}
        )
        self.public_url = public_url

    def make(self, actor: Actor, *, now: datetime) -> str:
        """An address to open; raises ``NoAddress``."""
        if self.public_url is None:
            raise NoAddress
        until = int((now + GOOD_FOR).timestamp())
        whom = [actor.user_id, actor.team_id, actor.enterprise_id]
        token = self._serializer.dumps([secrets.token_hex(_ID_BYTES), until, *whom])
        return f"{self.public_url}{ENTER}?link={quote(str(token))}"

    def read(self, token: str, *, now: datetime) -> Ticket:
        """For whom it was made; raises ``LinkRefused``."""
        try:
            number, until, user, team, enterprise = self._serializer.loads(token)
        except (BadSignature, ValueError):
            raise LinkRefused(
                "This is not a whole link. Open it as it stands in Slack, or write /hitl dashboard"
                " anew."
            ) from None
        if now.timestamp() >= until:
            raise LinkRefused(
                f"This link was good for {GOOD_FOR.seconds // 60} minutes and is too old. Write"
                " /hitl dashboard anew."
            )
        return Ticket(number, Actor(user, team, enterprise))
