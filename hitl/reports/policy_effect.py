"""What is to be expected of a changed policy, from the predictions of the last four weeks."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from hitl.policy import UseCase
from hitl.reports.costs import mean_seconds
from hitl.reports.prices import review_price
from hitl.routing import Prediction
from hitl.statistics.rerouting import Past, Rerouted, error_cost, reroute, total
from hitl.storage.tables import cases, checks, outcomes, truths
from hitl.vocabulary import By

WINDOW = timedelta(days=28)
MOST = 2_000
"""The newest: a share is known to 2 % by then, and more would hold up who waits for the writer."""

Effect = dict[str, Any]
"""Plain JSON, kept with the proposal for ever."""


def expected_effect(
    connection: Connection, *, before: UseCase, after: UseCase, until: datetime
) -> Effect:
    """Escalations before and after, what moves with the errors known of it, and what that costs.

    Costs are those of the predictions that were counted, in the currency of ``after``; None where a
    price is not set or no error was looked for.
    """
    found = reroute(_past(connection, before.name, until), before=before, after=after)
    seconds = mean_seconds(connection, use_case=before.name, since=until - WINDOW, until=until)
    return {
        "since": (until - WINDOW).isoformat(),
        "until": until.isoformat(),
        "predictions": found.predictions,
        "is_capped": found.predictions + found.misfits == MOST,
        "escalated_before": found.escalated_before,
        "escalated_after": found.escalated_after,
        "misfits": found.misfits,
        "newly_stand": asdict(total(found.newly_stand)),
        "no_longer_stand": asdict(total(found.no_longer_stand)),
        **_costs(found, before=before, after=after, seconds=seconds),
    }


def _costs(found: Rerouted, *, before: UseCase, after: UseCase, seconds: float | None) -> Effect:
    """``seconds`` is what a review took."""
    costs = after.costs
    if costs is None:
        return {"currency": None, "review_cost": None, "error_cost": None}
    reviews = (
        found.escalated_after * after.reviews_needed
        - found.escalated_before * before.reviews_needed
    )
    each = review_price(costs, seconds=seconds)
    more = error_cost(found.newly_stand, costs.error)
    less = error_cost(found.no_longer_stand, costs.error)
    return {
        "currency": costs.currency,
        "review_cost": None if each is None else reviews * each,
        "error_cost": None if more is None or less is None else more - less,
    }


def _past(connection: Connection, use_case: str, until: datetime) -> Iterator[Past]:
    """Predictions that the policy routed; a caller who asked for people told no scores' route."""
    newest = (
        select(
            cases.c.id,
            cases.c.label,
            cases.c.scores,
            outcomes.c.label.label("decided"),
        )
        .outerjoin_from(
            cases,
            outcomes,
            (outcomes.c.case_id == cases.c.id)
            & outcomes.c.is_current
            & (outcomes.c.by == By.REVIEWER),
        )
        .where(
            cases.c.use_case == use_case,
            cases.c.routed_by == "policy",
            cases.c.submitted_at > until - WINDOW,
            cases.c.submitted_at <= until,
        )
        .order_by(cases.c.submitted_at.desc(), cases.c.id.desc())
        .limit(MOST)
    )
    rows = list(connection.execute(newest))
    known = _known(connection, since=min((row.id for row in rows), default=0))
    for row in rows:
        prediction = Prediction(row.scores) if row.scores else Prediction.unscored(row.label)
        yield Past(prediction, known.get(row.id, row.decided))


def _known(connection: Connection, *, since: int) -> dict[int, str]:
    """What blind checks came to, and over that what turned out later, the newest word of each."""
    checked = select(checks.c.case_id, checks.c.final_label).where(
        checks.c.case_id >= since, checks.c.final_label.is_not(None)
    )
    learned = select(truths.c.case_id, truths.c.label).where(truths.c.case_id >= since)
    ordered = (checked.order_by(checks.c.id), learned.order_by(truths.c.id))
    return {case_id: label for each in ordered for case_id, label in connection.execute(each)}
