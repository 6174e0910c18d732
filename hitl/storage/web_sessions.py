"""Who is signed in to the dashboard; a link opens one session, however often it is used."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from hitl.errors import HitlError
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import used_links, web_sessions

_REMEMBER_LINKS_FOR = timedelta(days=1)
"""Longer than any link can be used."""


class LinkUsed(HitlError):
    """The link has opened a session already."""

    def __init__(self) -> None:
        super().__init__("This link was used already; each works once. Write /hitl dashboard anew.")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is: a person of the workspace, or somebody with the key of that id."""

    slack_user: str | None = None
    slack_team: str | None = None
    slack_enterprise: str | None = None
    key: str | None = None


def open_session(
    tx: Transaction,
    digest: str,
    *,
    holder: Holder,
    lasts: timedelta,
    link: str | None = None,
    instead_of: str | None = None,
) -> None:
    """Sign somebody in, by the one-time ``link`` if that is how; raises ``LinkUsed``.

    ``digest`` is of what the browser keeps; ``instead_of`` that of what it kept before.
    """
    if link is not None:
        _use(tx, link)
    old = web_sessions.c.expires_at <= tx.now
    if instead_of is not None:
        old |= web_sessions.c.digest == instead_of
    tx.connection.execute(delete(web_sessions).where(old))
    tx.connection.execute(
        web_sessions.insert(),
        asdict(holder) | {"digest": digest, "created_at": tx.now, "expires_at": tx.now + lasts},
    )


def holder_of(connection: Connection, digest: str, *, now: datetime) -> Holder | None:
    """Whose session it is, while it lasts."""
    row = connection.execute(
        select(web_sessions).where(web_sessions.c.digest == digest, web_sessions.c.expires_at > now)
    ).one_or_none()
    if row is None:
        return None
    return Holder(row.slack_user, row.slack_team, row.slack_enterprise, row.key)


def end_session(tx: Transaction, digest: str) -> None:
    """Sign out."""
    tx.connection.execute(delete(web_sessions).where(web_sessions.c.digest == digest))


def link_was_used(connection: Connection, link: str) -> bool:
    """Whether the link has opened a session already."""
    chosen = select(used_links.c.id).where(used_links.c.id == link)
    return connection.execute(chosen).one_or_none() is not None


def _use(tx: Transaction, link: str) -> None:
    if insert_new(tx.connection, used_links, {"id": link, "used_at": tx.now}) is None:
        raise LinkUsed
    forgotten = used_links.c.used_at < tx.now - _REMEMBER_LINKS_FOR
    tx.connection.execute(delete(used_links).where(forgotten))
