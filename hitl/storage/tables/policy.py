"""The policy that runs, every change of it, and who signed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, json_column, row_id

IS_PROPOSED = text("state = 'proposed'")


class RunningPolicyRow(Row, table=True):
    """One row: the policy that every process goes by."""

    __tablename__ = "running_policy"

    id: int = Field(primary_key=True)
    generation: int
    """Counts the changes, so that whoever follows it sees that there was one."""
    use_cases: list[Any] = json_column(nullable=False)
    """Their contents, in the policy's order."""
    file_digest: str | None = None
    """Of the file that was last taken, which need not be what runs."""
    changed_at: datetime = Field(sa_type=Moment)


class PolicyChangeRow(Row, table=True):
    """A change of one use case's policy, asked for by somebody; never deleted."""

    __tablename__ = "policy_changes"
    __table_args__ = (
        Index(
            "ux_policy_changes_proposed",
            "use_case",
            unique=True,
            sqlite_where=IS_PROPOSED,
            postgresql_where=IS_PROPOSED,
        ),
        Index("ix_policy_changes_use_case", "use_case", "state", "id"),
        {"sqlite_autoincrement": True},  # a number named in Slack is never given again
    )

    id: int | None = row_id()
    use_case: str
    state: str
    """``proposed``, ``applied`` or ``withdrawn``."""
    version: str | None = None
    """None where the use case leaves the policy."""
    version_before: str | None = None
    """None where it is new."""
    content: dict[str, Any] | None = json_column()
    """The policy that was asked for."""
    differences: list[Any] = json_column(nullable=False)
    """Key, value before and value after."""
    effect: dict[str, Any] | None = json_column()
    """What was expected of it when it was proposed."""
    approvers: dict[str, str] | None = json_column()
    """Who had to sign, by office; None where nobody had to."""
    source: str
    by: str
    asked_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
    """When it took effect or was withdrawn."""
    settled_by: str | None = None
    reason: str | None = None
    """Why it was withdrawn."""
    slack_channel: str | None = None
    ts: str | None = None


class PolicySignature(Row, table=True):
    """One office's yes to a change."""

    __tablename__ = "policy_signatures"
    __table_args__ = (UniqueConstraint("change_id", "office"),)

    id: int | None = row_id()
    change_id: int = Field(sa_type=BigInteger, foreign_key="policy_changes.id")
    office: str
    by: str
    at: datetime = Field(sa_type=Moment)


running_policy = SQLModel.metadata.tables["running_policy"]
policy_changes = SQLModel.metadata.tables["policy_changes"]
policy_signatures = SQLModel.metadata.tables["policy_signatures"]
