"""``hitl simulate --scenario``: an article's worked examples, beside what it quotes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.commands.trade_off_picture import write_picture
from hitl.errors import HitlError
from hitl.policy.wording import unknown
from hitl.statistics.scenarios import SCENARIOS, Plan, Scenario


class UnknownScenario(HitlError):
    """There is no example of the name."""


def show_scenario(name: str, console: Console, *, png: Path | None = None) -> None:
    """Print it, and draw it where a file is named."""
    if name not in SCENARIOS:
        raise UnknownScenario(unknown("scenario", name, known=SCENARIOS))
    scenario = SCENARIOS[name]
    console.print(scenario.title, style="bold")
    console.print(_plans(scenario))
    console.print("What follows:")
    for line in scenario.follows:
        console.print(f"  + {line}")
    console.print("What does not follow from the quoted numbers:")
    for doubt in scenario.doubts:
        console.print(f'  - "{doubt.said}"')
        console.print(f"    {doubt.found}")
    if png is not None:
        _draw(png, scenario)
        console.print(f"The picture is in {png}.")


def _plans(scenario: Scenario) -> Table:
    """A column for each plan, so that amounts are whole in a terminal of 80 characters."""
    table = Table("", *(plan.name for plan in scenario.plans))
    for name, shown in _ROWS.items():
        table.add_row(name, *(shown(plan) for plan in scenario.plans))
    return table


def _each(plan: Plan) -> str:
    cents = plan.per_decision.quantize(Decimal("0.01"))
    return f"${cents}" if cents == plan.per_decision else f"${plan.per_decision.normalize():f}"


_ROWS: Mapping[str, Callable[[Plan], str]] = {
    "decided by the AI": lambda plan: f"{plan.automatic:,}",
    "reviews": lambda plan: f"{plan.reviews:,}",
    "a day": lambda plan: f"${plan.cost:,.2f}",
    "quoted": lambda plan: "" if plan.quoted is None else f"${plan.quoted:,.2f}",
    "a decision": _each,
    "blind checks of 2 %": lambda plan: f"${plan.audit_cost():,.2f}",
    "people, at 10 s": lambda plan: f"{plan.hours:,.1f} h",
}


def _draw(file: Path, scenario: Scenario) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and few commands draw

    figure = Figure(figsize=(8, 1.2 + 0.7 * len(scenario.plans)), layout="constrained", dpi=140)
    axis = figure.subplots()
    names = [plan.name for plan in scenario.plans][::-1]
    reviews = [float(plan.cost) for plan in scenario.plans][::-1]
    audits = [float(plan.audit_cost()) for plan in scenario.plans][::-1]
    axis.barh(names, reviews, color="#4c72b0", label="reviews")
    axis.barh(names, audits, left=reviews, color="#dd8452", label="blind checks of 2 %")
    axis.set_xlabel("dollars a day")
    axis.set_title(scenario.title, fontsize=10)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.legend(fontsize=8)
    write_picture(figure, file)
