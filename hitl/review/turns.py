"""When a known answer is to be served among the cases that people get."""

from datetime import timedelta

from hitl.blindness import Chances
from hitl.policy.use_case import UseCase
from hitl.storage.database import Transaction
from hitl.storage.known_answers import plan_turn

LONGEST_WAIT = timedelta(minutes=10)
"""It follows at some moment within it: of two cards that come at once one would be known."""


def plan_known(tx: Transaction, *, use_case: UseCase, chances: Chances) -> None:
    """For a case that people get: have a known answer follow it, if the draw says so."""
    if chances.known < use_case.known_answer_rate:
        due_at = tx.now + LONGEST_WAIT * chances.known_after
        plan_turn(tx, use_case.name, due_at=due_at, draw=chances.which)
