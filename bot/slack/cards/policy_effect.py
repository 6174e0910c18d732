"""What is expected of a proposed policy, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.text import counted, money
from hitl.percent import percent
from hitl.statistics.intervals import wilson
from hitl.statistics.minimums import ESCALATION

_Effect = Mapping[str, Any]


def effect_lines(effect: _Effect) -> Iterator[str]:
    """Escalation, errors and cost of past predictions, or that there are too few to say."""
    predictions = effect["predictions"]
    if predictions < ESCALATION:
        yield f"too few past predictions to say ({predictions} of {ESCALATION})"
        return
    before, after = (
        percent(effect[name] / predictions) for name in ("escalated_before", "escalated_after")
    )
    said = f"{before} → {after}" if before != after else f"{before}, as before"
    newest = f"the newest {predictions:,} predictions of"
    made = newest if effect.get("is_capped") else f"{counted(predictions, 'prediction')} in"
    yield f"Escalation: {said} of {made} the last 28 days"
    yield from _moved("more would stand by themselves", effect["newly_stand"])
    yield from _moved("would no longer stand by themselves", effect["no_longer_stand"])
    if effect["misfits"]:
        yield f"{counted(effect['misfits'], 'prediction')} can't be routed by both: labels differ"
    yield from _cost(effect)


def _moved(words: str, moved: _Effect) -> Iterator[str]:
    count, known, wrong = moved["count"], moved["known"], moved["wrong"]
    if not count:
        return
    if not known:
        yield f"{count:,} {words}; nobody has looked whether they are right"
        return
    share = wilson(wrong, known)
    range_ = f"{percent(share.low)} to {percent(share.high)}"
    yield f"{count:,} {words}: of the {known:,} known, {wrong:,} wrong ({range_})"


def _cost(effect: _Effect) -> Iterator[str]:
    currency = effect["currency"]
    if currency is None:
        yield "Cost: unpriced, see costs"
        return
    parts = [
        _change("reviews", effect["review_cost"], currency, missing="costs.review"),
        _change("errors", effect["error_cost"], currency, missing="costs.error, or checks"),
    ]
    yield f"Cost of these predictions: {', '.join(parts)}"


def _change(what: str, amount: float | None, currency: str, *, missing: str) -> str:
    if amount is None:
        return f"{what} unknown without {missing}"
    if not amount:
        return f"{what} as before"
    return f"{what} {'+' if amount > 0 else '-'}{money(abs(amount), currency)}"
