"""The answers as data: rates carry counts, durations are seconds, money names its currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hitl.audit import Checkpoint
from hitl.statistics.agreement import Agreement
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.calibration import Calibration
from hitl.statistics.findings.signal import Finding
from hitl.statistics.precision import Precision
from hitl.statistics.reviewers import Accuracy
from hitl.statistics.served_first import ServedFirst
from hitl.statistics.speed import Speed
from hitl.statistics.sunset import Sunset
from hitl.statistics.trend import Trend
from hitl.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds from submission to decision, waiting included, of cases that people decided."""

    median: float
    p90: float
    count: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Spending of the window; a part without a price is ``None``, never zero."""

    currency: str
    ai: float | None
    review: float | None
    per_decision: float | None
    """All of these / predictions; known only when the first two are priced."""
    second_models: float | None = None
    """Of all calls of second models; None where there were none, or they have no price."""
    users: float | None = None
    """Of all questions to users; None as of second models."""
    by_the_hour: bool = False
    """Reviews are paid by the hour, so that they cost something once one was timed."""
    error: float | NotYet | None = None
    """What wrong automatic decisions are expected to cost, by the blind checks; not spent, so it
    is in no sum. None where a label that stood has no price.
    """


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases of one use case that wait for people now."""

    use_case: str
    open: int
    oldest_at: datetime | None
    next_cases: tuple[tuple[int, str], ...] = ()
    """(case id, title) of the cases that wait longest, at most ten."""
    is_more: bool = False
    """``open`` is where counting ended."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What ``/hitl stats`` shows for one use case over ``since <= t < until``."""

    use_case: str
    since: datetime
    until: datetime
    predictions: int | None
    """All the model decided on; ``None`` while callers who route themselves send no tallies."""
    stood: int
    """By themselves: automatically, or with feedback asked afterwards."""
    escalated: int
    """Came to people, at once or after others had been asked."""
    escalation: Share | None
    verdicts: Mapping[Verdict, int]
    flagged: int
    agreement: Share | None
    """Human outcomes whose label is the AI's label, among those people decided."""
    waiting: Waiting | None
    queue: Queue
    cost: Cost | None
    by_model: int = 0
    """Decided by second models, and..."""
    by_user: int = 0
    """...by whom they were about: people in Slack decided neither."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one model decided under one version of the policy; figures of it compare."""

    model: str
    """Empty where callers name none."""
    policy_version: str
    """Empty where callers only counted what stood."""
    predictions: int
    escalation: Share | NotYet | None
    """None while it is unknown, as in ``Stats``."""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """Of the predictions whose top label it is."""

    label: str
    predictions: int
    escalated: int
    escalation: Share | NotYet | None
    overturned: Share | NotYet
    """Of those people decided: how many they gave another label."""


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """One whole week, Monday to Monday in the use case's zone; ``since <= t < until``.

    For charts: what is too little to judge is shown with its interval, so nothing is withheld.
    """

    monday: date
    since: datetime
    until: datetime
    predictions: int | None
    """As in ``Stats``."""
    escalated: int
    escalation: Share | None
    decided: int
    """By people."""
    agreement: Share | None
    automatic: Share | None
    """Of what stood and was checked blind: how much was right. None without a check."""
    median_seconds: float | None
    """From first sight to vote, within two percent."""
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How the deadlines are kept."""

    overdue: int
    """Cases that wait now although the end of their deadline has come."""
    decided: int
    """Cases that a deadline decided in the window."""


@dataclass(frozen=True, slots=True)
class People:
    """What people did in the window, whatever the model and the policy were."""

    accuracy: Accuracy | NotYet
    """From blind checks, double reviews and known answers together."""
    speed: Speed
    """From claim or open to vote, never from when a card was posted."""
    agreement: Agreement
    """Of the first two votes on cases that two people saw."""
    overturned: Share | NotYet
    """Of the predictions that people decided: how many got another label than the AI's."""
    upheld: Share | NotYet
    """Of the overturns that adjudicators saw, those of blind checks: how many were right."""


@dataclass(frozen=True, slots=True)
class Automation:
    """What the AI did by itself, of one version alone: others do not compare."""

    version: Version | None
    """The one of the newest week with predictions; None where nothing came."""
    trend: Trend | NotYet
    """Of its escalation rate by week."""
    precision: Precision | NotYet
    """Of what stood by itself, from the blind checks settled in the window."""
    calibration: Calibration | NotYet
    """Of the newest few thousand of these checks, and of those of escalated predictions."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of one use case over a window.

    ``stats`` counts the window; the rest judges it. Whatever would be a guess is a ``NotYet``
    that says how much is missing. ``weeks`` are the last whole ones that end by the window's end,
    the oldest first, whether or not they lie in the window; empty weeks are among them.
    """

    stats: Stats
    zone: str
    """Whose days and weeks are meant."""
    model: str | None
    policy_version: str | None
    """What it was asked of alone; None for all together."""
    versions: tuple[Version, ...]
    """All in the window, the one with most predictions first."""
    labels: tuple[LabelFigures, ...]
    """The one that escalates most first; at most twenty."""
    people: People
    automation: Automation
    served_first: ServedFirst | NotYet
    """What the order brings in which people are served, of what came in the window."""
    deadlines: Deadlines
    weeks: tuple[WeekFigures, ...]
    this_week: WeekFigures | None
    """The one under way at the window's end, as far as it is; None where that is its beginning."""
    sunset: Sunset
    """Whether people are still needed here: signs, and the one step that they allow."""


@dataclass(frozen=True, slots=True)
class Flags:
    """Flags set, cleared and turned in a window, and how many were watched at its end."""

    set: int
    cleared: int
    turned: int
    watched: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One week of a use case beside the week before."""

    week: Stats
    before: Stats
    zone: str
    flags: Flags = Flags(0, 0, 0, 0)
    checkpoint: Checkpoint | None = None
    """Of the audit log: said in Slack, where nobody who can edit the log can edit it."""
    report: Report | None = None
    """Of the same week, with the weeks before it."""
    findings: tuple[Finding, ...] = ()
    labels: int | None = None
    """Examples that the week gained."""
    dead_letters: int = 0
    """What could not be sent, of all time, until it is sent again."""
