"""What other thresholds would have done with the predictions that came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.commands.figures import error_words
from bot.dashboard.shapes import Shape, lines, section, table
from bot.slack.cards.figures import share_words
from bot.slack.text import priced
from hitl.percent import exact_percent
from hitl.policy import UseCase
from hitl.reports.costs import mean_seconds
from hitl.reports.prices import terms_of
from hitl.reports.traffic import Window, newest_model, thresholds_of, traffic
from hitl.statistics.replay import Replayed, replay, trade_off

_SWEPT = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95, 0.97, 0.98, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Trade:
    """The thresholds as they are, and each that could hold for every label."""

    model: str | None
    now: Replayed
    sweep: Sequence[Replayed]


def trade_of(
    connection: Connection, use_case: UseCase, *, since: datetime, until: datetime
) -> Trade | None:
    """Of the newest model version; None where it predicted nothing."""
    model = newest_model(connection, use_case.name)
    seen = traffic(connection, Window(use_case.name, model, since, until), use_case=use_case)
    seconds = mean_seconds(connection, use_case=use_case.name, since=since, until=until)
    terms = terms_of(use_case, seconds=seconds)
    now = replay(seen, thresholds_of(use_case), terms)
    if not isinstance(now, Replayed):
        return None
    return Trade(model, now, trade_off(seen, _SWEPT, terms))


def thresholds(found: Trade | None) -> Shape:
    """Escalation and errors side by side: one without the other would be bad advice."""
    name, title = "thresholds", "Thresholds and what they do"
    if found is None:
        return section(name, title, says=["No predictions to replay in this time."])
    now = found.now
    present = f"{share_words(now.escalated)} escalated, automatic error {error_words(now)}"
    says = [
        f"{now.predictions:,} predictions of {found.model or 'the model'}, decided anew.",
        "A higher threshold sends more to people, never less; look at the error beside it.",
        f"As the policy is ({_named(now.thresholds)}): {present}.",
    ]
    rows = [
        [
            exact_percent(_threshold(each)),
            share_words(each.escalated),
            error_words(each),
            priced(each.cost.spent, each.cost.currency),
        ]
        for each in found.sweep
    ]
    columns = ["Every label at", "Escalated", "Automatic error", "Spent a day"]
    picture = _picture(found, numbers=table(columns, rows))
    return section(name, title, says=says, pictures=[picture])


def _picture(found: Trade, *, numbers: Shape) -> Shape:
    escalated = [(_threshold(each), each.escalated.estimate) for each in found.sweep]
    at_most = [
        (_threshold(each), each.error_at_most)
        for each in found.sweep
        if each.error_at_most is not None
    ]
    drawn = [("escalated", escalated)]
    if at_most:
        drawn.append(("automatic error at most, 95 % sure", at_most))
    present = {each for each in found.now.thresholds.values() if each is not None}
    title = "Escalated and wrong, by threshold"
    return lines(title, drawn, now=sorted(present), numbers=numbers)


def _named(found: Mapping[str, float | None]) -> str:
    shown = {
        label: "people" if each is None else exact_percent(each) for label, each in found.items()
    }
    if len(set(shown.values())) == 1:
        return next(iter(shown.values()))
    return ", ".join(f"{label} {each}" for label, each in shown.items())


def _threshold(found: Replayed) -> float:
    return next(iter(found.thresholds.values())) or 0.0
