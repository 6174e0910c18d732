"""How often second models and users were asked, which has a price of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, func, select

from hitl.policy import Costs
from hitl.reports.ledger import Ledger, Window
from hitl.storage.questions import QuestionKind
from hitl.storage.tables import cases, opinions, questions


@dataclass(frozen=True, slots=True)
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


NOBODY = Asked()


def asked_in(ledger: Ledger, windows: Sequence[Window]) -> list[Asked]:
    """By when they were asked."""
    choice = questions.c.kind == QuestionKind.CHOICE
    return [
        Asked(
            calls=_count(ledger, func.sum(opinions.c.calls), opinions.c, window),
            questions=_count(ledger, func.count(), questions.c, window, choice),
        )
        for window in windows
    ]


def _count(ledger: Ledger, number: Any, of: Any, window: Window, *only: ColumnElement[bool]) -> int:
    case_id: Column[int] = of.case_id
    since, until = window
    counted = (
        select(number)
        .select_from(case_id.table.join(cases, cases.c.id == case_id))
        .where(
            *ledger.own_cases,
            of.asked_at >= since,
            of.asked_at < until,
            *only,
        )
    )
    return int(ledger.connection.execute(counted).scalar() or 0)


def _price(each: float | None, count: int) -> float | None:
    return None if each is None or not count else each * count
