"""A JSON Schema of the policy file, for editors: made from the same fields that read it.

What no single value shows, such as a label that does not exist, only ``hitl policy check`` tells.
"""

import ast
import inspect
from collections.abc import Iterable, Iterator
from itertools import pairwise
from textwrap import dedent
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from hitl.policy.fields import LabelName, Must, UseCaseName, Webhook
from hitl.policy.policy import Policy
from hitl.policy.presets import PRESETS
from hitl.policy.reading import inner_table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_STANDARD = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
"""Bounds behind a wrapped check, which pydantic leaves as they are called in Python."""


_SWITCHED = {"digest": False, "double_review": True, "known_answer_rate": True}
"""Keys that may be switched in place of a value."""


def policy_schema() -> Schema:
    """The schema of a file as TOML reads it, draft 2020-12."""
    schema = _plain(Policy.model_json_schema())
    tables: Schema = schema["$defs"]
    for model in _tables(Policy):
        _describe(schema if model is Policy else tables[model.__name__], model)
    _as_written(tables["UseCase"])
    schema["properties"]["use_cases"]["propertyNames"] = _text(UseCaseName)
    addresses = tables["Strategy"]["properties"]["endpoints"]
    addresses["items"] = {"anyOf": [_text(Webhook), addresses["items"]]}
    return {"$schema": DIALECT, "title": "hitl policy", **schema}


def _as_written(use_case: Schema) -> None:
    """A file may say less than a policy holds, and some of it in short."""
    keys: Schema = use_case["properties"]
    del keys["name"]  # which is the table's own
    keys["preset"]["enum"] = list(PRESETS)
    names = {"type": "array", "items": _text(LabelName), "minItems": 2, "uniqueItems": True}
    keys["labels"] = _either(keys["labels"], names)
    for key, switch in _SWITCHED.items():
        keys[key] = _either(keys[key], {"const": switch})
    use_case["required"] = ["channel"]
    use_case["allOf"] = [
        {"if": {"required": ["preset"]}, "else": {"required": ["question", "labels"]}},
        *_labels_needed(),
    ]


def _labels_needed() -> Iterator[Schema]:
    """Some presets know no labels."""
    without = [name for name, preset in PRESETS.items() if "labels" not in preset.settings]
    named = {"properties": {"preset": {"enum": without}}, "required": ["preset"]}
    yield {"if": named, "then": {"required": ["labels"]}}


def _either(schema: Schema, other: Schema) -> Schema:
    described = {"description": schema.pop("description")} if "description" in schema else {}
    return {**described, "anyOf": [schema, other]}


def _text(annotated: Any) -> Schema:
    """The schema of a kind of text, from its bounds."""
    schema: Schema = {"type": "string"}
    for mark in annotated.__metadata__:
        for bound in getattr(mark, "metadata", ()):
            schema |= {"maxLength": bound.max_length} if hasattr(bound, "max_length") else {}
            schema |= {"pattern": bound.pattern} if hasattr(bound, "pattern") else {}
    return schema


def _plain(schema: Any) -> Any:
    """Without null, which TOML can't write, and without titles, which only repeat the keys."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if isinstance(schema, str):
        return schema.replace("``", "`")
    if not isinstance(schema, dict):
        return schema
    plain = {_STANDARD.get(str(key), key): _plain(value) for key, value in schema.items()}
    plain = {key: value for key, value in plain.items() if not _says_nothing(str(key), value)}
    if "patternProperties" in plain:
        plain["additionalProperties"] = False
    choices = [each for each in plain.pop("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        return {**plain, **choices[0]}
    return {**plain, "anyOf": choices} if choices else plain


def _says_nothing(key: str, value: Any) -> bool:
    """A default that is a table is told by its own keys."""
    if key == "title":
        return isinstance(value, str)
    tables = value if isinstance(value, list) else [value]
    return key == "default" and (value is None or any(isinstance(t, dict) for t in tables))


def _describe(schema: Schema, model: type[BaseModel]) -> None:
    """Say of each key what its docstring says, and what it must be."""
    words = _docstrings(model)
    for name, field in model.model_fields.items():
        must = _must((field.annotation, *field.metadata))
        said = [words.get(name), f"Must be {must}." if must else None]
        if any(said) and name in schema["properties"]:
            schema["properties"][name]["description"] = " ".join(filter(None, said))


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a class, on one line."""
    body = ast.parse(dedent(inspect.getsource(model))).body[0]
    lines = body.body if isinstance(body, ast.ClassDef) else []
    found: dict[str, str] = {}
    for line, following in pairwise(lines):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[line.target.id] = " ".join(text.value.replace("``", "`").split())
    return found


def _must(marks: Iterable[Any]) -> str | None:
    """What a value must be; an optional one says so of the value alone."""
    for mark in marks:
        if isinstance(mark, Must):
            return mark.be
    inner = (get_args(mark) for mark in marks if get_origin(mark) in {Annotated, Union, UnionType})
    return next(filter(None, map(_must, inner)), None)


def _tables(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and every one inside it, once each."""
    seen: list[type[BaseModel]] = []
    waiting = [model]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.append(each)
            inner = (inner_table(field.annotation) for field in each.model_fields.values())
            waiting += [found[0] for found in inner if found is not None]
    yield from seen
