"""A week of a use case beside the one before, as the digest tells it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from hitl.policy import UseCase
from hitl.reports.answers import Digest
from hitl.reports.checked import sampled_in
from hitl.reports.facts import DECISIONS
from hitl.reports.flags import flags_of
from hitl.reports.ledger import Ledger, Window
from hitl.reports.report import report
from hitl.reports.stats import stats_of
from hitl.statistics.findings.signal import Finding, findings_of
from hitl.storage.checkpoints import latest_checkpoint
from hitl.storage.outbox import Sending
from hitl.storage.tables import outbox
from hitl.vocabulary import By


def digest_of(
    connection: Connection,
    *,
    use_case: UseCase,
    before: datetime,
    since: datetime,
    until: datetime,
    zone: str,
    findings: Sequence[Finding] = (),
) -> Digest:
    """``since`` to ``until`` beside ``before`` to ``since``; findings of others are left out."""
    ledger = Ledger.open(connection, use_case.name)
    found = report(connection, use_case=use_case, since=since, until=until)
    return Digest(
        week=found.stats,
        before=stats_of(ledger, (before, since), use_case=use_case),
        zone=zone,
        flags=flags_of(connection, use_case=use_case.name, since=since, until=until),
        checkpoint=latest_checkpoint(connection),
        report=found,
        findings=tuple(findings_of(use_case.name, findings)),
        labels=_labels(ledger, (since, until)),
        dead_letters=_dead_letters(connection, use_case.name),
    )


def _labels(ledger: Ledger, window: Window) -> int:
    """Examples gained: what people decided, and what stood and was checked blind."""
    decided = ledger.rows(DECISIONS, [window], where={"by": By.REVIEWER})
    [sampled] = sampled_in(ledger, [window])
    return sum(int(row.decisions) for row in decided) + sampled.stood.total()


def _dead_letters(connection: Connection, use_case: str) -> int:
    dead = select(func.count()).where(outbox.c.use_case == use_case, outbox.c.state == Sending.DEAD)
    return connection.execute(dead).scalar_one()
