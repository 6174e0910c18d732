"""How often second models and users were asked, which has a price of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, case, func, select

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


def asked_in(ledger: Ledger, windows: Sequence[Window], *, costs: Costs | None) -> list[Asked]:
    """By when they were asked, as far as that is priced; no time may be in two windows."""
    calls: dict[int, int] = {}
    asked: dict[int, int] = {}
    if windows and costs is not None and costs.second_model is not None:
        calls = _counts(ledger, windows, func.sum(opinions.c.calls), opinions.c)
    if windows and costs is not None and costs.ask_user is not None:
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
    at = of.asked_at
    # Joined with rows of windows, PostgreSQL would hold each question against each of them.
    place = case(*((and_(at >= since, at < until), k) for k, (since, until) in enumerate(windows)))
    counted = (
        select(place, number)
        .select_from(case_id.table.join(cases, cases.c.id == case_id))
        .where(
            *ledger.of_own_cases,
            at >= min(since for since, _ in windows),
            at < max(until for _, until in windows),
            *only,
        )
        .group_by(place)
    )
    return {k: int(count or 0) for k, count in ledger.connection.execute(counted) if k is not None}


def _price(each: float | None, count: int) -> float | None:
    return None if each is None or not count else each * count
