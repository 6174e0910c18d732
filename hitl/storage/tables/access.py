"""Who may come in over HTTP: stored API keys, and who is signed in to the dashboard."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, json_column


class ApiKeyRow(Row, table=True):
    """A key that was made; the partial index allows two of a name at once, to rotate."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index(
            "ux_api_keys_live",
            "name",
            "slot",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    name: str
    slot: int
    """1 or 2."""
    digest: str
    """SHA-256 of the key; the key itself is nowhere."""
    scopes: list[str] = json_column(nullable=False)
    use_cases: list[str] | None = json_column()
    """NULL for every one."""
    created_at: datetime = Field(sa_type=Moment)
    last_used_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class UsedLink(Row, table=True):
    """That a one-time link was used: the key makes it once."""

    __tablename__ = "used_links"

    id: str = Field(primary_key=True)
    used_at: datetime = Field(sa_type=Moment)


class WebSession(Row, table=True):
    """Who is signed in with a browser: a person of the workspace, or the holder of a key."""

    __tablename__ = "web_sessions"

    digest: str = Field(primary_key=True)
    """SHA-256 of what the cookie holds."""
    slack_user: str | None = None
    slack_team: str | None = None
    slack_enterprise: str | None = None
    key: str | None = None
    """Which API key was shown, by its id; that it still is accepted is asked each time."""
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)


api_keys = SQLModel.metadata.tables["api_keys"]
used_links = SQLModel.metadata.tables["used_links"]
web_sessions = SQLModel.metadata.tables["web_sessions"]
