"""``hitl policy advise``: which strategy and threshold costs least, with the arithmetic shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot.commands.asked import chosen_use_case
from bot.commands.figures import day_money
from bot.commands.store import NoDatabase, use_store
from hitl.errors import HitlError
from hitl.percent import exact_percent, percent
from hitl.policy import UseCase
from hitl.reports.checked_people import checked_decisions
from hitl.reports.prices import mean_seconds, prices_of
from hitl.reports.traffic import Window, newest_model, thresholds_of, traffic
from hitl.statistics.advice import (
    Advice,
    Asking,
    LabelAdvice,
    Question,
    Reliability,
    WayAdvice,
    advise,
    line_of,
)
from hitl.statistics.answers import NotYet
from hitl.statistics.calibration import Recalibration, recalibration
from hitl.statistics.economics import Prices
from hitl.statistics.replay import Traffic
from hitl.statistics.reviewers import Accuracy, team_accuracy
from hitl.storage.database import Database
from hitl.vocabulary import RouteTo

_WINDOW = timedelta(days=28)
_CHECKED_OVER = timedelta(days=90)
_USUAL_SECONDS = 10.0
_EVEN = 0.70
_WORDS = {
    RouteTo.REVIEW: "people decide",
    RouteTo.SECOND_MODEL: "a second model, then people",
    RouteTo.ASK_USER: "the user, then people",
    RouteTo.AUTO: "everything stands",
}


class NothingPriced(HitlError):
    """The policy says nothing of what errors and reviews cost."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says, as far as it does."""

    model: str | None
    traffic: Traffic
    seconds: float | None
    accuracy: Accuracy | NotYet
    calibration: Recalibration | NotYet


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed after ``hitl policy advise``."""

    use_case: str | None
    model: str | None = None


def show_advice(asked: Asked) -> None:
    """Print it; raises ``NothingPriced`` with the keys that are missing."""
    use_case = chosen_use_case(asked.use_case)
    known = _known(use_case, asked.model)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    prices = prices_of(use_case, seconds=known.seconds or _USUAL_SECONDS)
    question = _question(use_case, known, prices)
    advice = advise(question)
    named = f", {known.model}" if known.model else ""
    console.print(f"{use_case.name}{named}: what costs least", style="bold")
    for line in _arithmetic(question, known, prices):
        console.print(line)
    console.print(_ways(advice, question, known, prices))
    console.print(_verdict(advice, known, prices))
    console.print("Measured and assumed:")
    for line in _assumed(use_case, known):
        console.print(f"  - {line}")
    console.print(
        "Before you lower a threshold, have it guaranteed: hitl policy certify"
        f" --use-case {use_case.name} --max-error 2%"
    )


def _known(use_case: UseCase, model: str | None) -> Known:
    async def work(database: Database) -> Known:
        now = database.now()
        return await database.read(lambda c: _read(c, use_case, model, now))

    try:
        return use_store(work)
    except NoDatabase:  # advice before anything has run
        nothing = Traffic(days=1, confidences={})
        return Known(model, nothing, None, team_accuracy(0, 0), recalibration([], []))


def _read(connection: Connection, use_case: UseCase, model: str | None, now: datetime) -> Known:
    chosen = model or newest_model(connection, use_case.name)
    window = Window(use_case.name, chosen, now - _WINDOW, now)
    seen = traffic(connection, window, use_case=use_case)
    people = checked_decisions(
        connection, use_case=use_case.name, since=now - _CHECKED_OVER, until=now
    )
    return Known(
        model=chosen,
        traffic=seen,
        seconds=mean_seconds(connection, use_case=use_case.name, since=window.since, until=now),
        accuracy=team_accuracy(sum(each.right for each in people), len(people)),
        calibration=recalibration(
            [each.confidence for each in seen.checks], [each.right for each in seen.checks]
        ),
    )


def _question(use_case: UseCase, known: Known, prices: Prices) -> Question:
    costs = use_case.costs
    errors = {label: prices.error[label] for label in use_case.labels if label in prices.error}
    missing = [] if errors else ["costs.error"]
    missing += [] if prices.review is not None else ["costs.review (or costs.reviewer_hour)"]
    if missing or costs is None:
        raise NothingPriced(
            f"{use_case.name} has no price for this: set {' and '.join(missing)} in the policy"
        )
    reliability = Reliability()
    if isinstance(known.accuracy, Accuracy):
        reliability = Reliability(reviewer_errs=1 - known.accuracy.interval.estimate)
    return Question(
        errors=errors,
        asking=Asking(prices.review, costs.second_model, costs.ask_user),
        reliability=reliability,
        calibration=known.calibration
        if isinstance(known.calibration, Recalibration)
        else Recalibration(),
        confidences=known.traffic.confidences,
        thresholds=thresholds_of(use_case),
    )


def _arithmetic(question: Question, known: Known, prices: Prices) -> Iterator[str]:
    """Chow's rule with the numbers put in, a line for each label."""
    errs, review = question.reliability.reviewer_errs, question.asking.review or 0.0
    yield (
        "A label should stand once the chance that it is right reaches"
        " 1 - (review + reviewer errors x error) / error:"
    )
    reviewed = next(each for each in advise(question).ways if each.way is RouteTo.REVIEW)
    for each in reviewed.labels:
        sum_ = f"1 - ({review:,.4g} + {errs:.3f} x {each.error:,.4g}) / {each.error:,.4g}"
        yield f"  {each.label}: {sum_} = {each.worth:.3f}; {_threshold(each, known)}"
    yield f"(prices in {prices.currency})"


