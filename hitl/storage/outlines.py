"""What says whom a case concerns: a few columns, for whatever only needs to know that."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from hitl.storage.predictions import IS_SHOWN
from hitl.storage.slack_copies import Place
from hitl.storage.tables import cases, slack_messages


@dataclass(frozen=True, slots=True)
class Outline:
    """A case in a few words; none of them ever changes but that it gets a card."""

    id: int
    use_case: str
    submitted_at: datetime
    card: Place | None
    """Where its card stands; None before it is posted."""


# Made once: making a statement costs as much as running it, and this runs at every click.
_OUTLINE = (
    select(
        cases.c.id,
        cases.c.use_case,
        cases.c.submitted_at,
        slack_messages.c.channel,
        slack_messages.c.ts,
    )
    .outerjoin_from(cases, slack_messages, slack_messages.c.case_id == cases.c.id)
    .where(cases.c.id == bindparam("of_case"), IS_SHOWN)
)


def outline_of(connection: Connection, case_id: int) -> Outline | None:
    """The outline of a case that may be shown to people; None where there is none."""
    row = connection.execute(_OUTLINE, {"of_case": case_id}).first()
    if row is None:
        return None
    card = None if row.ts is None else Place(channel=row.channel, ts=row.ts)
    return Outline(row.id, row.use_case, row.submitted_at, card)
