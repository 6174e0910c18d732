"""What sending to Slack works with, and what a sending can come to."""

from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.channels import Channels
from bot.delivery.troubles import Treatment, Trouble
from bot.findings import Findings
from bot.slack.directory import Directory
from hitl.learning.runs import ToldServer
from hitl.policy import InForce, UseCase
from hitl.reports.precedents import Precedents
from hitl.review.opinions import GivenOpinion
from hitl.review.policy_messages import PostedProposal
from hitl.review.posted import PostedCard, PostedQuestion
from hitl.review.queueing import PostedQueueCard
from hitl.storage.database import Database
from hitl.storage.outbox import Parcel
from hitl.storage.questions import Question


@dataclass(frozen=True, slots=True)
class Desk:
    """The workspace's client, and where the words and the people's rules come from.

    The client must not retry by itself: slack_sdk's own handler can post a message twice.
    """

    database: Database
    policy: InForce
    client: AsyncWebClient
    session: aiohttp.ClientSession
    """The client's own, for addresses outside the Web API."""
    channels: Channels
    directory: Directory
    precedents: Precedents
    findings: Findings
    history_lag: timedelta = timedelta(seconds=10)
    """How long a message may stand in a channel before Slack's history shows it."""

    def use_case(self, parcel: Parcel) -> UseCase:
        """The parcel's use case; ``Trouble`` when it has left the policy since."""
        use_case = self.policy.use_cases.get(parcel.use_case)
        if use_case is None:
            words = f"the policy has no use case {parcel.use_case} any more"
            raise Trouble(Treatment.BURY, words)
        return use_case


def case_id_of(parcel: Parcel) -> int:
    """The case it is about, for kinds that always are about one."""
    if parcel.case_id is None:
        raise ValueError(f"a {parcel.kind} without a case")
    return parcel.case_id


@dataclass(frozen=True, slots=True)
class Sent:
    """Slack has it."""

    card: (
        PostedCard
        | PostedQueueCard
        | PostedProposal
        | PostedQuestion
        | GivenOpinion
        | ToldServer
        | None
    ) = None
    """Where a new message stands, or what was answered."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing was left to say."""

    reason: str


@dataclass(frozen=True, slots=True)
class Queued(Skipped):
    """The case comes to people through the queue card of its channel."""

    use_case: UseCase
    channel: str


@dataclass(frozen=True, slots=True)
class Unaskable(Skipped):
    """Slack delivers no question to this user."""

    question: Question
    use_case: UseCase
