"""Asking a channel each month whether to invest in the model."""

from functools import partial

from sqlalchemy import Connection

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.once import post_once
from bot.slack.cards.monthly import evidence_lines, monthly_message
from bot.slack.message import Message
from hitl.policy import UseCase
from hitl.reports.answers import Report
from hitl.reports.report import report
from hitl.review.monthly import MonthlyQuestion, keep_evidence, month_asked, month_before
from hitl.statistics.findings.signal import findings_of
from hitl.storage.outbox import Parcel


async def post_monthly(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Post it with what is known at this moment, which is kept; unless an earlier try did."""
    use_case, number = desk.use_case(parcel), int(parcel.payload["question"])

    async def message() -> Message:
        asked = await desk.database.read(partial(month_asked, question_id=number))
        evidence = await _evidence(desk, asked, use_case=use_case)
        kept = await desk.database.write(
            partial(keep_evidence, question_id=number, evidence=evidence)
        )
        before = await desk.database.read(partial(month_before, question=kept))
        return monthly_message(kept, before=before)

    return await post_once(desk, parcel, message)


async def _evidence(desk: Desk, asked: MonthlyQuestion, *, use_case: UseCase) -> list[str]:
    length = asked.until - asked.since

    def read(connection: Connection) -> tuple[Report, Report]:
        month = partial(report, connection, use_case=use_case)
        return (
            month(since=asked.since, until=asked.until),
            month(since=asked.since - length, until=asked.since),
        )

    month, before = await desk.database.read(read)
    findings = findings_of(use_case.name, await desk.findings.of_now())
    return evidence_lines(month, before, findings=findings)
