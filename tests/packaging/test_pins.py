"""The lists of pinned packages agree with pyproject.toml, which is where ranges are changed."""

import re
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.paths import PYPROJECT, ROOT
from tests.packaging.pins import read_pins

FILES = ("requirements.txt", "requirements-dev.txt", "requirements-build.txt")
OURS = canonicalize_name(PYPROJECT["project"]["name"])
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


def asked_for() -> Iterator[tuple[str, str]]:
    """Each list with each requirement that it has to meet."""
    runtime = PYPROJECT["project"]["dependencies"]
    extras = PYPROJECT["project"]["optional-dependencies"]
    tools = PYPROJECT["dependency-groups"]["dev"]
    yield from (("requirements.txt", text) for text in runtime)
    yield from (("requirements-dev.txt", text) for text in (*runtime, *tools))
    # Peers are installed by whoever measures beside them, in the newest version there is.
    assert extras.keys() == {"demo", "peers"}
    yield from (("requirements-dev.txt", text) for text in extras["demo"])
    yield from (("requirements-build.txt", text) for text in PYPROJECT["build-system"]["requires"])
    yield from (("requirements-build.txt", text) for text in ("uv", "editables"))


@pytest.mark.parametrize(("file", "wanted"), list(asked_for()))
def test_every_dependency_is_pinned_within_its_range(file: str, wanted: str) -> None:
    requirement = Requirement(wanted)
    name = canonicalize_name(requirement.name)
    if name == OURS:
        return
    versions = [pin.version for pin in read_pins(ROOT / file) if pin.name == name]
    assert versions, f"{file} lacks {name}: run `uv run task pins`"
    outside = [one for one in versions if not requirement.specifier.contains(one)]
    assert not outside, f"{file} pins {name} {outside}, outside {wanted}: run `uv run task pins`"


@pytest.mark.parametrize("file", FILES)
def test_every_package_is_pinned_to_one_version_by_hash(file: str) -> None:
    for pin in read_pins(ROOT / file):
        assert pin.version
        assert pin.hashes
        assert all(SHA256.fullmatch(text) for text in pin.hashes), pin.name


@pytest.mark.parametrize("file", FILES)
def test_the_lists_leave_the_choice_of_a_registry_to_the_machine(file: str) -> None:
    text = (ROOT / file).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, flags=re.MULTILINE), (
        "an option, such as an index"
    )


@pytest.mark.parametrize("file", FILES)
def test_the_unrelated_package_of_our_name_is_never_installed(file: str) -> None:
    assert OURS not in {pin.name for pin in read_pins(ROOT / file)}


def test_tests_run_on_the_versions_that_the_image_has() -> None:
    image = {(pin.name, pin.version) for pin in read_pins(ROOT / "requirements.txt")}
    assert image <= {(pin.name, pin.version) for pin in read_pins(ROOT / "requirements-dev.txt")}


def test_the_image_carries_no_tools_and_no_demo() -> None:
    image = {pin.name for pin in read_pins(ROOT / "requirements.txt")}
    assert image.isdisjoint(
        {"pytest", "mypy", "ruff", "playwright", "hatchling", "websockets", "datasets"}
    )
