"""A year of decisions, made up quickly: the rows that reports read, as the verbs would leave them.

The databases draw it by themselves, the same on both. Of the predictions 15 % go to people, who
need two votes for a fifth of them; of one in twenty second models are asked, of another its user,
both for a price; 2 % are checked blind; one in ten thousand is a known answer.
They come in a daily wave, from four model versions under two versions of the policy. Callers count
more of them elsewhere. What was sent and the audit log are there of the last month alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, insert, text
from sqlmodel import SQLModel

from hitl.policy import Costs, UseCase
from hitl.policy.stored import content_of
from hitl.storage.engines import database_url, is_sqlite
from hitl.storage.migrate import prepare_database
from hitl.storage.moments import to_microseconds
from hitl.storage.tables import policy_versions
from tests.examples import moderation

YEAR = timedelta(days=364)
END = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""When the year is over, a Monday morning."""
Told = Callable[[int], None]
"""Is told how many of the cases are there."""
_AT_ONCE = 250_000
_EARLIER = "a1b2c3d4e5f6"
"""The version of the policy in the year's first half."""
_FILLED = (
    "cases", "case_contents", "outcomes", "reviews", "checks", "flags", "skips", "truths",
    "strategy_steps", "opinions", "questions", "audit_events", "tallies",
)  # fmt: skip

