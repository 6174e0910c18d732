"""Who may do what: asked of Slack at every click, and refused when Slack can't say."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.slack.directory import Directory
from bot.slack.refusals import Refusal
from bot.slack.text import is_slack_user, mrkdwn, whom
from hitl.eligibility import (
    Permission,
    Person,
    Workspace,
    may_adjudicate,
    may_answer,
    may_answer_for,
    may_decide,
    may_overrule,
    may_see,
    may_see_reviewers,
    may_sign,
    may_withdraw,
)
from hitl.policy import UseCase

_CHANNEL = "channel"
_WITHIN = timedelta(seconds=2)
"""Of the three seconds in which Slack wants its answer."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the signed payload says: the account, and from which workspace."""

    user_id: str
    team_id: str | None
    enterprise_id: str | None


def actor_of(body: Mapping[str, Any]) -> Actor:
    """The actor of a click, submission, command or event."""
    user, team = body.get("user") or {}, body.get("team") or {}
    enterprise = body.get("enterprise") or {}
    return Actor(
        user_id=user.get("id") or body.get("user_id") or body["event"]["user"],
        team_id=team.get("id") or body.get("team_id"),
        enterprise_id=enterprise.get("id") or body.get("enterprise_id"),
    )


class People:
    """Checks that return when all is well and raise ``Refusal`` in words the person reads."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def require_member(self, actor: Actor) -> None:
        """A full member of the workspace, who may look at figures."""
        async with _answered_in_time():
            person, workspace = await self._known(actor)
        # Someone on their own list is refused only for the kind of account it is.
        own = frozenset({person.id})
        if not may_decide(person, workspace=workspace, reviewers=own, ask=""):
            raise NotAllowed("Only full members of this workspace can look at this.")

    async def require_viewer(
        self, actor: Actor, use_case: UseCase, *, also: tuple[str, ...] = ()
    ) -> None:
        """Someone who may read the use case's cases; ``also`` names whom a case was handed to."""
        named = (*use_case.reviewers, *use_case.leads, *use_case.adjudicators)
        async with _answered_in_time():
            (person, workspace), entitled = await asyncio.gather(
                self._known(actor), self._members(named, use_case)
            )
            # Those who decide need no channel: their cases may be in the fallback.
            audience = entitled if person.id in entitled else await self._audience(use_case)
            if audience is not None and person.id not in audience:
                entitled |= await self._members(also, use_case)
        ask = _whom_to_ask(use_case.reviewers, use_case)
        _require(
            may_see(person, workspace=workspace, entitled=entitled, audience=audience, ask=ask)
        )

    async def require_decider(
        self, actor: Actor, use_case: UseCase, *, also: tuple[str, ...] = ()
    ) -> None:
        """Someone who may decide in the use case; ``also`` names whom a case was handed to."""
        async with _answered_in_time():
            (person, workspace), reviewers = await asyncio.gather(
                self._known(actor), self._members(use_case.reviewers, use_case)
            )
            if person.id not in reviewers:
                reviewers |= await self._members(also, use_case)
        ask = _whom_to_ask((*use_case.reviewers, *also), use_case)
        _require(may_decide(person, workspace=workspace, reviewers=reviewers, ask=ask))

    async def require_asked(self, actor: Actor, *, asked: str | None) -> None:
        """Whom a question was sent to."""
        async with _answered_in_time():
            person, workspace = await self._known(actor)
        _require(may_answer(person, workspace=workspace, asked=asked))

    async def require_withdrawer(self, actor: Actor, use_case: UseCase) -> None:
        """Someone who may withdraw cases of the use case."""
        await self._require_lead_or_reviewer(
            actor, use_case, may=may_withdraw, named=use_case.leads
        )

    async def require_overruler(self, actor: Actor, use_case: UseCase) -> None:
        """Someone who may overrule what was decided in the use case."""
        named = (*use_case.leads, *use_case.adjudicators)
        await self._require_lead_or_reviewer(actor, use_case, may=may_overrule, named=named)

    async def require_in_charge(self, actor: Actor, use_case: UseCase, *, act: str) -> None:
        """Someone who may ``act`` for the use case as a whole, as in "post the digest"."""
        may = partial(may_answer_for, act=act)
        await self._require_lead_or_reviewer(actor, use_case, may=may, named=use_case.leads)

    async def require_lead(self, actor: Actor, use_case: UseCase) -> None:
        """A lead of the use case whom the policy names, who may see how others review."""
        person, workspace, leads = await self._beside(actor, use_case.leads, use_case)
        ask = _whom_to_ask(use_case.leads, use_case)
        _require(may_see_reviewers(person, workspace=workspace, leads=leads, ask=ask))

    async def require_adjudicator(self, actor: Actor, use_case: UseCase) -> None:
        """Someone who may settle what reviewers disagree on."""
        named = use_case.who_adjudicates
        person, workspace, adjudicators = await self._beside(actor, named, use_case)
        ask = _whom_to_ask(named, use_case)
        _require(may_adjudicate(person, workspace=workspace, adjudicators=adjudicators, ask=ask))

    async def require_approver(
        self, actor: Actor, use_case: UseCase, *, office: str, named: str
    ) -> None:
        """Someone who may sign a proposed policy for the office; ``named`` is whom it names."""
        act = f"sign for {office}"
        await self._require_signer(actor, use_case, named=(named,), act=act)

    async def require_proposal_withdrawer(
        self, actor: Actor, use_case: UseCase, *, named: tuple[str, ...]
    ) -> None:
        """Someone who may withdraw a proposed policy: one of those ``named``."""
        known = tuple(each for each in named if _is_looked_up(each))
        await self._require_signer(actor, use_case, named=known, act="withdraw this")

    async def can_decide(
        self, user_id: str, use_case: UseCase, *, also: tuple[str, ...] = ()
    ) -> bool:
        """Whether somebody else, who did not act, may decide in the use case."""
        try:
            await self.require_decider(await self._somebody(user_id), use_case, also=also)
        except NotAllowed:
            return False
        return True

    async def can_adjudicate(self, user_id: str, use_case: UseCase) -> bool:
        """Whether somebody, who did not act, may settle what reviewers disagree on."""
        try:
            await self.require_adjudicator(await self._somebody(user_id), use_case)
        except NotAllowed:
            return False
        return True

    async def is_concerned(self, user_id: str, use_case: UseCase) -> bool:
        """Whether a full member is in the use case's channel or has a part in its decisions."""
        named = (_CHANNEL, *use_case.reviewers, *use_case.leads, *use_case.adjudicators)
        somebody = await self._somebody(user_id)
        try:
            person, workspace, members = await self._beside(somebody, named, use_case)
        except NotAllowed:
            return False
        return bool(
            may_see(person, workspace=workspace, entitled=members, audience=members, ask="")
        )

    async def _require_signer(
        self, actor: Actor, use_case: UseCase, *, named: tuple[str, ...], act: str
    ) -> None:
        person, workspace, approvers = await self._beside(actor, named, use_case)
        ask = _whom_to_ask(named, use_case)
        _require(may_sign(person, workspace=workspace, approvers=approvers, act=act, ask=ask))

    async def _require_lead_or_reviewer(
        self,
        actor: Actor,
        use_case: UseCase,
        *,
        may: Callable[..., Permission],
        named: tuple[str, ...],
    ) -> None:
        async with _answered_in_time():
            (person, workspace), reviewers, leads = await asyncio.gather(
                self._known(actor),
                self._members(use_case.reviewers, use_case),
                self._members(named, use_case),
            )
        ask = _whom_to_ask(named or use_case.reviewers, use_case)
        _require(may(person, workspace=workspace, reviewers=reviewers, leads=leads, ask=ask))

    async def _somebody(self, user_id: str) -> Actor:
        async with _answered_in_time():
            workspace = (await self._directory.installation()).workspace
        return Actor(user_id, workspace.team_id, workspace.enterprise_id)

    async def _beside(
        self, actor: Actor, named: tuple[str, ...], use_case: UseCase
    ) -> tuple[Person, Workspace, frozenset[str]]:
        """Who acts, where this is installed, and all those who are named."""
        async with _answered_in_time():
            (person, workspace), members = await asyncio.gather(
                self._known(actor), self._members(named, use_case)
            )
        return person, workspace, members

    async def _known(self, actor: Actor) -> tuple[Person, Workspace]:
        installation, person = await asyncio.gather(
            self._directory.installation(), self._directory.person(actor.user_id)
        )
        workspace = installation.workspace
        same_organisation = (
            workspace.enterprise_id is not None and actor.enterprise_id == workspace.enterprise_id
        )
        if actor.team_id != workspace.team_id and not same_organisation:
            raise NotAllowed("This app works for the workspace it is installed in only.")
        return person, workspace

    async def _audience(self, use_case: UseCase) -> frozenset[str] | None:
        if await self._directory.is_public(use_case.channel):
            return None
        return await self._directory.channel_members(use_case.channel)

    async def _members(self, named: tuple[str, ...], use_case: UseCase) -> frozenset[str]:
        people = frozenset(name for name in named if is_slack_user(name))
        many = [self._many(name, use_case) for name in named if name not in people]
        return people.union(*await asyncio.gather(*many))

    async def _many(self, named: str, use_case: UseCase) -> frozenset[str]:
        if named == _CHANNEL:
            return await self._directory.channel_members(use_case.channel)
        return await self._directory.group_members(named)


class NotAllowed(Refusal):
    """Slack could say who this is, and they may not."""


@asynccontextmanager
async def _answered_in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_WITHIN.total_seconds()):
            yield
    except SlackApiError as error:
        code = error.response.get("error", "an error")
        raise _unknown(f"Slack said {mrkdwn(str(code), 100)}") from error
    except (ClientError, TimeoutError, OSError) as error:
        raise _unknown("Slack did not answer") from error


def _unknown(why: str) -> Refusal:
    return Refusal(f"I could not check who may do this: {why}. Nothing was changed; try again.")


def _require(permission: Permission) -> None:
    if not permission:
        raise NotAllowed(permission.reason)


def _is_looked_up(named: str) -> bool:
    """Whether this is a name as policies give them; whoever typed a command has another."""
    return named == _CHANNEL or named.startswith(("@", "S")) or is_slack_user(named)


def _whom_to_ask(named: tuple[str, ...], use_case: UseCase) -> str:
    """Names and mentions, escaped: ``@moderators or <@U1>``."""
    return " or ".join(whom(each, channel=use_case.channel) for each in named)
