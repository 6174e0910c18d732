"""From the text of a policy file to a Policy, or to everything that is wrong with it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hitl.policy.contradictions import contradictions
from hitl.policy.fields import Must
from hitl.policy.mistakes import Fault, KeyPath, Mistake, PolicyError, dotted, placed
from hitl.policy.policy import Policy
from hitl.policy.positions import lines_of
from hitl.policy.presets import with_preset
from hitl.policy.wording import unknown

_TOLD_OTHERWISE = ("contradiction", "too_short")
"""Contradictions have their own pass; a list left too short by its wrong items is told by those."""


def read_policy(path: str | Path) -> Policy:
    """Read a file of UTF-8 text; PolicyError tells every mistake in it."""
    line = None
    try:
        return parse_policy(Path(path).read_bytes().decode("utf-8-sig"), file=str(path))
    except FileNotFoundError:
        message = "there is no such file; hitl policy init writes one"
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save the file as UTF-8"
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    raise PolicyError((Mistake(str(path), line, "", None, message),))


def parse_policy(text: str, *, file: str = "policy.toml") -> Policy:
    """Read the text of a policy; ``file`` names it in PolicyError, which tells every mistake."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError((_syntax_mistake(str(error), text=text, file=file),)) from None
    except (ValueError, RecursionError):  # what TOML allows and Python does not read
        message = "is not valid TOML: a number of thousands of digits, or brackets in brackets"
        raise PolicyError((Mistake(file, None, "", None, message),)) from None
    settled = {**written, "use_cases": _settled(written.get("use_cases"))}
    faults = [*_faults(settled), *_names_inside(_tables(written.get("use_cases")))]
    if faults:
        lines = lines_of(text)
        mistakes = [placed(fault, file=file, lines=lines) for fault in faults]
        raise PolicyError(tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0)))
    return Policy.model_validate(settled)


def _settled(use_cases: Any) -> Any:
    """Apply presets and fill in names; whatever is no table stays as it is."""
    if not isinstance(use_cases, dict):
        return use_cases
    return use_cases | {
        name: {**with_preset(table), "name": name} for name, table in _tables(use_cases).items()
    }


def _faults(settled: Mapping[str, Any]) -> Iterator[Fault]:
    """Find all of them, but none that only follows from a preset that does not exist."""
    details = _pydantic_errors(settled)
    adrift = {error["loc"][1] for error in details if error["loc"][2:] == ("preset",)}
    for error in details:
        if not (error["type"] == "missing" and error["loc"][1] in adrift):
            yield _fault(error)
    for name, table in _tables(settled["use_cases"]).items():
        if name not in adrift:
            yield from (fault.under("use_cases", name) for fault in contradictions(table))


def _pydantic_errors(settled: Mapping[str, Any]) -> list[ErrorDetails]:
    """List what is wrong with single values."""
    try:
        Policy.model_validate(settled)
    except ValidationError as errors:
        return [error for error in errors.errors() if error["type"] not in _TOLD_OTHERWISE]
    return []


def _fault(error: ErrorDetails) -> Fault:
    key = error["loc"]
    if error["type"] == "extra_forbidden":
        return _unknown_key(key)
    if error["type"] == "missing":
        field = _model(key[:-1]).model_fields[str(key[-1])]
        return Fault(key, f"is missing; must be {_must(field)}")
    of_a_name = key[-1] == "[key]" or key[2:] == ("name",)  # which stands as a table's key
    return Fault(
        key[:-1] if of_a_name else key,
        error["msg"],
        None if error["type"] == "unknown" else error["input"],
    )


def _unknown_key(key: KeyPath) -> Fault:
    known = [name for name in _model(key[:-1]).model_fields if name != "name"]
    return Fault(key, unknown("key", str(key[-1]), known=known))


def _model(table: KeyPath) -> type[BaseModel]:
    """What a table of the file is read as."""
    model: type[BaseModel] = Policy
    names = iter(table)
    for name in names:
        annotation = model.model_fields[str(name)].annotation
        inner = inner_table(annotation)
        if inner is None:
            raise LookupError(dotted(table))
        model, is_among_others = inner
        if is_among_others:
            next(names, None)  # its key in a table of tables, or its place in a list
    return model


def inner_table(annotation: Any) -> tuple[type[BaseModel], bool] | None:
    """The table that a field holds, and whether it holds several of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    found = next(filter(None, map(inner_table, get_args(annotation))), None)
    if found is None:
        return None
    return found[0], found[1] or get_origin(annotation) in {dict, tuple}


def _names_inside(use_cases: Mapping[str, Any]) -> Iterator[Fault]:
    """A use case is named by its table; a name within it would be a second one."""
    for use_case, table in use_cases.items():
        if "name" in table:
            yield _unknown_key(("use_cases", use_case, "name"))


def _must(field: FieldInfo) -> str:
    return next(rule.be for rule in field.metadata if isinstance(rule, Must))


def _tables(value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict):
        return {}
    return {name: table for name, table in value.items() if isinstance(table, dict)}


def _syntax_mistake(message: str, *, text: str, file: str) -> Mistake:
    what, _, where = message.rpartition(" (at ")
    line = re.match(r"line (\d+)", where)
    number = int(line[1]) if line else text.count("\n") + 1  # else it is "end of document"
    return Mistake(file, number, "", None, f"is not valid TOML: {what}")