# Numbers that look drawn and are the same on both databases: 0 <= u < 1.
_U = "((n % {p}) * (n % {p}) * {a} + n * {b}) % {p} / {p}.0 AS {name}"
_US = ",\n    ".join(
    _U.format(p=p, a=a, b=b, name=f"u{place}")
    for place, (p, a, b) in enumerate(
        [
            (1_000_003, 7_919, 104_729),
            (1_000_033, 6_133, 15_485),
            (1_000_037, 8_707, 32_452),
            (1_000_039, 3_571, 49_979),
            (1_000_081, 5_003, 67_867),
            (1_000_099, 9_377, 86_028),
            (1_000_117, 4_561, 22_801),
            (1_000_121, 2_749, 71_993),
        ]
    )
)
# Sums of three uniforms are nearly normal, and times nearly lognormal.
_TOLD = f"""
CREATE TEMPORARY TABLE told AS
WITH RECURSIVE counted(n) AS (
  SELECT CAST(:first AS BIGINT) UNION ALL SELECT n + 1 FROM counted WHERE n < :last
),
drawn AS (
  SELECT n,
    {_US}
  FROM counted
),
seen AS (
  SELECT *,
    CAST(floor(:start + (n - 0.5) * :step
      + 10000000000.0 * sin((n - 0.5) * :step * 7.27220521664304e-11)) AS BIGINT) AS came,
    CASE WHEN u1 < 0.4 THEN 'violation' ELSE 'clean' END AS label,
    CASE WHEN u0 < 0.0001 THEN 'known' ELSE 'policy' END AS routed_by,
    u0 < 0.15 AS escalated,
    u0 < 0.03 AS doubled,
    u0 >= 0.0001 AND u2 < 0.02 AS audited,
    2 * (u3 + u4 + u5) - 3 AS z,
    2 * (u5 + u6 + u7) - 3 AS y
  FROM drawn
),
routed AS (
  SELECT *,
    escalated AND came > :waits_from AS waits,
    CASE WHEN label = 'violation' THEN 8700 ELSE 9200 END AS threshold,
    came + CASE WHEN escalated THEN 1000000 ELSE 0 END
      * CAST(floor(15 + exp(5.5 + 1.6 * z)) AS BIGINT) AS decided_at,
    CAST(floor(1000 * exp(2.0 + 0.6 * y)) AS BIGINT) / 1000.0 AS seconds
  FROM seen
),
sure AS (
  SELECT *,
    CASE WHEN escalated THEN CAST(floor(5001 + u3 * (threshold - 5001)) AS BIGINT)
      ELSE CAST(floor(9999 - u3 * u3 * (9999 - threshold)) AS BIGINT) END AS grains,
    CASE WHEN u4 < (CASE WHEN escalated THEN 0.35 ELSE 0.015 END)
      THEN CASE WHEN label = 'clean' THEN 'violation' ELSE 'clean' END ELSE label END AS truth
  FROM routed
)
SELECT *,
  CASE WHEN u5 < 0.03 THEN CASE WHEN truth = 'clean' THEN 'violation' ELSE 'clean' END
    ELSE truth END AS first,
  CASE WHEN u6 < 0.03 THEN CASE WHEN truth = 'clean' THEN 'violation' ELSE 'clean' END
    ELSE truth END AS second,
  'U0BENCH' || CAST(n % 40 AS BIGINT) AS reviewer,
  'U0BENCH' || CAST((n + 1) % 40 AS BIGINT) AS other
FROM sure
"""  # noqa: S608 - made of constants
_VERDICT = "CASE WHEN {} = 'clean' THEN 'approve' ELSE 'reject' END"
_REVIEW = """
INSERT INTO reviews (case_id, reviewer, verdict, label, seconds, at, is_adjudication)
SELECT n, {reviewer}, {verdict}, {label}, {seconds}, {at}, {adjudicates} FROM told WHERE {where}
"""
_BY_CHUNK = (
    """
INSERT INTO cases (id, use_case, key, fingerprint, state, route_to, route_reason, routed_by, label,
  confidence, scores, margin, model, policy_version, draw, audit_rate, double_draw, reviews_needed,
  is_blind, awaits_check, submitted_at, decided_at, people_since, steps_taken_seconds, is_overdue,
  events)
SELECT n, 'content-moderation', 'item-' || CAST(100000000 + n AS BIGINT),
  '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  CASE WHEN waits THEN 'open' ELSE 'decided' END,
  CASE WHEN escalated THEN 'review' ELSE 'auto' END,
  label || ' ' || CAST(grains / 100 AS BIGINT) || ' % against its threshold', routed_by, label,
  grains / 10000.0,
  CAST('{{"' || label || '": 0.' || grains || ', "'
    || CASE WHEN label = 'clean' THEN 'violation' ELSE 'clean' END
    || '": 0.' || substr(CAST(20000 - grains AS TEXT), 2) || '}}' AS {json}),
  (2 * grains - 10000) / 10000.0,
  'toxicity@' || CAST(3 + 4 * (n - 1) / :cases AS BIGINT),
  CASE WHEN n < :cases / 2 THEN :earlier ELSE :version END, u2, 0.02, u1,
  CASE WHEN doubled THEN 2 ELSE 1 END, audited OR doubled OR routed_by = 'known', waits AND audited,
  came,
  CASE WHEN NOT waits THEN decided_at END, CASE WHEN escalated THEN came END, 0, {no}, 2
FROM told
""",
    """
INSERT INTO case_contents (case_id, title, text, salt)
SELECT n, 'Reply in r/cooking', 'You call that a risotto?', 'salt' FROM told WHERE waits
""",
    """
INSERT INTO outcomes (case_id, revision, is_current, verdict, label, "by", reviewer, flagged,
  overrules, decided_at)
SELECT n, 1, {yes}, {verdict}, label, "by", CASE WHEN "by" = 'reviewer' THEN reviewer END,
  escalated AND u7 < 0.01, {no}, decided_at
FROM (SELECT n, escalated, u7, reviewer, decided_at,
    CASE WHEN NOT escalated THEN 'ai' WHEN u7 > 0.995 THEN 'deadline' ELSE 'reviewer' END AS "by",
    CASE WHEN NOT escalated THEN label WHEN doubled AND first <> second THEN truth ELSE first END
      AS label
  FROM told WHERE NOT waits) AS found
""".replace("{verdict}", _VERDICT.format("label")),
    _REVIEW.format(
        reviewer="reviewer",
        verdict=_VERDICT.format("first"),
        label="first",
        seconds="CASE WHEN u6 < 0.1 THEN NULL ELSE seconds END",
        at="CASE WHEN doubled THEN (came + decided_at) / 2 ELSE decided_at END",
        adjudicates="{no}",
        where="escalated AND NOT waits",
    ),
    _REVIEW.format(
        reviewer="other",
        verdict=_VERDICT.format("second"),
        label="second",
        seconds="seconds + 1",
        adjudicates="{no}",
        where="doubled AND NOT waits",
        at="CASE WHEN first <> second THEN (came + 3 * decided_at) / 4 ELSE decided_at END",
    ),
    _REVIEW.format(
        reviewer="'U0LEAD'",
        verdict=_VERDICT.format("truth"),
        label="truth",
        seconds="seconds + 2",
        at="decided_at",
        adjudicates="{yes}",
        where="doubled AND first <> second AND NOT waits",
    ),
    _REVIEW.format(
        reviewer="reviewer",
        verdict=_VERDICT.format("first"),
        label="first",
        seconds="seconds",
        at="came + 600000000",
        adjudicates="{no}",
        where="audited AND NOT escalated AND came <= :waits_from",
    ),
    """
INSERT INTO checks (case_id, use_case, kind, state, is_apart, known_label, reviewer, verdict, label,
  seconds, opened_at, answered_at, final_label, settled_by, settled_at)
SELECT n, 'content-moderation', kind,
  CASE WHEN is_open THEN 'open' ELSE 'settled' END, NOT escalated,
  CASE WHEN kind = 'known' THEN truth END,
  CASE WHEN NOT is_open THEN reviewer END, CASE WHEN NOT is_open THEN {verdict} END,
  CASE WHEN NOT is_open THEN first END, CASE WHEN NOT is_open THEN seconds END, came,
  CASE WHEN NOT is_open THEN answered_at END,
  CASE WHEN kind = 'audit' AND NOT is_open
    THEN CASE WHEN first = label THEN first ELSE truth END END,
  CASE WHEN kind = 'audit' AND NOT is_open
    THEN CASE WHEN first = label THEN reviewer ELSE 'U0LEAD' END END,
  CASE WHEN kind = 'audit' AND NOT is_open
    THEN CASE WHEN first = label THEN answered_at ELSE answered_at + 7200000000 END END
FROM (SELECT *, CASE WHEN audited THEN 'audit' ELSE 'known' END AS kind,
    waits OR came > :waits_from AS is_open,
    CASE WHEN escalated THEN decided_at ELSE came + 600000000 END AS answered_at
  FROM told WHERE audited OR routed_by = 'known') AS found
""".replace("{verdict}", _VERDICT.format("first")),
    """
INSERT INTO flags (case_id, set_at, ended_at, "end")
SELECT n, decided_at, CASE WHEN u6 < 0.9 THEN decided_at + 86400000000 END,
  CASE WHEN u6 < 0.6 THEN 'cleared' WHEN u6 < 0.9 THEN 'turned' END
FROM told WHERE escalated AND NOT waits AND u7 < 0.01
""",
    """
INSERT INTO skips (case_id, reviewer, reason, at)
SELECT n, other, 'unsure', decided_at FROM told WHERE escalated AND u3 < 0.04
""",
    """
INSERT INTO truths (case_id, label, source, at)
SELECT n, truth, 'chargeback', came + 864000000000 FROM told WHERE u7 < 0.002
""",
    """
INSERT INTO strategy_steps (id, case_id, position, kind, rule, rest, began_at, until, ended_at,
  stood, why)
SELECT n, n, 0, 'second_model', '{{}}', '[]', came, came + 30000000, came + 2000000, {no}, 'unsure'
FROM told WHERE escalated AND u4 < 0.05
""",
    """
INSERT INTO opinions (case_id, step_id, endpoint, model, asked_at, calls, answered_at, label)
SELECT n, n, 0, 'careful@1', came, 1, came + 2000000, label FROM told WHERE escalated AND u4 < 0.05
""",
    """
INSERT INTO questions (case_id, kind, wording, asked_at, until, salt, token_hash, revise)
SELECT n, 'choice', 'Did you write this?', came, came + 600000000, 'salt', 'hash', {no}
FROM told WHERE escalated AND u4 > 0.95
""",
    *(
        f"""
INSERT INTO audit_events (case_id, position, type, actor, at, data, previous, hash)
SELECT n, {position}, '{kind}', 'caller', {at}, '{{{{"to": "review"}}}}', NULL,
  '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
FROM told WHERE came > :events_from AND {where}
"""  # noqa: S608 - made of constants
        for position, kind, at, where in (
            (1, "submitted", "came", "TRUE"),
            (2, "decided", "decided_at", "NOT waits"),
        )
    ),
)
# Callers who route by themselves: once an hour, by label and a tenth of confidence.
_TALLIES = """
INSERT INTO tallies (use_case, key, fingerprint, position, model, label, band_low, band_high, count,
  since, until)
WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 8735),
bands(b) AS (SELECT 0 UNION ALL SELECT b + 1 FROM bands WHERE b < 3)
SELECT 'content-moderation', 'hour-' || CAST(n AS BIGINT), '', b,
  'toxicity@' || CAST(3 + 4 * n / 8736 AS BIGINT),
  CASE WHEN b < 2 THEN 'clean' ELSE 'violation' END, 0.92 + b % 2 * 0.04, 0.96 + b % 2 * 0.04,
  20 + n * 7 % 13, :start + n * 3600000000, :start + (n + 1) * 3600000000
FROM counted, bands
"""


