"""How often second models and users were asked, which has a price of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, func, select

from hitl.policy import Costs
from hitl.reports.ledger import Ledger, Window
from hitl.reports.spans import Span, spans_of
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
    if not windows:
        return []
    calls = _counts(ledger, windows, func.sum(opinions.c.calls), opinions.c)
    choice = questions.c.kind == QuestionKind.CHOICE
    asked = _counts(ledger, windows, func.count(), questions.c, choice)
    return [
        Asked(calls=calls.get(place, 0), questions=asked.get(place, 0))
        for place in range(len(windows))
    ]


def _counts(
    ledger: Ledger, windows: Sequence[Window], number: Any, of: Any, *only: ColumnElement[bool]
) -> dict[int, int]:
    """By the window's place; nothing of those in which nobody was asked."""
    case_id: Column[int] = of.case_id
    spans = spans_of(
        [Span(place, ledger.use_case, *window) for place, window in enumerate(windows)]
    )
    counted = (
        select(spans.c.place, number)
        .select_from(case_id.table.join(cases, cases.c.id == case_id))
        .where(
            *ledger.of_own_cases,
            of.asked_at >= spans.c.since,
            of.asked_at < spans.c.until,
            *only,
        )
        .group_by(spans.c.place)
    )
    return {place: int(count or 0) for place, count in ledger.connection.execute(counted)}


def _price(each: float | None, count: int) -> float | None:
    return None if each is None or not count else each * count
