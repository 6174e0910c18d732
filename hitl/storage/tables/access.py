"""Who may come in over HTTP: stored API keys, and who is signed in to the dashboard."""

from sqlalchemy import Index, Integer, String, Table, text

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, key, metadata, optional, required

api_keys = Table(
    "api_keys",
    metadata,
    key("id", String),
    required("name", String),
    # 1 or 2.
    required("slot", Integer),
    # SHA-256 of the key; the key itself is nowhere.
    required("digest", String),
    required("scopes", ANY_JSON),  # list[str]
    # NULL for every one.
    optional("use_cases", ANY_JSON),  # list[str]
    required("created_at", Moment),
    optional("last_used_at", Moment),
    optional("revoked_at", Moment),
    Index(
        "ux_api_keys_live",
        "name",
        "slot",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)
"""A key that was made; the partial index allows two of a name at once, to rotate."""

used_links = Table(
    "used_links",
    metadata,
    key("id", String),
    required("used_at", Moment),
)
"""That a one-time link was used: the key makes it once."""

web_sessions = Table(
    "web_sessions",
    metadata,
    # SHA-256 of what the cookie holds.
    key("digest", String),
    optional("slack_user", String),
    optional("slack_team", String),
    optional("slack_enterprise", String),
    # Which API key was shown, by its id; that it still is accepted is asked each time.
    optional("key", String),
    required("created_at", Moment),
    required("expires_at", Moment, index=True),
)
"""Who is signed in with a browser: a person of the workspace, or the holder of a key."""
