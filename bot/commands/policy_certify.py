"""``hitl policy certify``: thresholds with a guarantee, or exactly what is missing for one."""

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot.commands.asked import NotUnderstood, asked_share, chosen_use_case
from bot.commands.figures import share_words
from bot.commands.store import use_store
from bot.slack.text import priced
from hitl.percent import exact_percent, percent
from hitl.policy import UseCase
from hitl.reports.certificates import Target, ThresholdTest, certificates
from hitl.reports.traffic import thresholds_of
from hitl.statistics.certify import Certificate, NotCertified
from hitl.storage.database import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed after ``hitl policy certify``."""

    use_case: str | None
    max_error: str | None
    """The policy's where it is None."""
    confidence: str = "95%"
    model: str | None = None
    once: bool = False


def certify(asked: Asked) -> None:
    """Print what the test says; raises a ``HitlError`` for what can't be understood."""
    use_case = chosen_use_case(asked.use_case)
    target = Target(
        max_error=use_case.max_error
        if asked.max_error is None
        else _inner(asked.max_error, name="--max-error"),
        confidence=_inner(asked.confidence, name="--confidence"),
        once=asked.once,
    )

    async def work(database: Database) -> ThresholdTest:
        test = partial(
            certificates, use_case=use_case, target=target, now=database.now(), model=asked.model
        )

        def read(connection: Connection) -> ThresholdTest:
            return test(connection)

        return await database.read(read)

    show_test(use_store(work), use_case, Console(highlight=False, markup=False, soft_wrap=True))


def show_test(test: ThresholdTest, use_case: UseCase, console: Console) -> None:
    """The test, each side's answer, and what it would save."""
    model = test.model or "the model without a name"
    target = test.target
    console.print(
        f"{test.use_case}, {model}: at most {percent(target.max_error, decimals=2)} of what stands"
        f" is wrong, {percent(target.confidence, decimals=2)} sure of all sides together.",
        style="bold",
    )
    console.print(_when(test, use_case))
    if not test.sides:
        console.print("No prediction has come yet.")
        return
    console.print(_sides(test, use_case))
    if test.then is not None and test.now is not None:
        console.print(_saving(test))
    for side, shift in test.shifts.items():
        console.print(
            f"Mind: the confidences of {side} in the last week are unlike the sample's (apart by"
            f" {percent(shift.apart)} of predictions), so that what the sample shows may not hold"
            " for them. Wait for checks of what comes now."
        )
    if any(isinstance(each, Certificate) for each in test.sides.values()):
        console.print(
            "It holds for this model version, this question and traffic like the sample's, and"
            " ends when one of them changes. Keep the blind checks on."
        )


def _when(test: ThresholdTest, use_case: UseCase) -> str:
    zone = ZoneInfo(use_case.digest.zone if use_case.digest else "UTC")
    until = f"{test.until.astimezone(zone):%A %Y-%m-%d %H:%M %Z}"
    if test.week is None:
        return f"This takes itself for the only look there will ever be, at all until {until}."
    due = "" if test.next_at is None else f"{test.next_at.astimezone(zone):%A %Y-%m-%d}"
    if not test.week:
        return f"The first test is on {due}, of all that comes before." if due else ""
    return f"Weekly test {test.week}, of what came before {until}; the next is on {due}."


def _sides(test: ThresholdTest, use_case: UseCase) -> Table:
    present = thresholds_of(use_case)
    table = Table("side", "now", "certified", "what the checks say")
    for side, found in test.sides.items():
        now = {present[label] for label in (present if side not in present else (side,))}
        shown = " or ".join("people" if each is None else exact_percent(each) for each in now)
        threshold = exact_percent(found.threshold) if isinstance(found, Certificate) else "no"
        table.add_row(side, shown, threshold, _words(found, is_tested=test.week != 0))
    return table


def _words(found: Certificate | NotCertified, *, is_tested: bool) -> str:
    if isinstance(found, NotCertified):
        # Until then none was looked at: "0 of 149" would deny those that there are.
        return str(found) if is_tested else f"not looked at yet; it takes {found.needed:,}"
    errors = f"{found.errors:,} error{'' if found.errors == 1 else 's'}"
    return f"{errors} in {found.checks:,} random checks at or above it, of {found.sample:,}"


def _saving(test: ThresholdTest) -> str:
    if test.now is None or test.then is None:
        return ""
    words = (
        f"In the last four weeks it would have escalated {share_words(test.then.escalated)}"
        f" instead of {share_words(test.now.escalated)}"
    )
    before, after = test.now.cost.spent, test.then.cost.spent
    if before is None or after is None:
        return f"{words}; what that saves is unpriced."
    saved = before - after
    verb = "saving" if saved >= 0 else "costing"
    return f"{words}, {verb} {priced(abs(saved), test.now.cost.currency)} a day."


def _inner(word: str, *, name: str) -> float:
    share = asked_share(word, name=name)
    if not 0 < share < 1:
        raise NotUnderstood(f"{name}: found {word!r}; must be above 0 and under 1, as in 2%")
    return share
