"""What happened in each hour of UTC, counted: so that a year is read without reading its cases.

Each table's key is everything it counts by, its last columns are the counts. Nothing here is
known only here: ``hitl rollup`` makes all of it anew. An absent model is the empty text.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Table
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row

# SQLite keeps such a table in the order of its key: an hour's rows lie together.
_BY_KEY = {"sqlite_with_rowid": False}


def _key(**column: Any) -> Any:
    return Field(primary_key=True, **column)


def _count() -> Any:
    return Field(sa_type=BigInteger)


class HourlyPredictions(Row, table=True):
    """Predictions by when they came, those that callers only counted included."""

    __tablename__ = "hourly_predictions"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    label: str = _key()
    route_to: str = _key()
    routed_by: str = _key()
    """As of the case; ``tally`` where the caller counted."""
    reached_people: bool = _key()
    """At once, or after others had been asked."""
    predictions: int = _count()


class HourlyDecisions(Row, table=True):
    """Outcomes that stand and are not the AI's own, by when they were stored."""

    __tablename__ = "hourly_decisions"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    label: str = _key()
    """The AI's."""
    routed_by: str = _key()
    by: str = _key()
    verdict: str = _key()
    agrees: bool = _key()
    """Whether the outcome's label is the AI's."""
    overrules: bool = _key()
    decisions: int = _count()
    flagged: int = _count()


class HourlyWaits(Row, table=True):
    """How long cases waited for people, by when these decided."""

    __tablename__ = "hourly_waits"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    milliseconds: int = _key(sa_type=BigInteger)
    """The lower end of a bucket that is at most 1/32 wide."""
    waits: int = _count()


class HourlyReviews(Row, table=True):
    """Votes by when they were given and by whom, and how long people looked."""

    __tablename__ = "hourly_reviews"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    reviewer: str = _key()
    stands: bool = _key()
    """Whether it was not taken back."""
    adjudicates: bool = _key()
    """Whether it settled a dispute."""
    milliseconds: int = _key(sa_type=BigInteger)
    """As of waits; -1 where nobody could tell when looking began."""
    reviews: int = _count()
    seconds: float


class DailyReviews(Row, table=True):
    """The same by the day of UTC, whoever gave them and what became of them."""

    __tablename__ = "daily_reviews"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    milliseconds: int = _key(sa_type=BigInteger)
    reviews: int = _count()
    seconds: float


class HourlyRequests(Row, table=True):
    """Requests to second models and questions to users, by when their step began."""

    __tablename__ = "hourly_requests"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    route_to: str = _key()
    """Who was asked: ``second_model`` or ``ask_user``."""
    requests: int = _count()


class HourlyPairs(Row, table=True):
    """The first two votes on a case that was looked at twice, by when the second was given."""

    __tablename__ = "hourly_pairs"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    first: str = _key()
    second: str = _key()
    right_votes: int = _key()
    """How many of the two were right: both where they agree, as adjudicated where they do not.

    -1 while nobody has said, and where the case has a check, by which votes are judged then.
    """
    pairs: int = _count()


class HourlyChecks(Row, table=True):
    """Random blind checks by when they were settled: the sample without bias."""

    __tablename__ = "hourly_checks"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    label: str = _key()
    """The AI's."""
    stood: bool = _key()
    """Whether the prediction had stood by itself."""
    contradicted: bool = _key()
    """Whether the blind answer was another label than the AI's."""
    answer_right: bool = _key()
    ai_right: bool = _key()
    """Whether the AI's label turned out to be right."""
    checks: int = _count()


class HourlyTurns(Row, table=True):
    """Cases with a known margin that came to people, by when they were submitted; no blind ones."""

    __tablename__ = "hourly_turns"
    __table_args__ = _BY_KEY

    use_case: str = _key()
    hour: datetime = _key(sa_type=Moment)
    model: str = _key()
    policy_version: str = _key()
    band: int = _key()
    """Of its margin; 0 is the least certain."""
    served: bool = _key()
    """Decided by people; the others wait still or were ended by their deadline."""
    overturned: bool = _key()
    """People gave it another label than the AI's."""
    cases: int = _count()


class RollupProgress(Row, table=True):
    """One row: how far the hours are counted, and which changes they know of."""

    __tablename__ = "rollup_progress"

    id: int = Field(primary_key=True)
    turn: int = Field(sa_type=BigInteger)
    """Of the roller: of those who worked from the same turn, one stores what it counted."""
    until: datetime = Field(sa_type=Moment)
    """Hours before it are counted."""
    event: int = Field(sa_type=BigInteger)
    """They know of audit events up to this one,"""
    tally: int = Field(sa_type=BigInteger)
    """and of tallies up to this one."""


def _by_day(hourly: Table) -> Table:
    """The same by the day of UTC, as a year of hours is many rows; ``hour`` is the day's first."""
    return hourly.to_metadata(SQLModel.metadata, name=hourly.name.replace("hourly", "daily"))


hourly_predictions = SQLModel.metadata.tables["hourly_predictions"]
hourly_decisions = SQLModel.metadata.tables["hourly_decisions"]
hourly_waits = SQLModel.metadata.tables["hourly_waits"]
hourly_reviews = SQLModel.metadata.tables["hourly_reviews"]
daily_reviews = SQLModel.metadata.tables["daily_reviews"]
hourly_requests = SQLModel.metadata.tables["hourly_requests"]
hourly_pairs = SQLModel.metadata.tables["hourly_pairs"]
hourly_checks = SQLModel.metadata.tables["hourly_checks"]
hourly_turns = SQLModel.metadata.tables["hourly_turns"]
daily_predictions = _by_day(hourly_predictions)
daily_decisions = _by_day(hourly_decisions)
daily_waits = _by_day(hourly_waits)
daily_checks = _by_day(hourly_checks)
daily_turns = _by_day(hourly_turns)
rollup_progress = SQLModel.metadata.tables["rollup_progress"]
