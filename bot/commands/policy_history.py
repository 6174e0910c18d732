"""``hitl policy history``: the permanent record of who changed what, and who signed."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.commands.store import read_store
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.storage.policy_changes import Change, changes_of


def history(use_case: str | None, *, as_json: bool) -> None:
    """Print it, as a table or with everything as JSON."""
    changes = read_store(partial(changes_of, use_case=use_case))
    console = Console(highlight=False, markup=False, soft_wrap=as_json)
    if as_json:
        console.print(json.dumps([_exported(change) for change in changes], indent=2))
    elif changes:
        console.print(_table(changes))
    else:
        console.print("No policy has run yet." if use_case is None else f"Nothing of {use_case}.")


def _table(changes: list[Change]) -> Table:
    table = Table("number", "when", "use case", "what", "asked for by", "signed", "state")
    for change in changes:
        table.add_row(
            str(change.id),
            f"{change.asked_at:%Y-%m-%d %H:%M} UTC",
            change.use_case,
            _what(change),
            f"{change.by} ({change.source})",
            "\n".join(f"{each.office}: {each.by}" for each in change.signatures),
            _state(change),
        )
    return table


def _what(change: Change) -> str:
    if change.version is None:
        return "left the policy"
    if change.version_before is None:
        return "new"
    return "\n".join(map(in_words, change.differences))


def _state(change: Change) -> str:
    waits = f", waits for {listed(change.missing)}" if change.settled_at is None else ""
    return f"{change.state}{waits}{f': {change.reason}' if change.reason else ''}"


def _exported(change: Change) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(change).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