def year_of_use_case() -> UseCase:
    """The one that all are of: the hardest, as every report is about one."""
    use_case = moderation()
    costs = (use_case.costs or Costs()).model_copy(update={"second_model": 0.01, "ask_user": 0.05})
    return use_case.model_copy(update={"double_review": 0.2, "costs": costs})


def make_year(url: str, *, cases: int, told: Told = lambda _: None) -> None:
    """Fill a new database at the address with that many cases."""
    prepare_database(url)
    with _quickly(url) as connection, _without_indexes(connection):
        connection.execute(insert(policy_versions), list(_versions(year_of_use_case())))
        start = to_microseconds(END - YEAR)
        given = {
            "start": start,
            "step": YEAR / timedelta(microseconds=1) / cases,
            "waits_from": to_microseconds(END - timedelta(hours=8)),
            "events_from": to_microseconds(END - timedelta(days=30)),
            "cases": cases,
            "earlier": _EARLIER,
            "version": year_of_use_case().version,
        }
        for first in range(1, cases + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, cases)
            _run(connection, _TOLD, given | {"first": first, "last": last})
            for statement in _BY_CHUNK:
                _run(connection, statement, given)
            _run(connection, "DROP TABLE told", {})
            told(last)
        _run(connection, _TALLIES, given)
    if not is_sqlite(database_url(url)):
        clean_up(url)


