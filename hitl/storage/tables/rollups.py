"""What happened in each hour of UTC, counted: so that a year is read without reading its cases.

Each table's key is everything it counts by, its last columns are the counts. Nothing here is
known only here: ``hitl rollup`` makes all of it anew. An absent model is the empty text.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Integer, String, Table

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import key, metadata, required

# SQLite keeps such a table in the order of its key: an hour's rows lie together.
_BY_KEY: dict[str, Any] = {"sqlite_with_rowid": False}

hourly_predictions = Table(
    "hourly_predictions",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    key("label", String),
    key("route_to", String),
    # As of the case; ``tally`` where the caller counted.
    key("routed_by", String),
    # At once, or after others had been asked.
    key("reached_people", Boolean),
    required("predictions", BigInteger),
    **_BY_KEY,
)
"""Predictions by when they came, those that callers only counted included."""

hourly_decisions = Table(
    "hourly_decisions",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    # The AI's.
    key("label", String),
    key("routed_by", String),
    key("by", String),
    key("verdict", String),
    # Whether the outcome's label is the AI's.
    key("agrees", Boolean),
    key("overrules", Boolean),
    required("decisions", BigInteger),
    required("flagged", BigInteger),
    **_BY_KEY,
)
"""Outcomes that stand and are not the AI's own, by when they were stored."""

hourly_waits = Table(
    "hourly_waits",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    # The lower end of a bucket that is at most 1/32 wide.
    key("milliseconds", BigInteger),
    required("waits", BigInteger),
    **_BY_KEY,
)
"""How long cases waited for people, by when these decided."""

hourly_reviews = Table(
    "hourly_reviews",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    key("reviewer", String),
    # Whether it was not taken back.
    key("stands", Boolean),
    # Whether it settled a dispute.
    key("adjudicates", Boolean),
    # As of waits; -1 where nobody could tell when looking began.
    key("milliseconds", BigInteger),
    required("reviews", BigInteger),
    required("seconds", Float),
    **_BY_KEY,
)
"""Votes by when they were given and by whom, and how long people looked."""

daily_reviews = Table(
    "daily_reviews",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    key("milliseconds", BigInteger),
    required("reviews", BigInteger),
    required("seconds", Float),
    **_BY_KEY,
)
"""The same by the day of UTC, whoever gave them and what became of them."""

hourly_requests = Table(
    "hourly_requests",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    # Who was asked: ``second_model`` or ``ask_user``.
    key("route_to", String),
    required("requests", BigInteger),
    **_BY_KEY,
)
"""Requests to second models and questions to users, by when their step began."""

hourly_pairs = Table(
    "hourly_pairs",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    key("first", String),
    key("second", String),
    # How many of the two were right: both where they agree, as adjudicated where they do not.
    #
    # -1 while nobody has said, and where the case has a check, by which votes are judged then.
    key("right_votes", Integer),
    required("pairs", BigInteger),
    **_BY_KEY,
)
"""The first two votes on a case that was looked at twice, by when the second was given."""

hourly_checks = Table(
    "hourly_checks",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    # The AI's.
    key("label", String),
    # Whether the prediction had stood by itself.
    key("stood", Boolean),
    # Whether the blind answer was another label than the AI's.
    key("contradicted", Boolean),
    key("answer_right", Boolean),
    # Whether the AI's label turned out to be right.
    key("ai_right", Boolean),
    required("checks", BigInteger),
    **_BY_KEY,
)
"""Random blind checks by when they were settled: the sample without bias."""

hourly_turns = Table(
    "hourly_turns",
    metadata,
    key("use_case", String),
    key("hour", Moment),
    key("model", String),
    key("policy_version", String),
    # Of its margin; 0 is the least certain.
    key("band", Integer),
    # Decided by people; the others wait still or were ended by their deadline.
    key("served", Boolean),
    # People gave it another label than the AI's.
    key("overturned", Boolean),
    required("cases", BigInteger),
    **_BY_KEY,
)
"""Cases with a known margin that came to people, by when they were submitted; no blind ones."""

rollup_progress = Table(
    "rollup_progress",
    metadata,
    key("id", Integer),
    # Of the roller: of those who worked from the same turn, one stores what it counted.
    required("turn", BigInteger),
    # Hours before it are counted.
    required("until", Moment),
    # They know of audit events up to this one,
    required("event", BigInteger),
    # and of tallies up to this one.
    required("tally", BigInteger),
)
"""One row: how far the hours are counted, and which changes they know of."""


def _by_day(hourly: Table) -> Table:
    """The same by the day of UTC, as a year of hours is many rows; ``hour`` is the day's first."""
    return hourly.to_metadata(metadata, name=hourly.name.replace("hourly", "daily"))


daily_predictions = _by_day(hourly_predictions)
daily_decisions = _by_day(hourly_decisions)
daily_waits = _by_day(hourly_waits)
daily_checks = _by_day(hourly_checks)
daily_turns = _by_day(hourly_turns)
