"""On which line of a TOML text each key stands, which the standard library does not tell."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

from hitl.policy.mistakes import KeyPath

_TOKEN = re.compile(
    r'''
    (?P<skip> [ \t\r]+ | \#[^\n]* )
  | (?P<newline> \n )
  | (?P<string> """(?:\\.|[^\\])*?"""(?:"{0,2}) | \'{3}.*?\'{3}(?:\'{0,2})
              | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<sign> [\[\]{}=,.] )
  | (?P<word> [^\s\[\]{}=,."'#]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)

_ENDS = ("\n", ",", "]", "}")
"""What a number, string, date or switch can be followed by."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def lines_of(text: str) -> dict[KeyPath, int]:
    """Map every key path, and every place in a list, to the line where it first stands.

    The text must be valid TOML. Tables of an array share one path, without their number.
    """
    scan = _Scan(list(_tokens(text)))
    scan.document()
    return scan.lines


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")


@dataclass(slots=True)
class _Scan:
    """Walks the tokens once, from left to right."""

    tokens: list[_Token]
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def document(self) -> None:
        table: KeyPath = ()
        while self.at < len(self.tokens):
            if self.taken("\n"):
                continue
            if self.taken("["):
                self.taken("[")
                table = self.keys(())
                while self.taken("]"):
                    pass
            else:
                self.pair(table)

    def pair(self, table: KeyPath) -> None:
        key = self.keys(table)
        self.taken("=")
        self.value(key)

    def keys(self, path: KeyPath) -> KeyPath:
        """Read "a.b.c", noting where each of its tables is first named."""
        while True:
            token = self.tokens[self.at]
            self.at += 1
            path = (*path, _name(token))
            self.lines.setdefault(path, token.line)
            if not self.taken("."):
                return path

    def value(self, path: KeyPath) -> None:
        if self.taken("{"):
            while not self.taken("}"):
                if not self.taken(",", "\n"):
                    self.pair(path)
        elif self.taken("["):
            self.items(path)
        else:
            while self.at < len(self.tokens) and self.tokens[self.at].text not in _ENDS:
                self.at += 1

    def items(self, path: KeyPath) -> None:
        place = 0
        while not self.taken("]"):
            if not self.taken(",", "\n"):
                self.lines[(*path, place)] = self.tokens[self.at].line
                self.value((*path, place))
                place += 1

    def taken(self, *texts: str) -> bool:
        """Step over the next token if it is one of these."""
        if self.at < len(self.tokens) and self.tokens[self.at].text in texts:
            self.at += 1
            return True
        return False


def _name(token: _Token) -> str:
    if token.kind == "word":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])
