"""Thresholds that could be lower with a guarantee, and the button that asks for them."""

from bot.slack import blocks, ids
from bot.slack.message import Block
from bot.slack.text import money, mrkdwn
from hitl.percent import exact_percent, percent
from hitl.reports.offers import Offer
from hitl.statistics.certify import Certificate
from hitl.statistics.replay import Replayed

_LABEL = 100
_MOST = 10


def offer_blocks(offer: Offer | None) -> list[Block]:
    """What is guaranteed and what it would save; nothing where nothing is offered."""
    if offer is None:
        return []
    steps = [
        f"*{mrkdwn(each.label, _LABEL)}* could stand from {exact_percent(each.then)}"
        f" (now {exact_percent(each.now)})"
        for each in offer.lower[:_MOST]
    ]
    more = len(offer.lower) - len(steps)
    said = "; ".join(steps) + (f" and {more} more" if more > 0 else "")
    known = " ".join(_guarantee(each) for each in offer.certificates[:_MOST])
    whose = f" It speaks of {mrkdwn(offer.model, _LABEL)} alone." if offer.model else ""
    button = blocks.button(
        "Propose these thresholds", action_id=ids.PROPOSE_CERTIFIED, value=offer.use_case
    )
    lines = (f":seedling: {said}.{_saving(offer.now, offer.then)}", f"{known}{whose}")
    return [blocks.section("\n".join(lines)), blocks.actions("certified", button)]


def _guarantee(certificate: Certificate) -> str:
    wrong = f"{certificate.errors:,} wrong in {certificate.checks:,} random checks"
    return (
        f"At most {percent(certificate.max_error, decimals=1)} of that is wrong, with"
        f" {percent(certificate.confidence)} confidence ({wrong})."
    )


def _saving(now: Replayed | None, then: Replayed | None) -> str:
    if now is None or then is None:
        return ""
    words = (
        f" That would send {percent(then.escalated.estimate, decimals=1)} to people"
        f" (now {percent(now.escalated.estimate, decimals=1)})"
    )
    if now.cost.spent is None or then.cost.spent is None:
        return f"{words}."
    saved = now.cost.spent - then.cost.spent
    return (
        f"{words} and save {money(saved, now.cost.currency)} a day." if saved > 0 else f"{words}."
    )