def _threshold(each: LabelAdvice, known: Known) -> str:
    if each.worth <= 0:
        return "a review always costs more than the error: let it stand"
    if each.threshold is None:
        return "no confidence is worth that: send it to people"
    how = "as calibrated" if isinstance(known.calibration, Recalibration) else "taken at its word"
    return f"that is a confidence of {percent(each.threshold, decimals=1)}, {how}"


def _ways(advice: Advice, question: Question, known: Known, prices: Prices) -> Table:
    if not known.traffic.predictions:
        return _one_unsure(question, prices)
    table = Table("what does not stand", "thresholds", "asked about", "cost a day, errors included")
    rows = [(_WORDS[each.way], each) for each in advice.ways]
    if advice.now is not None:
        rows.append(("people decide, as the policy is", advice.now))
    for words, each in rows:
        table.add_row(
            words,
            _shown(each, question),
            percent(each.asked, decimals=1),
            day_money(_daily(each, known), prices.currency),
        )
    return table


def _shown(way: WayAdvice, question: Question) -> str:
    if way.labels:
        return ", ".join(
            f"{each.label} " + ("never" if each.threshold is None else f"{each.threshold:.3f}")
            for each in way.labels
        )
    if way.way is RouteTo.AUTO:
        return "none"
    return ", ".join(
        f"{label} " + ("never" if each is None else exact_percent(each))
        for label, each in question.thresholds.items()
    )


def _one_unsure(question: Question, prices: Prices) -> Table:
    """Without traffic: what each way costs for one prediction that is 70 % sure."""
    table = Table("for one prediction that is 70 % sure", *question.errors)
    for way, words in _WORDS.items():
        lines = {
            label: line_of(question, way, error=error) for label, error in question.errors.items()
        }
        table.add_row(
            words,
            *(
                "unpriced" if line is None else day_money(line(_EVEN), prices.currency)
                for line in lines.values()
            ),
        )
    return table


def _daily(way: WayAdvice, known: Known) -> float:
    """Of the predictions that a threshold decides about."""
    count = sum(len(each) for each in known.traffic.confidences.values())
    return way.cost * count / known.traffic.days


def _verdict(advice: Advice, known: Known, prices: Prices) -> str:
    if not known.traffic.predictions:
        return "No predictions yet: which way costs least over a day depends on how sure they are."
    best = advice.ways[0]
    words = f"Cheapest: {_WORDS[best.way]}, {percent(1 - best.asked)} would stand"
    if advice.now is None:
        return f"{words}."
    saved = _daily(advice.now, known) - _daily(best, known)
    return (
        f"{words} (now {percent(1 - advice.now.asked)}),"
        f" saving about {day_money(saved, prices.currency)} a day, errors counted."
    )


def _assumed(use_case: UseCase, known: Known) -> Iterator[str]:
    if isinstance(known.accuracy, Accuracy):
        interval = known.accuracy.interval
        yield (
            f"people are right in {percent(interval.estimate)} of cases"
            f" ({known.accuracy.checks:,} checked decisions)"
        )
    else:
        yield f"people err in 3 % of cases: assumed, {known.accuracy}"
    if isinstance(known.calibration, Recalibration):
        yield f"confidence was calibrated on {len(known.traffic.checks):,} blind checks"
    else:
        yield f"a confidence of 90 % is right in 90 %: assumed, {known.calibration}"
    costs = use_case.costs
    if costs is not None and costs.review is None and known.seconds is None:
        yield "a review takes 10 s: assumed, none was timed"
    if costs is None or costs.second_model is None:
        yield "a second model is left out: set costs.second_model"
    else:
        yield "a second model is right in 90 % of cases, whatever the first says: assumed"
    if costs is None or costs.ask_user is None:
        yield "asking users is left out: set costs.ask_user"
    else:
        yield "half of the users answer, and 10 % of those are wrong: assumed"
    unpriced = [label for label in use_case.labels if costs is None or label not in costs.error]
    if unpriced:
        yield f"left out for want of a price under costs.error: {', '.join(unpriced)}"
    if known.traffic.bands:
        yield "predictions that are only tallied are left out"
    if known.traffic.to_people:
        yield f"{known.traffic.to_people:,} predictions that go to people anyway are left out"
