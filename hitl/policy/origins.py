"""The effective policy, written out as a file could say it, with where each value comes from."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from hitl.policy.mistakes import KeyPath, dotted
from hitl.policy.positions import lines_of
from hitl.policy.presets import PRESETS
from hitl.policy.reading import parse_policy
from hitl.policy.stored import spelled_out
from hitl.policy.use_case import UseCase

_COLUMN = 58
"""Where the origins begin, if the value leaves room."""
_FIRST = ("preset", "channel", "question")

_Table = Mapping[str, Any]


def written_out(text: str, *, file: str = "policy.toml", only: str | None = None) -> str:
    """The policy of the text as TOML that says the same, each value with its origin.

    ``only`` names one use case. Raises ``PolicyError`` and ``UnknownUseCase``.
    """
    policy, lines, written = parse_policy(text, file=file), lines_of(text), tomllib.loads(text)
    wanted = policy.use_cases.values() if only is None else [policy.use_case(only)]
    return "\n\n".join(
        "\n".join(_table_lines(use_case, _Origins(use_case, written, lines))) for use_case in wanted
    )


class _Origins:
    """Where the values of one use case come from."""

    def __init__(self, use_case: UseCase, written: _Table, lines: Mapping[KeyPath, int]) -> None:
        self._lines = {key[2:]: line for key, line in lines.items() if key[1:2] == (use_case.name,)}
        self._preset = PRESETS[use_case.preset].settings if use_case.preset else {}
        self._labels = written["use_cases"][use_case.name].get("labels")

    def of(self, key: KeyPath) -> str:
        """In words: a line of the file, the preset, or the default."""
        if key in self._lines:
            return f"line {self._lines[key]}"
        if _inside(self._preset, key) is not None and not self._is_overridden(key):
            return "preset"
        if key[:1] == ("labels",) and key[-1] == "auto_at":
            return f"auto_at, {self.of(('auto_at',))}"
        return "default"

    def of_table(self, key: KeyPath) -> str:
        """The same of a table: by its first line, or by what it holds."""
        if key[:1] == ("labels",) and isinstance(self._labels, list):
            return self.of(("labels", self._labels.index(key[1])))
        return self.of(key)

    def _is_overridden(self, key: KeyPath) -> bool:
        """A threshold of the whole use case takes the place of those of the preset's labels."""
        return key[:1] == ("labels",) and key[-1] == "auto_at" and ("auto_at",) in self._lines


def _table_lines(use_case: UseCase, origins: _Origins) -> Iterator[str]:
    said = spelled_out(use_case)
    del said["name"]
    if use_case.digest is None:
        said["digest"] = False
    tables = {key: value for key, value in said.items() if isinstance(value, dict)}
    header = ("use_cases", use_case.name)
    yield _line(f"[{dotted(header)}]", origins.of_table(()))
    for key in (*_FIRST, *said):
        if key in said and key not in tables:
            yield _line(f"{key} = {_toml(said.pop(key))}", origins.of((key,)))
    for key, table in tables.items():
        yield from _inner_lines(header, (key,), table, origins)
    unset = [key for key in UseCase.model_fields if getattr(use_case, key) in (None, {})]
    unset = [key for key in unset if key != "digest"]
    if unset:
        yield f"# not set: {', '.join(unset)}"


def _inner_lines(
    header: tuple[str, ...], path: KeyPath, table: _Table, origins: _Origins
) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    if len(inner) < len(table):
        yield _line(f"[{dotted((*header, *path))}]", origins.of_table(path))
    for key, value in table.items():
        if key not in inner:
            yield _line(f"{dotted((key,))} = {_toml(value)}", origins.of((*path, key)))
    for key, value in inner.items():
        yield from _inner_lines(header, (*path, key), value, origins)


def _line(said: str, origin: str) -> str:
    return f"{said:<{_COLUMN}}  # {origin}" if origin else said


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{dotted((key,))} = {_toml(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _inside(table: Any, key: KeyPath) -> Any:
    for name in key:
        table = table.get(name) if isinstance(table, Mapping) else None
    return table
