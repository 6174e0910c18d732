"""Who is let in to the dashboard, who they are, and what they may see: asked again each time."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.dashboard.links import Links, Ticket
from bot.intake.keyring import Caller, Keyring, KeysUnknown
from bot.slack.directory import Directory
from bot.slack.people import Actor, NotAllowed, People
from bot.slack.refusals import Refusal
from bot.slack.text import is_slack_user
from bot.slack.trouble import SLACK_TROUBLE
from hitl.api_keys import Scope
from hitl.errors import HitlError
from hitl.policy import InForce, UseCase
from hitl.storage.database import Database, StorageUnavailable
from hitl.storage.web_sessions import (
    Holder,
    LinkUsed,
    end_session,
    holder_of,
    link_was_used,
    open_session,
)

LASTS = timedelta(hours=12)
_SECRET_BYTES = 32
NOT_NOW = (Refusal, KeysUnknown, StorageUnavailable)
"""Whoever it is can't be told now: nobody is let in."""


class KeyNotAccepted(HitlError):
    """What was typed is no key, or one that may not read."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in: a full member of the workspace, or the holder of a key."""

    name: str
    actor: Actor | None = None
    caller: Caller | None = None

    def use_cases(self, policy: InForce) -> Mapping[str, UseCase]:
        """Those whose figures they may see: in Slack every full member sees them all."""
        every = policy.use_cases
        if self.caller is None:
            return every
        return {name: each for name, each in every.items() if self.caller.covers(name)}


class Doorkeeper:
    """Lets in by link or key; raises ``Refusal`` where Slack can't be asked."""

    def __init__(
        self, database: Database, *, directory: Directory, keyring: Keyring, links: Links
    ) -> None:
        self._database = database
        self._directory = directory
        self._people = People(directory)
        self._keyring = keyring
        self.links = links

    async def whose(self, token: str) -> str:
        """The name of whom a link is for, before it is used.

        Raises ``LinkRefused``, ``LinkUsed`` and ``Refusal``.
        """
        ticket = self.links.read(token, now=self._database.now())
        if await self._database.read(lambda c: link_was_used(c, ticket.id)):
            raise LinkUsed
        return (await self._member(ticket.actor)).name

    async def enter_by_link(self, token: str, *, instead_of: str | None) -> str:
        """What the browser is to keep. Raises ``LinkRefused``, ``LinkUsed`` and ``Refusal``."""
        ticket: Ticket = self.links.read(token, now=self._database.now())
        await self._member(ticket.actor)
        who = ticket.actor
        holder = Holder(who.user_id, who.team_id, who.enterprise_id)
        return await self._enter(holder, link=ticket.id, instead_of=instead_of)

    async def enter_by_key(self, token: str, *, instead_of: str | None) -> str:
        """What the browser is to keep. Raises ``KeyNotAccepted`` and ``KeysUnknown``."""
        caller = self._keyring.holder(token)
        if caller is None:
            raise KeyNotAccepted("This key is not accepted.")
        if Scope.READ not in caller.scopes:
            raise KeyNotAccepted("This key lacks the scope read.")
        return await self._enter(Holder(key=caller.id), instead_of=instead_of)

    async def visitor(self, secret: str | None) -> Visitor | None:
        """Who comes with it, if they still may. Raises ``Refusal`` and ``KeysUnknown``."""
        if not secret:
            return None
        digest, now = _digest(secret), self._database.now()
        holder = await self._database.read(lambda c: holder_of(c, digest, now=now))
        if holder is None:
            return None
        if holder.key is not None:
            return self._key_holder(holder.key)
        actor = Actor(holder.slack_user or "", holder.slack_team, holder.slack_enterprise)
        try:
            return await self._member(actor)
        except NotAllowed:
            return None

    async def leads(self, visitor: Visitor, use_case: UseCase) -> bool:
        """Whether they may look at how each reviewer does; not while Slack can't be asked."""
        if visitor.actor is None:
            return visitor.caller is not None and Scope.ADMIN in visitor.caller.scopes
        try:
            await self._people.require_lead(visitor.actor, use_case)
        except Refusal:
            return False
        return True

    async def name_of(self, reviewer: str) -> str:
        """What Slack calls them; a reviewer from elsewhere, or whom it can't name, as stored."""
        if not is_slack_user(reviewer):
            return reviewer
        try:
            return (await self._directory.person(reviewer)).name
        except SLACK_TROUBLE:
            return reviewer

    async def leave(self, secret: str | None) -> None:
        """Sign out; whoever has a copy of the cookie is out too."""
        if secret:
            await self._database.write(lambda tx: end_session(tx, _digest(secret)))

    async def _member(self, actor: Actor) -> Visitor:
        await self._people.require_member(actor)
        return Visitor((await self._directory.person(actor.user_id)).name, actor=actor)

    def _key_holder(self, number: str) -> Visitor | None:
        caller = self._keyring.still_accepted(number)
        if caller is None or Scope.READ not in caller.scopes:
            return None
        return Visitor(caller.name, caller=caller)

    async def _enter(
        self, holder: Holder, *, link: str | None = None, instead_of: str | None
    ) -> str:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        before = _digest(instead_of) if instead_of else None
        await self._database.write(
            lambda tx: open_session(
                tx, _digest(secret), holder=holder, lasts=LASTS, link=link, instead_of=before
            )
        )
        return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
