"""What is stored that advice about thresholds and strategies reckons with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.reports.checked_people import checked_decisions, everybody
from hitl.reports.costs import mean_seconds
from hitl.reports.prices import prices_of
from hitl.reports.traffic import Window, newest_model, thresholds_of, traffic
from hitl.statistics.advice import Asking, Question, Reliability
from hitl.statistics.answers import NotYet
from hitl.statistics.calibration import Recalibration, recalibration
from hitl.statistics.replay import Traffic
from hitl.statistics.reviewers import Accuracy, team_accuracy

_WINDOW = timedelta(days=28)
_CHECKED_OVER = timedelta(days=90)
USUAL_SECONDS = 10.0
"""What a review is taken to last while none was timed."""


class NothingPriced(HitlError):
    """The policy says nothing of what errors and reviews cost."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was measured, as far as it was."""

    model: str | None
    traffic: Traffic
    seconds: float | None
    accuracy: Accuracy | NotYet
    calibration: Recalibration | NotYet

    @classmethod
    def nothing(cls, model: str | None) -> "Known":
        """Before anything has run."""
        return cls(model, Traffic(1, {}), None, team_accuracy(0, 0), recalibration([], []))

    @property
    def a_day(self) -> float:
        """Predictions a day that a threshold decides about."""
        every = self.traffic.confidences.values()
        return sum(len(each) for each in every) / self.traffic.days


def known(connection: Connection, use_case: UseCase, model: str | None, now: datetime) -> Known:
    """Of four weeks of a model version, the newest unless said, and 90 days of people."""
    chosen = model or newest_model(connection, use_case.name)
    window = Window(use_case.name, chosen, now - _WINDOW, now)
    seen = traffic(connection, window, use_case=use_case)
    people = everybody(
        checked_decisions(connection, use_case=use_case.name, since=now - _CHECKED_OVER, until=now)
    )
    return Known(
        model=chosen,
        traffic=seen,
        seconds=mean_seconds(connection, use_case=use_case.name, since=window.since, until=now),
        accuracy=team_accuracy(people.hits, people.total),
        calibration=recalibration(
            [each.confidence for each in seen.checks], [each.right for each in seen.checks]
        ),
    )


def question_of(use_case: UseCase, measured: Known) -> Question:
    """With assumptions where nothing was measured; raises ``NothingPriced`` with what to set."""
    costs = use_case.costs
    prices = prices_of(use_case, seconds=measured.seconds or USUAL_SECONDS)
    errors = {label: prices.error[label] for label in use_case.labels if label in prices.error}
    missing = [] if errors else ["costs.error"]
    missing += [] if prices.review is not None else ["costs.review (or costs.reviewer_hour)"]
    if missing or costs is None:
        raise NothingPriced(
            f"{use_case.name} has no price for this: set {' and '.join(missing)} in the policy"
        )
    reliability, calibration = Reliability(), Recalibration()
    if isinstance(measured.accuracy, Accuracy):
        reliability = Reliability(reviewer_errs=1 - measured.accuracy.interval.estimate)
    if isinstance(measured.calibration, Recalibration):
        calibration = measured.calibration
    return Question(
        errors=errors,
        asking=Asking(prices.review, costs.second_model, costs.ask_user),
        reliability=reliability,
        calibration=calibration,
        confidences=measured.traffic.confidences,
        thresholds=thresholds_of(use_case),
    )
