"""What callers get back as figures; the models document what ``hitl.reports.data`` builds."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from hitl.statistics.sunset import Standing


class NotYetOut(BaseModel):
    """Too little was seen: so many were found of those needed."""

    found: int
    needed: int
    of: str


class IntervalOut(BaseModel):
    """An estimate between the bounds of its 95 % interval."""

    low: float
    estimate: float
    high: float


class ShareOut(IntervalOut):
    """``hits`` of ``total`` with the 95 % Wilson interval."""

    hits: int
    total: int


class WaitingOut(BaseModel):
    """Seconds from submission to a person's decision, waiting included."""

    median: float
    p90: float
    count: int


class CostOut(BaseModel):
    """Spending in ``currency``; null where a price is missing."""

    currency: str
    ai: float | None
    review: float | None
    per_decision: float | None
    second_models: float | None
    users: float | None
    by_the_hour: bool
    error: float | NotYetOut | None = Field(
        description="What wrong automatic decisions are expected to cost; in no sum"
    )


class VersionOut(BaseModel):
    """One model under one version of the policy."""

    model: str
    policy_version: str
    predictions: int
    escalation: ShareOut | NotYetOut | None


class LabelOut(BaseModel):
    """Predictions of one label."""

    label: str
    predictions: int
    escalated: int
    escalation: ShareOut | NotYetOut | None
    overturned: ShareOut | NotYetOut


class SpeedOut(BaseModel):
    """Seconds from first sight to vote; ``on_target`` took under ten."""

    reviews: int
    median: IntervalOut | NotYetOut
    p90: IntervalOut | NotYetOut
    on_target: ShareOut | NotYetOut


class AccuracyOut(BaseModel):
    """How often people are right: the posterior mean under a Beta(9, 1)."""

    right: int
    checks: int
    interval: IntervalOut


class AgreementOut(BaseModel):
    """Of cases that two people saw; alpha is Krippendorff's."""

    disagreed: ShareOut | NotYetOut
    alpha: float | NotYetOut | None


class PeopleOut(BaseModel):
    """What people did."""

    accuracy: AccuracyOut | NotYetOut
    speed: SpeedOut
    agreement: AgreementOut
    overturned: ShareOut | NotYetOut
    upheld: ShareOut | NotYetOut


class ServedFirstOut(BaseModel):
    """Whom people served first, when they could not get to all; shares of overturned cases."""

    came: int
    left: int = Field(description="Wait still, or were ended by their deadline")
    overturned: ShareOut = Field(description="Of those that people decided")
    as_they_came: float = Field(description="Had as many been decided in order of arrival")
    gain: IntervalOut = Field(description="The difference of the two shares")


class TrendOut(BaseModel):
    """Relative change a year; ``p`` is the chance of as much while nothing changes."""

    weeks: int
    yearly: IntervalOut
    p: float


class PrecisionOut(BaseModel):
    """At least ``at_least`` of the automatic decisions are right, with ``confidence``."""

    errors: int
    checks: int
    confidence: float
    at_least: float


class BinOut(BaseModel):
    """Predictions of like confidence, and how many of them were right."""

    low: float
    high: float
    confidence: float
    right: ShareOut


class CalibrationOut(BaseModel):
    """Whether 90 % sure means right nine times in ten."""

    checks: int
    bins: list[BinOut]
    brier: float
    ece: float


class AutomationOut(BaseModel):
    """What the AI did by itself, of one version alone."""

    version: VersionOut | None
    trend: TrendOut | NotYetOut
    precision: PrecisionOut | NotYetOut
    calibration: CalibrationOut | NotYetOut


class DeadlinesOut(BaseModel):
    """Waiting cases whose deadline has come, and cases that a deadline decided."""

    overdue: int
    decided: int


class WeekOut(BaseModel):
    """A week from Monday on in ``zone``."""

    monday: date
    since: datetime
    until: datetime
    predictions: int | None
    escalated: int
    escalation: ShareOut | None
    decided: int
    agreement: ShareOut | None
    automatic: ShareOut | None
    median_seconds: float | None
    cost: CostOut | None


class SignOut(BaseModel):
    """A sign that people may be needed less."""

    name: str
    standing: Standing
    evidence: str
    missing: str | None


class SunsetOut(BaseModel):
    """Signs, the one step that they allow, and what is not to be done yet."""

    signs: list[SignOut]
    step: str
    then: list[str]


class FindingOut(BaseModel):
    """What is wrong, how one knows, why it may be so, and what to do."""

    rule: str
    use_case: str
    evidence: str
    cause: str
    fix: str
    next_step: str
    p: float


class StatsOut(BaseModel):
    """The figures of a use case over a window."""

    use_case: str
    since: datetime
    until: datetime
    zone: str
    model: str | None
    policy_version: str | None
    predictions: int | None
    stood: int
    escalated: int
    by_model: int = Field(description="Unsure, and decided by second models")
    by_user: int = Field(description="Unsure, and decided by whom they were about")
    escalation: ShareOut | None
    verdicts: dict[str, int]
    flagged: int
    agreement: ShareOut | None
    waiting: WaitingOut | None
    open: int
    oldest_open_at: datetime | None
    cost: CostOut | None
    versions: list[VersionOut]
    labels: list[LabelOut]
    people: PeopleOut
    automation: AutomationOut
    served_first: ServedFirstOut | NotYetOut
    deadlines: DeadlinesOut
    weeks: list[WeekOut] = Field(description="Whole ones, Monday to Monday")
    this_week: WeekOut | None = Field(description="The one under way, as far as it is")
    sunset: SunsetOut
    findings: list[FindingOut] = Field(
        description="Of the last four weeks, whatever the window; judged over all use cases"
    )
