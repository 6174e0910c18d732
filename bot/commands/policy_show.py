"""``hitl policy show`` and ``schema``: what the file comes to, and what it may say."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot.commands.store import NoDatabase, read_store
from bot.settings import read_settings
from hitl.policy import UseCase, read_policy
from hitl.policy.changes import differences, is_same
from hitl.policy.origins import written_out
from hitl.policy.schema import policy_schema
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.storage.policy_changes import deciding_change, proposed_change
from hitl.storage.running_policy import stored_policy


def show(file: Path | None, *, use_case: str | None) -> str:
    """The effective policy of the file, and how that differs from what runs."""
    path = file or read_settings().policy
    policy = read_policy(path)
    text = path.read_text(encoding="utf-8-sig")
    shown = written_out(text, file=str(path), only=use_case)
    wanted = [policy.use_case(use_case)] if use_case else list(policy.use_cases.values())
    try:
        notes = read_store(partial(_notes, wanted=wanted))
    except NoDatabase:
        notes = []
    return "\n".join([shown, *([""] if notes else []), *notes])


def schema() -> str:
    """The JSON Schema of the file."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False)


def _notes(connection: Connection, *, wanted: list[UseCase]) -> list[str]:
    stored = stored_policy(connection).policy
    running = {} if stored is None else stored.use_cases
    return [
        f"# {each.name}: {words}"
        for each in wanted
        for words in _compared(connection, each, running.get(each.name))
    ]


def _compared(connection: Connection, wanted: UseCase, running: UseCase | None) -> Iterator[str]:
    if running is None:
        yield "does not run yet"
        return
    change = deciding_change(connection, wanted.name)
    at = change and (change.settled_at or change.asked_at)
    since = f" since {at:%Y-%m-%d %H:%M} UTC" if at else ""
    if is_same(running, wanted):
        yield f"this runs, as version {running.version}{since}"
    else:
        changes = "; ".join(map(in_words, differences(running, wanted)))
        yield f"another one runs, version {running.version}{since}; this file changes {changes}"
    proposal = proposed_change(connection, wanted.name)
    if proposal is not None:
        yield f"proposal {proposal.id} waits for {listed(proposal.missing)}"
