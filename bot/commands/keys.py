"""``hitl keys``: making, listing and revoking what callers come in with."""

import sys
from functools import partial

from rich.console import Console
from rich.table import Table

from bot.commands.store import read_store, write_store
from bot.settings import read_settings
from hitl.api_keys import KeyRefused, StoredKey, new_key, scopes_from
from hitl.policy import read_policy
from hitl.storage.api_keys import create_key, every_key, live_keys, revoke_key


def create(name: str, *, scopes: str, use_cases: str | None) -> None:
    """Print the key on standard output, and what it may do beside it."""
    key = new_key()
    write = partial(
        create_key, key=key, name=name, scopes=scopes_from(scopes), use_cases=_named(use_cases)
    )
    stored = write_store(write, may_create=True)
    print(key.token, flush=True)  # noqa: T201 - alone on its stream, for scripts
    _console(stderr=True).print(
        f'Key {stored.id}, "{stored.name}": {_listed(stored.scopes)}; for {_whom(stored)}. It is'
        " shown this once, and accepted within seconds."
    )


def show(*, everything: bool) -> None:
    """Print the keys, the newest first."""
    found = read_store(every_key if everything else live_keys)
    console = _console()
    if not found:
        console.print("There is no key: hitl keys create NAME --scopes submit,read")
        return
    titles = ("id", "name", "may", "for", "created", "last used")
    table = Table(*titles, *(["revoked"] if everything else []), title_justify="left")
    for key in sorted(found, key=lambda each: each.created_at, reverse=True):
        moments = [key.created_at, key.last_used_at, *([key.revoked_at] if everything else [])]
        dates = [f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in moments]
        table.add_row(key.id, key.name, _listed(key.scopes), _whom(key), *dates)
    console.print(table)


def revoke(named: str) -> None:
    """Revoke it and say so; raises ``KeyRefused``."""
    key = write_store(lambda tx: revoke_key(tx, named))
    _console().print(f'Key {key.id}, "{key.name}", is refused everywhere within seconds.')


def _named(use_cases: str | None) -> frozenset[str] | None:
    if use_cases is None:
        return None
    names = [name.strip() for name in use_cases.split(",") if name.strip()]
    if not names:
        raise KeyRefused("name at least one use case, or leave --use-cases out for all")
    policy = read_policy(read_settings().policy)
    return frozenset(policy.use_case(name).name for name in names)


def _whom(key: StoredKey) -> str:
    return "every use case" if key.use_cases is None else _listed(key.use_cases)


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))


def _console(*, stderr: bool = False) -> Console:
    return Console(
        file=sys.stderr if stderr else sys.stdout, highlight=False, markup=False, soft_wrap=True
    )
