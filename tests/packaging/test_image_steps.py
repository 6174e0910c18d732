"""The steps of the Dockerfile, taken without Docker.

Each RUN of the build stage is executed as written, with the paths of the image moved under a
temporary folder; then the installed service is started with the image's environment and no other.
That shows that the pinned packages install by hash, that the package is built and complete, and
that the commands work.

It can't show what only a container has: the base image itself (its tag, its Debian, its
certificates), the final stage's RUN (user and folders are made as root, which would change this
machine), file ownership in the volume, the resulting size, and how Docker runs the health check.
Where no Python of the image's minor version is installed, the Python of these tests stands in.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.packaging.dockerfile import Instruction, reaches_the_build, read_stages
from tests.packaging.paths import PYPROJECT, ROOT
from tests.packaging.pins import read_pins

pytestmark = pytest.mark.slow

BASE, BUILD, IMAGE = read_stages()
MOVED = re.compile(r"(?<![\w./])/(?=(opt|src|data|etc)\b)|(?<=sqlite:///)/(?=data\b)")
# In uv's words and in pip's.
OFFLINE = re.compile(r"are you offline|name resolution|Failed to establish a new connection")
SYSTEM = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Image:
    """What the steps made: the image's file system under ``root``."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        named = {name: moved(text, self.root) for name, text in IMAGE.environment.items()}
        return named | {"PATH": named["PATH"].replace("$PATH", SYSTEM)}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """The command as the container would run it, in its working directory."""
        program = shutil.which(command[0], path=self.environment["PATH"])
        assert program
        return subprocess.run(  # noqa: S603 - what the tests below ask for
            [program, *command[1:]],
            cwd=moved(IMAGE.last("WORKDIR").text, self.root),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


def moved(text: str, root: Path) -> str:
    """The text with the image's folders under ``root``."""
    return MOVED.sub(f"{root}/", text)


def python_of_the_image() -> str:
    """An interpreter of the minor version that the base names, or else the one running."""
    version = BASE.base.removeprefix("python:").split("-")[0]
    found = shutil.which(f"python{version}")
    if found is None:
        return sys.executable
    # pyenv puts a name on the PATH for every version, and obeys this as to which may be used.
    environment = os.environ | {"PYENV_VERSION": version}
    asked = [found, "-c", "import sys; print(sys.executable)"]
    answer = subprocess.run(  # noqa: S603 - an interpreter of this machine
        asked, env=environment, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() if answer.returncode == 0 else sys.executable


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    root = tmp_path_factory.mktemp("image").resolve()
    for folder in ("src", "data", "etc/hitl"):
        (root / folder).mkdir(parents=True)
    # The base image's own Python, into which its steps may install.
    subprocess.run(  # noqa: S603 - an interpreter of this machine
        [python_of_the_image(), "-m", "venv", root / "python"], check=True
    )
    for step in BUILD.instructions:
        if step.word == "COPY":
            copy(step, root)
        elif step.word == "RUN":
            run(step, root)
    return Image(root)


def copy(step: Instruction, root: Path) -> None:
    """Copy what .dockerignore lets through."""
    rules = (ROOT / ".dockerignore").read_text()
    for source in step.arguments[:-1]:
        files = [ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob("*")
        for file in files:
            path = file.relative_to(ROOT)
            if file.is_file() and reaches_the_build(path.as_posix(), rules=rules):
                (root / "src" / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, root / "src" / path)


def run(step: Instruction, root: Path) -> None:
    """Take one step; a machine that reaches no package registry skips, except in CI."""
    foreign = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "PYTHON", "HITL_", "SLACK_")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
    environment |= {name: moved(text, root) for name, text in BUILD.environment.items()}
    environment["PATH"] = f"{root}/python/bin:{SYSTEM}"
    done = subprocess.run(  # noqa: S602 - the Dockerfile's own words
        moved(step.text, root),
        shell=True,
        cwd=root / "src",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and OFFLINE.search(done.stderr) and os.environ.get("CI") != "true":
        pytest.skip("no package registry can be reached from here")
    assert done.returncode == 0, f"{step.text}\n{done.stderr}"


def test_the_image_starts_the_command_line(image: Image) -> None:
    entry = IMAGE.last("ENTRYPOINT").arguments
    said = image.run(*entry, "--version")
    assert said.stdout.strip() == f"hitl {PYPROJECT['project']['version']}", said.stderr
    helped = image.run(*entry, "--help")
    assert "serve" in helped.stdout, helped.stderr


def test_what_is_missing_is_named_before_anything_starts(image: Image) -> None:
    entry, command = IMAGE.last("ENTRYPOINT").arguments, IMAGE.last("CMD").arguments
    refused = image.run(*entry, *command)
    assert refused.returncode == 2
    assert "SLACK_BOT_TOKEN" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_image_holds_the_pinned_packages_and_this_one(image: Image) -> None:
    program = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.name: d.version for d in m.distributions()}))"
    )
    listed = json.loads(image.run("python", "-c", program).stdout)
    installed = {(canonicalize_name(name), version) for name, version in listed.items()}
    pinned = {(pin.name, pin.version) for pin in read_pins(ROOT / "requirements.txt")}
    ours = ("hitl", PYPROJECT["project"]["version"])
    assert ours in installed
    assert installed - {ours} <= pinned


def test_the_database_is_prepared_in_the_volume_by_what_was_installed(image: Image) -> None:
    program = (
        "import os, hitl.storage.migrate as m; m.prepare_database(os.environ['HITL_DATABASE_URL'])"
    )
    done = image.run("python", "-c", program)
    assert done.returncode == 0, done.stderr
    assert (image.root / "data/hitl.db").is_file()


def test_files_that_are_not_python_are_installed_too(image: Image) -> None:
    (site,) = (image.root / "opt/hitl/lib").glob("python3.*/site-packages")
    source = image.root / "src"
    for package in ("bot", "hitl"):
        built = {file.relative_to(source) for file in (source / package).rglob("*.*")}
        assert built
        assert not {path for path in built if not (site / path).exists()}
