"""What can be looked at without asking anybody: settings, policy, database, keys."""

import os
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy.exc import DBAPIError

from bot.doctor.findings import Finding, note, well, wrong
from bot.settings import Settings, mistyped_settings
from hitl.policy import Policy
from hitl.storage.api_keys import live_keys
from hitl.storage.engines import (
    database_url,
    is_sqlite,
    reading_engine,
    sqlite_file,
    sqlite_version_note,
)
from hitl.storage.migrate import DatabaseUnusable, version_of

_DATABASE = "HITL_DATABASE_URL"


def look_at_settings(settings: Settings, unread: Mapping[str, str]) -> Iterator[Finding]:
    """Those that are wrong or missing; ``unread`` says why of each that could not be read."""
    for name, why in unread.items():
        yield wrong(name, why)
    missing = {name: at for name, at in settings.missing_tokens.items() if name not in unread}
    for name, where in missing.items():
        yield wrong(name, f"is missing: {where}")
    for name, meant in mistyped_settings().items():
        yield note(name, f"is no setting; did you mean {meant}?")
    if not unread and not missing:
        yield well("settings", "complete")


def look_here(
    settings: Settings, policy: Policy | None, *, unread: Collection[str]
) -> Iterator[Finding]:
    """Everything on this machine; without a policy, what needs none."""
    if policy is not None:
        yield well("policy", f"{settings.policy}: {', '.join(policy.use_cases)}")
    if _DATABASE not in unread:
        yield from _database(settings)
    if policy is not None:
        yield from _webhooks(settings, policy)


def _database(settings: Settings) -> Iterator[Finding]:
    url = database_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if is_sqlite(url) and not (file := sqlite_file(url)).exists():
        if os.access(file.absolute().parent, os.W_OK):
            yield note("database", f"{shown} will be made at the first start")
        else:
            yield wrong("database", f"{shown}: no such folder, or no permission to write in it")
        yield from _keys(settings, stored=0)
        return
    engine = reading_engine(settings.database_url, connections=1)
    try:
        with engine.connect() as connection:
            version = version_of(connection)
            stored = 0 if version is None else len(live_keys(connection))
    except (DBAPIError, DatabaseUnusable) as error:
        yield wrong("database", f"{shown}: {getattr(error, 'orig', None) or error}")
        return
    finally:
        engine.dispose()
    yield well("database", f"{shown} can be read")
    if is_sqlite(url) and (said := sqlite_version_note()):
        yield note("SQLite", said)
    yield from _keys(settings, stored=stored)


def _keys(settings: Settings, *, stored: int) -> Iterator[Finding]:
    known = stored + len(settings.api_keys)
    if known:
        yield well("API keys", f"{stored} stored, {len(settings.api_keys)} in HITL_API_KEYS")
    else:
        yield wrong("API keys", "none: hitl keys create NAME --scopes submit,read")


def _webhooks(settings: Settings, policy: Policy) -> Iterator[Finding]:
    telling = [name for name, use_case in policy.use_cases.items() if use_case.has_webhooks]
    if telling and not settings.webhook_secrets:
        yield wrong(
            "webhooks", f"{', '.join(telling)}: HITL_WEBHOOK_SECRETS is empty, so none can be sent"
        )
