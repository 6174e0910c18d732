"""``hitl policy history``: the permanent record of who changed what, and who signed."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from bot.commands.store import read_store
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.storage.policy_changes import Change, ChangeState, changes_of


def history(use_case: str | None, *, as_json: bool) -> str:
    """Every change in a few lines, or with everything as JSON."""
    changes = read_store(partial(changes_of, use_case=use_case))
    if as_json:
        return json.dumps([_exported(change) for change in changes], indent=2, ensure_ascii=False)
    if not changes:
        return "No policy has run yet." if use_case is None else f"Nothing of {use_case}."
    return "\n\n".join("\n".join(_lines(change)) for change in changes)


def _lines(change: Change) -> Iterator[str]:
    yield f"{change.id} · {change.use_case} · {_what_became_of(change)}"
    yield f"  asked for by {change.by} ({change.source}), {_at(change.asked_at)}"
    for difference in change.differences:
        yield f"  {in_words(difference)}"
    for each in change.signatures:
        yield f"  signed for {each.office} by {each.by}, {_at(each.at)}"


def _what_became_of(change: Change) -> str:
    if change.settled_at is None:
        return f"waits for {listed(change.missing)}"
    at = _at(change.settled_at)
    if change.state is ChangeState.WITHDRAWN:
        why = f": {change.reason}" if change.reason else ""
        return f"withdrawn by {change.settled_by}, {at}{why}"
    if change.version is None:
        return f"left the policy, {at}"
    is_new = change.version_before is None
    return f"{'new' if is_new else 'in force'} as version {change.version}, {at}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _exported(change: Change) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(change).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
