"""Advice about strategies and thresholds, as a person reads it in a terminal."""

from collections.abc import Iterator

from rich.table import Table

from bot.slack.text import priced
from hitl.percent import exact_percent, percent
from hitl.policy import UseCase
from hitl.reports.advising import Known
from hitl.statistics.advice import Advice, LabelAdvice, Question, WayAdvice, advise, line_of
from hitl.statistics.calibration import Recalibration
from hitl.statistics.reviewers import Accuracy
from hitl.vocabulary import RouteTo

_EVEN = 0.70
_WORDS = {
    RouteTo.REVIEW: "people decide",
    RouteTo.SECOND_MODEL: "a second model, then people",
    RouteTo.ASK_USER: "the user, then people",
    RouteTo.AUTO: "everything stands",
}


def arithmetic(question: Question, measured: Known, *, currency: str) -> Iterator[str]:
    """Chow's rule with the numbers put in, a line for each label."""
    errs, review = question.reliability.reviewer_errs, question.asking.review or 0.0
    yield (
        "A label should stand once the chance that it is right reaches"
        " 1 - (review + reviewer errors x error) / error:"
    )
    reviewed = next(each for each in advise(question).ways if each.way is RouteTo.REVIEW)
    for each in reviewed.labels:
        sum_ = f"1 - ({review:,.4g} + {errs:.3f} x {each.error:,.4g}) / {each.error:,.4g}"
        yield f"  {each.label}: {sum_} = {each.worth:.3f}; {_threshold(each, measured)}"
    yield f"(prices in {currency})"


def _threshold(each: LabelAdvice, measured: Known) -> str:
    if each.worth <= 0:
        return "a review always costs more than the error: let it stand"
    if each.threshold is None:
        return "no confidence is worth that: send it to people"
    how = (
        "as calibrated" if isinstance(measured.calibration, Recalibration) else "taken at its word"
    )
    return f"that is a confidence of {percent(each.threshold, decimals=1)}, {how}"


def ways(advice: Advice, question: Question, measured: Known, *, currency: str) -> Table:
    """Each way with its cost, the cheapest first, and the policy as it is."""
    if not measured.traffic.predictions:
        return _one_unsure(question, currency=currency)
    table = Table("what does not stand", "thresholds", "asked about", "cost a day, errors included")
    rows = [(_WORDS[each.way], each) for each in advice.ways]
    if advice.now is not None:
        rows.append(("people decide, as the policy is", advice.now))
    for words, each in rows:
        table.add_row(
            words,
            _shown(each, question),
            percent(each.asked, decimals=1),
            priced(_daily(each, measured), currency),
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


def _one_unsure(question: Question, *, currency: str) -> Table:
    """Without traffic: what each way costs for one prediction that is 70 % sure."""
    table = Table("for one prediction that is 70 % sure", *question.errors)
    for way, words in _WORDS.items():
        lines = {
            label: line_of(question, way, error=error) for label, error in question.errors.items()
        }
        table.add_row(
            words,
            *(priced(None if line is None else line(_EVEN), currency) for line in lines.values()),
        )
    return table


def _daily(way: WayAdvice, measured: Known) -> float:
    return way.cost * measured.a_day


def verdict(advice: Advice, measured: Known, *, currency: str) -> str:
    """Which way is cheapest, and what it would save."""
    if not measured.traffic.predictions:
        return "No predictions yet: which way costs least over a day depends on how sure they are."
    best = advice.ways[0]
    words = f"Cheapest: {_WORDS[best.way]}, {percent(1 - best.asked)} would stand"
    if advice.now is None:
        return f"{words}."
    saved = _daily(advice.now, measured) - _daily(best, measured)
    return (
        f"{words} (now {percent(1 - advice.now.asked)}),"
        f" saving about {priced(saved, currency)} a day, errors counted."
    )


def assumed(use_case: UseCase, measured: Known) -> Iterator[str]:
    """What the arithmetic rests on."""
    if isinstance(measured.accuracy, Accuracy):
        interval = measured.accuracy.interval
        yield (
            f"people are right in {percent(interval.estimate)} of cases"
            f" ({measured.accuracy.checks:,} checked decisions)"
        )
    else:
        yield f"people err in 3 % of cases: assumed, {measured.accuracy}"
    if isinstance(measured.calibration, Recalibration):
        yield f"confidence was calibrated on {len(measured.traffic.checks):,} blind checks"
    else:
        yield f"a confidence of 90 % is right in 90 %: assumed, {measured.calibration}"
    costs = use_case.costs
    if costs is not None and costs.review is None and measured.seconds is None:
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
    if measured.traffic.bands:
        yield "predictions that are only tallied are left out"
    if measured.traffic.to_people:
        yield f"{measured.traffic.to_people:,} predictions that go to people anyway are left out"
