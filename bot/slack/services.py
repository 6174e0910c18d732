"""What every listener works with."""

import asyncio
from dataclasses import dataclass
from functools import partial

from bot.dashboard.links import Links, NoAddress
from bot.findings import Findings
from bot.slack.cards.case import case_card
from bot.slack.message import Message
from bot.slack.people import Actor, People
from bot.slack.whispers import Whispers
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.deadlines import handed_to
from hitl.policy import InForce, UseCase
from hitl.reports.precedents import Precedents
from hitl.storage.database import Database
from hitl.storage.outlines import Outline, outline_of
from hitl.storage.queries import CaseNotFound, case_by_id, picture_files


@dataclass(frozen=True, slots=True)
class SlackServices:
    """The database, the policy, and who people are."""

    database: Database
    policy: InForce
    people: People
    precedents: Precedents
    findings: Findings
    whispers: Whispers
    links: Links | None = None

    def dashboard_link(self, actor: Actor) -> str:
        """A one-time link for this person alone; raises ``NoAddress``."""
        if self.links is None:
            raise NoAddress
        return self.links.make(actor, now=self.database.now())

    async def find(self, case_id: int) -> tuple[Case, UseCase]:
        """A case, as reviewers may see it, and its use case.

        Both are looked up: nothing a payload says about them is believed. Raises
        ``CaseNotFound`` and ``UnknownUseCase``.
        """
        case, use_case = await self.find_whole(case_id)
        return as_seen(case, use_case=use_case), use_case

    async def find_whole(self, case_id: int) -> tuple[Case, UseCase]:
        """The same with what a blind case hides, for those who settle it."""
        case = await self.database.read(partial(case_by_id, case_id=case_id))
        if case.is_known and case.check is None:
            raise CaseNotFound(case_id)  # kept to be served as another, and shown to nobody
        return case, self.policy.use_case(case.use_case)

    async def outline(self, case_id: int) -> Outline:
        """Whom a case concerns, where nothing else of it is needed; raises ``CaseNotFound``."""
        outline = await self.database.read(partial(outline_of, case_id=case_id))
        if outline is None:
            raise CaseNotFound(case_id)
        return outline

    def handed_to(self, case: Case | Outline, use_case: UseCase) -> tuple[str, ...]:
        """Who may decide the case besides the reviewers, as the policy names them."""
        return handed_to(use_case, waited=self.database.now() - case.submitted_at)

    async def require_viewer(self, actor: Actor, case: Case, use_case: UseCase) -> None:
        """Someone who may read the case; raises ``Refusal``."""
        also = self.handed_to(case, use_case)
        await self.people.require_viewer(actor, use_case, also=also)

    async def require_decider(self, actor: Actor, case: Case | Outline, use_case: UseCase) -> None:
        """Someone who may decide the case now; raises ``Refusal``."""
        also = self.handed_to(case, use_case)
        await self.people.require_decider(actor, use_case, also=also)

    async def require_overruler(self, actor: Actor, case: Case, use_case: UseCase) -> None:
        """Someone who may put another outcome in place of the case's; raises ``Refusal``.

        A flag asks everyone who may decide to look again; anything else is for leads.
        """
        if case.outcome is not None and case.outcome.flagged:
            await self.require_decider(actor, case, use_case)
        else:
            await self.people.require_overruler(actor, use_case)

    async def card(self, case: Case, use_case: UseCase) -> Message:
        """The case's card, with its pictures and how similar cases were decided."""
        files, similar = await asyncio.gather(
            self.database.read(partial(picture_files, case_id=case.id)),
            self.precedents.at_hand(case),
        )
        now = self.database.now()
        return case_card(case, use_case=use_case, now=now, files=files, precedents=similar)
