"""Reading the Dockerfile and .dockerignore, as far as this project uses their languages."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.packaging.paths import ROOT


@dataclass(frozen=True, slots=True)
class Instruction:
    """``word`` in capitals and the rest of its line, continuation lines joined."""

    word: str
    text: str

    @property
    def arguments(self) -> list[str]:
        """The words after the instruction, from either of its two forms, options left out."""
        if self.text.startswith("["):
            return [str(word) for word in json.loads(self.text)]
        return [word for word in shlex.split(self.text) if not word.startswith("--")]


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one FROM."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[Instruction]:
        return [one for one in self.instructions if one.word == word]

    def last(self, word: str) -> Instruction:
        """The one that counts; raises ``IndexError`` when there is none."""
        return self.all(word)[-1]

    @property
    def environment(self) -> dict[str, str]:
        return dict(word.split("=", 1) for one in self.all("ENV") for word in one.arguments)


def read_stages(file: Path = ROOT / "Dockerfile") -> tuple[Stage, ...]:
    """The stages in order; the last one becomes the image."""
    uncommented = re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.MULTILINE)
    lines = uncommented.replace("\\\n", "").splitlines()
    instructions = [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]
    starts = [place for place, one in enumerate(instructions) if one.word == "FROM"]
    ends = [*starts[1:], len(instructions)]
    return tuple(_stage(instructions[a:b]) for a, b in zip(starts, ends, strict=True))


def _stage(instructions: list[Instruction]) -> Stage:
    base, *named = instructions[0].arguments
    return Stage(base, named[-1] if named else "", tuple(instructions[1:]))


def reaches_the_build(path: str, *, rules: str) -> bool:
    """Whether .dockerignore lets a file through; of the rules that match, the last decides."""
    allowed = True
    for rule in rules.splitlines():
        pattern = rule.strip().removeprefix("!")
        if pattern and not pattern.startswith("#") and _matches(path, pattern):
            allowed = rule.strip().startswith("!")
    return allowed


def _matches(path: str, pattern: str) -> bool:
    """A rule also speaks of everything below the folder it names."""
    escaped = re.escape(pattern.strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.fullmatch(f"{escaped}(?:/.*)?", path) is not None
