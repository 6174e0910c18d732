"""Which hours something changed in, after their cases were decided or late to be seen."""

from datetime import datetime

from sqlalchemy import Connection, select

from hitl.reports.spans import before, hour_of
from hitl.storage.rollups import Progress
from hitl.storage.tables import audit_events, cases, tallies


def changed_hours(
    connection: Connection,
    done: Progress,
    *,
    through: Progress | None = None,
    use_case: str | None = None,
) -> list[tuple[str, datetime]]:
    """Counted hours of (use case, hour) that changes after ``done`` concern.

    A change to a case concerns every hour in which anything happened to it: an outcome that is
    replaced leaves one hour and enters another.
    """
    newer = audit_events.c.id > done.event
    newer_tally = tallies.c.id > done.tally
    if through is not None:
        newer &= audit_events.c.id <= through.event
        newer_tally &= tallies.c.id <= through.tally
    changed = select(audit_events.c.case_id).where(newer)
    hour, tally_hour = hour_of(audit_events.c.at), hour_of(before(tallies.c.until))
    found = (
        select(cases.c.use_case, hour)
        .join_from(audit_events, cases, cases.c.id == audit_events.c.case_id)
        .where(audit_events.c.case_id.in_(changed), audit_events.c.at < done.until)
    )
    told = select(tallies.c.use_case, tally_hour).where(newer_tally, tallies.c.until <= done.until)
    if use_case is not None:
        # As expressions, or SQLite would begin with all that the use case has.
        found = found.where(cases.c.use_case.concat("") == use_case)
        told = told.where(tallies.c.use_case.concat("") == use_case)
    return sorted((row[0], row[1]) for row in connection.execute(found.union(told)))
