"""How often second models and users were asked, which has a price of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from hitl.policy import Costs
from hitl.reports.facts import REQUESTS
from hitl.reports.ledger import Ledger, Window
from hitl.vocabulary import RouteTo


@dataclass(slots=True)
class Asked:
    """Requests to second models, and questions to whom cases are about."""

    calls: int = 0
    questions: int = 0

    def second_models(self, costs: Costs) -> float | None:
        """None where there were none, or they have no price."""
        return _price(costs.second_model, self.calls)

    def users(self, costs: Costs) -> float | None:
        """The same of questions."""
        return _price(costs.ask_user, self.questions)


def asked_in(ledger: Ledger, windows: Sequence[Window], *, costs: Costs | None) -> list[Asked]:
    """By when the case came to them; nothing where neither has a price."""
    found = [Asked() for _ in windows]
    if costs is None or (costs.second_model is None and costs.ask_user is None):
        return found
    for row in ledger.rows(REQUESTS, windows, "route_to"):
        if row.route_to == RouteTo.SECOND_MODEL:
            found[row.place].calls += row.requests
        else:
            found[row.place].questions += row.requests
    return found


def _price(each: float | None, count: int) -> float | None:
    return None if each is None or not count else each * count
