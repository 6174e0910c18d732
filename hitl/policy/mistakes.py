"""What is wrong with a policy file, each mistake on a line of its own."""

from dataclasses import dataclass

from hitl.errors import HitlError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right."""

    file: str
    line: int | None
    """Counted from 1; None when the file as a whole is meant."""
    key: str
    """The key's path as TOML writes it; empty when the file as a whole is meant."""
    found: str | None
    """The value as the file has it, shortened; None when nothing was there."""
    message: str

    def __str__(self) -> str:
        """Read as compilers write it, so that editors can jump to the line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        found = "" if self.found is None else f" found {self.found};"
        return f"{place}:{key}{found} {self.message}"


class PolicyError(HitlError):
    """A policy is refused as a whole; ``mistakes`` holds everything that is wrong with it."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes
