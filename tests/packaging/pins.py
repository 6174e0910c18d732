"""Reading lists of pinned packages: name, version, marker and hashes, one entry a package."""

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry; a package has several where platforms need different versions."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The version; raises ``ValueError`` for anything but one ``==``."""
        (specifier,) = self.requirement.specifier
        if specifier.operator != "==" or "*" in specifier.version:
            raise ValueError(f"{self.requirement} is a range")
        return specifier.version


def read_pins(file: Path) -> tuple[Pin, ...]:
    """Every entry of the file, in its order; comments and options are none."""
    joined = file.read_text().replace("\\\n", " ")
    entries = (line.strip() for line in joined.splitlines())
    return tuple(_pin(entry) for entry in entries if entry and entry[0] not in "#-")


def _pin(entry: str) -> Pin:
    requirement, *hashes = entry.split(" --hash=")
    return Pin(Requirement(requirement.strip()), tuple(text.strip() for text in hashes))
