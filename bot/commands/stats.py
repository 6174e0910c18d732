"""``hitl stats``: every figure of a use case as a table."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot.commands.policy_in_force import policy_in_force
from bot.commands.store import use_store
from bot.figures import WEEK_COLUMNS, figures_of, week_row
from bot.slack.cards.figures import window_words
from hitl.policy import Policy, UseCase
from hitl.reports.answers import Report
from hitl.reports.health import findings
from hitl.reports.report import report, zone_of
from hitl.reports.windows import parse_window, window_before
from hitl.statistics.findings.signal import Finding
from hitl.storage.database import Database


def show(use_case: str | None, window: str, *, model: str | None) -> None:
    """Print the figures of one use case, or of each."""
    policy = policy_in_force()
    wanted = [policy.use_case(use_case)] if use_case else list(policy.use_cases.values())
    length = parse_window(window)
    reports, found = use_store(
        partial(_read, policy=policy, wanted=wanted, window=window, model=model)
    )
    console = Console(highlight=False, markup=False)
    for each in reports:
        console.print(_table(each, heading=f"{each.stats.use_case} · last {window_words(length)}"))
        console.print(_weeks(each))
        for finding in found:
            if finding.use_case == each.stats.use_case:
                console.print(_told(finding))


def _told(finding: Finding) -> str:
    rule = f"{finding.rule[:1].upper()}{finding.rule[1:]}"
    return f"{rule}: {finding.evidence}\n{finding.cause} {finding.fix}\nNext: {finding.next_step}\n"


async def _read(
    database: Database, *, policy: Policy, wanted: Sequence[UseCase], window: str, model: str | None
) -> tuple[list[Report], list[Finding]]:
    until = database.now()

    def read(connection: Connection) -> tuple[list[Report], list[Finding]]:
        reports = [
            _report(connection, each, until=until, window=window, model=model) for each in wanted
        ]
        return reports, findings(connection, policy.use_cases.values(), until=until)

    return await database.read(read)


def _report(
    connection: Connection, use_case: UseCase, *, until: datetime, window: str, model: str | None
) -> Report:
    since = window_before(until, parse_window(window), zone=zone_of(use_case))
    return report(connection, use_case=use_case, since=since, until=until, model=model)


def _table(found: Report, *, heading: str) -> Table:
    table = Table("figure", "value", "of what", title=heading, title_justify="left")
    for figure in figures_of(found):
        table.add_row(figure.name, figure.value, figure.basis)
    return table


def _weeks(found: Report) -> Table:
    title = f"The last {len(found.weeks)} weeks · {found.zone}"
    # Without the space on the left, each name fits into 80 characters.
    table = Table(*WEEK_COLUMNS, title=title, title_justify="left", padding=(0, 1, 0, 0))
    for week in found.weeks:
        table.add_row(*week_row(week))
    if found.this_week is not None:
        table.add_row("so far", *week_row(found.this_week)[1:])
    return table
