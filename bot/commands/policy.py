"""``hitl policy check``, ``apply`` and ``withdraw``: from a file to the policy that runs."""

import getpass
import os
from functools import partial
from pathlib import Path

from bot.commands.store import use_store, write_store
from bot.policy import outcome_lines, take
from bot.settings import read_settings
from hitl.policy import Policy, read_policy
from hitl.policy.wording import listed
from hitl.review import withdraw_change
from hitl.storage.policy_changes import Source


def check(file: Path | None) -> str:
    """What the file says in a line; raises ``PolicyError`` with every mistake."""
    path, policy = _read(file)
    names = listed(policy.use_cases)
    return f"{path}: nothing is wrong with it. Use cases: {names}."


def apply(file: Path | None) -> str:
    """Take the file, and what became of each use case; raises what refuses it."""
    path, policy = _read(file)
    taken = use_store(lambda database: take(database, policy, by=_who(), source=Source.APPLY))
    lines = list(outcome_lines(taken))
    return "\n".join(lines) or f"{path} says what runs already."


def withdraw(number: int, *, reason: str) -> str:
    """End a proposal, and say so."""
    end = partial(withdraw_change, change_id=number, by=_who(), reason=reason)
    change = write_store(end)
    return f"Proposal {number} for {change.use_case} is withdrawn; what runs goes on."


def _read(file: Path | None) -> tuple[Path, Policy]:
    path = file or read_settings().policy
    return path, read_policy(path)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user whom the system has no name for, as in a container
        return f"user {os.getuid()}"