def _versions(use_case: UseCase) -> Iterator[dict[str, Any]]:
    for version, at in ((_EARLIER, END - YEAR), (use_case.version, END - YEAR / 2)):
        told = {"version": version, "content": content_of(use_case), "first_used_at": at}
        yield {"use_case": use_case.name, **told}


def _run(connection: Connection, statement: str, given: dict[str, Any]) -> None:
    is_file = connection.dialect.name == "sqlite"
    words = {
        "yes": "1" if is_file else "TRUE",
        "no": "0" if is_file else "FALSE",
        "json": "TEXT" if is_file else "JSON",
    }
    asked = text(statement.format(**words) if statement is not _TOLD else statement)
    used = {name: value for name, value in given.items() if name in asked.compile().params}
    connection.execute(asked, used)


@contextmanager
def _quickly(url: str) -> Iterator[Connection]:
    """One transaction; nobody minds losing it, and that rows belong together is known."""
    engine = create_engine(database_url(url))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # The driver begins its transaction later than these.
                for setting in ("synchronous = OFF", "journal_mode = MEMORY", "temp_store = MEMORY",
                                "cache_size = -1000000", "foreign_keys = OFF"):  # fmt: skip
                    connection.exec_driver_sql(f"PRAGMA {setting}")
            else:
                connection.execute(text("SET session_replication_role = replica"))
                connection.execute(text("SET maintenance_work_mem = '1GB'"))
                connection.execute(text("SET jit = off"))
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Built once in the end, they cost a fraction."""
    found = [
        index
        for name in _FILLED
        for index in sorted(SQLModel.metadata.tables[name].indexes, key=lambda i: str(i.name))
    ]
    for index in found:
        index.drop(connection)
    yield
    for index in found:
        index.create(connection)


def clean_up(url: str) -> None:
    """What the server does by itself in time, and no report should wait for."""
    engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
            if connection.dialect.name != "sqlite":
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence('cases', 'id'), max(id)) FROM cases")
                )
    finally:
        engine.dispose()
