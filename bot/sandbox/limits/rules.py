"""The kinds of rule the tables are written in; each tells what is wrong with a JSON value.

Problems read as Slack's do: ``must be less than 76 characters [json-pointer:/blocks/0/text]``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Problems = Iterator[str]


class Rule(Protocol):
    """Something a JSON value is held against; ``at`` is its JSON pointer."""

    def problems(self, value: Any, at: str) -> Problems:
        """What is wrong with the value; nothing when it is fine."""
        ...


def told(message: str, at: str) -> str:
    """One problem in Slack's wording."""
    return f"{message} [json-pointer:{at}]"


@dataclass(frozen=True, slots=True)
class Anything:
    """Not looked into."""

    def problems(self, value: Any, at: str) -> Problems:  # noqa: ARG002
        """Never a problem."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Words:
    """A string; lengths in characters."""

    most: int
    least: int = 0
    starts: tuple[str, ...] = ("",)

    def problems(self, value: Any, at: str) -> Problems:
        """Wrong type, too short, too long, or a wrong beginning."""
        if not isinstance(value, str):
            yield told("must be a string", at)
        elif len(value) > self.most:
            yield told(f"must be less than {self.most + 1} characters", at)
        elif len(value) < self.least:
            yield told(f"must be more than {self.least - 1} characters", at)
        elif not value.startswith(self.starts):
            yield told("must be a valid URL", at)


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean."""

    def problems(self, value: Any, at: str) -> Problems:
        """Not a boolean."""
        if not isinstance(value, bool):
            yield told("must be a boolean", at)


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds."""

    least: float = float("-inf")
    most: float = float("inf")
    whole: bool = True

    def problems(self, value: Any, at: str) -> Problems:
        """Not a number, or out of bounds."""
        kinds = (int,) if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            yield told("must be a number", at)
        elif not self.least <= value <= self.most:
            yield told(f"must be from {self.least:g} to {self.most:g}", at)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few strings."""

    values: tuple[str, ...]

    def problems(self, value: Any, at: str) -> Problems:
        """Some other value."""
        if value not in self.values:
            yield told(f"must be one of: {', '.join(self.values)}", at)


@dataclass(frozen=True, slots=True)
class Items:
    """An array of things of one rule."""

    of: Rule
    most: int
    least: int = 1

    def problems(self, value: Any, at: str) -> Problems:
        """Not an array, too many, too few, or something wrong with an item."""
        if not isinstance(value, list):
            yield told("must be an array", at)
            return
        if len(value) > self.most:
            yield told(f"no more than {self.most} items allowed", at)
        if len(value) < self.least:
            yield told(f"no fewer than {self.least} items allowed", at)
        for number, item in enumerate(value):
            yield from self.of.problems(item, f"{at}/{number}")


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: which properties it must and may have; no others."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    exactly_one: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    also: tuple[Callable[[Any, str], Problems], ...] = ()
    """Rules about how the properties go together, asked only when each by itself is fine."""

    def problems(self, value: Any, at: str) -> Problems:
        """Missing, unknown, clashing or wrong properties."""
        if not isinstance(value, dict):
            yield told("must be an object", at)
            return
        alone = [*self._missing(value, at), *self._wrong(value, at)]
        yield from alone
        if not alone:
            for rule in self.also:
                yield from rule(value, at)

    def _missing(self, value: Mapping[str, Any], at: str) -> Problems:
        for name in self.required:
            if value.get(name) is None:
                yield told(f"missing required field: {name}", at)
        if self.exactly_one and sum(name in value for name in self.exactly_one) != 1:
            yield told(f"exactly one is required of: {', '.join(self.exactly_one)}", at)
        if self.at_least_one and not any(name in value for name in self.at_least_one):
            yield told(f"at least one is required of: {', '.join(self.at_least_one)}", at)

    def _wrong(self, value: Mapping[str, Any], at: str) -> Problems:
        for name, item in value.items():
            rule = self.required.get(name) or self.optional.get(name)
            if rule is not None:
                if item is not None:
                    yield from rule.problems(item, f"{at}/{name}")
            elif name != "type":
                yield told(f"invalid additional property: {name}", at)


@dataclass(frozen=True, slots=True)
class ByType:
    """An object whose ``type`` names its shape; only the allowed types may stand here."""

    shapes: Mapping[str, Rule]
    allowed: frozenset[str]

    def problems(self, value: Any, at: str) -> Problems:
        """An unknown or misplaced type, or something wrong with the shape."""
        if not isinstance(value, dict):
            yield told("must be an object", at)
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in self.allowed:
            yield told(f"unsupported type: {kind}", f"{at}/type")
            return
        yield from self.shapes[kind].problems(value, at)
