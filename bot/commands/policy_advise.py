"""``hitl policy advise``: which strategy and threshold costs least, with the arithmetic shown."""

from dataclasses import dataclass

from rich.console import Console

from bot.commands.advice_words import arithmetic, assumed, verdict, ways
from bot.commands.asked import chosen_use_case
from bot.commands.store import NoDatabase, use_store
from hitl.policy import UseCase
from hitl.reports.advising import Known, known, question_of
from hitl.statistics.advice import advise
from hitl.storage.database import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed after ``hitl policy advise``."""

    use_case: str | None
    model: str | None = None


def show_advice(asked: Asked) -> None:
    """Print it; raises ``NothingPriced`` with the keys that are missing."""
    use_case = chosen_use_case(asked.use_case)
    measured = _known(use_case, asked.model)
    question = question_of(use_case, measured)
    currency = use_case.costs.currency if use_case.costs else ""
    advice = advise(question)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    named = f", {measured.model}" if measured.model else ""
    console.print(f"{use_case.name}{named}: what costs least", style="bold")
    for line in arithmetic(question, measured, currency=currency):
        console.print(line)
    console.print(ways(advice, question, measured, currency=currency))
    console.print(verdict(advice, measured, currency=currency))
    console.print("Measured and assumed:")
    for line in assumed(use_case, measured):
        console.print(f"  - {line}")
    console.print(
        "Before you lower a threshold, have it guaranteed: hitl policy certify"
        f" --use-case {use_case.name} --max-error 2%"
    )


def _known(use_case: UseCase, model: str | None) -> Known:
    async def work(database: Database) -> Known:
        now = database.now()
        return await database.read(lambda c: known(c, use_case, model, now))

    try:
        return use_store(work)
    except NoDatabase:  # advice before anything has run
        return Known.nothing(model)
