"""A database with so many cases that wait and so many decided before, as the verbs leave them."""

from sqlalchemy import create_engine, text

from hitl.storage.engines import database_url
from hitl.storage.moments import to_microseconds
from hitl.storage.outbox import Kind, Sending, posts_lane, webhook_lane
from hitl.storage.queue_cards import IN_THE_QUEUE
from tests.benchmarks.year import END, make_year

_NOT_DECIDED = ("outcomes", "reviews", "checks", "flags")
# Whoever waits was reminded once, and left to the queue card instead of a card of their own.
_LEFT_WAITING = (
    *(f"DELETE FROM {table} WHERE case_id > :decided" for table in _NOT_DECIDED),  # noqa: S608
    "DELETE FROM audit_events WHERE case_id > :decided AND position > 1",
    """
UPDATE cases SET state = 'open', route_to = 'review', decided_at = NULL,
  people_since = submitted_at, margin = id % 9973 / 9973.0, steps_taken_seconds = 3600, events = 1
WHERE id > :decided
""",
    f"""
INSERT INTO outbox (stream, lane, kind, case_id, use_case, payload, state, attempts, due_at,
  created_at, finished_at, last_error)
SELECT 'case:' || CAST(id AS TEXT), '{posts_lane("#moderation")}', '{Kind.CARD_POST}', id, use_case,
  '{{}}', '{Sending.SKIPPED}', 1, submitted_at, submitted_at, submitted_at, '{IN_THE_QUEUE}'
FROM cases WHERE id > :decided
""",  # noqa: S608 - made of constants
    # And a server that a tenth of them name does not answer.
    f"""
INSERT INTO outbox (stream, lane, kind, case_id, use_case, payload, state, attempts, due_at,
  created_at)
SELECT 'webhook:' || CAST(id AS TEXT), '{webhook_lane("https://caller.example")}', '{Kind.WEBHOOK}',
  id, use_case, '{{}}', '{Sending.WAITING}', 3, {to_microseconds(END)} + 3600000000 + id,
  submitted_at
FROM cases WHERE id > :decided AND id % 10 = 0
""",  # noqa: S608 - made of constants
    """
INSERT INTO case_contents (case_id, title, text, salt)
SELECT id, 'Reply in r/cooking',
  'You call that a risotto? Number ' || CAST(id % 9973 AS TEXT) || ' of ' || CAST(id % 97 AS TEXT),
  'salt'
FROM cases
WHERE people_since IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM case_contents WHERE case_contents.case_id = cases.id)
""",
)


def fill(url: str, *, waiting: int, decided: int) -> None:
    """Make it in a new database at the address; the newest cases are those that wait."""
    make_year(url, cases=waiting + decided)
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        for statement in _LEFT_WAITING:
            asked = text(statement)
            given = {"decided": decided} if "decided" in asked.compile().params else {}
            connection.execute(asked, given)
    engine.dispose()
