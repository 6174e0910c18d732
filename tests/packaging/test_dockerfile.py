"""What can be said of the image from its Dockerfile alone."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from packaging.specifiers import SpecifierSet

from tests.packaging.dockerfile import Instruction, reaches_the_build, read_stages
from tests.packaging.paths import PYPROJECT, ROOT

STAGES = read_stages()
BASE, BUILD, IMAGE = STAGES
IGNORED = (ROOT / ".dockerignore").read_text()
COPIED = [
    source
    for stage in STAGES
    for copy in stage.all("COPY")
    if "--from=" not in copy.text
    for source in copy.arguments[:-1]
]


def test_the_base_is_a_named_slim_python_that_the_package_supports() -> None:
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", BASE.base)
    version = BASE.base.removeprefix("python:").split("-")[0]
    assert version in SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert (BUILD.base, IMAGE.base) == ("base", "base")


def test_the_service_runs_as_a_numbered_user_that_is_not_root() -> None:
    user = IMAGE.last("USER").text
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert f"--uid {user.split(':')[0]} " in IMAGE.last("RUN").text


def test_every_package_is_checked_by_its_hash_and_none_is_compiled() -> None:
    installs = [one.text for one in BUILD.all("RUN") if " install" in one.text]
    ours = [text for text in installs if "--no-index" in text]
    assert len(ours) == 1
    for text in installs:
        if text not in ours:
            assert "--require-hashes" in text
            assert "--only-binary :all:" in text


def test_the_image_holds_no_build_tools() -> None:
    assert not [one.text for one in IMAGE.all("RUN") if re.search(r"\b(pip|apt|uv)\b", one.text)]
    assert [one.text for one in IMAGE.all("COPY")] == ["--from=build /opt/hitl /opt/hitl"]
    assert BUILD.environment["VIRTUAL_ENV"] == "/opt/hitl"


@pytest.mark.parametrize("source", COPIED)
def test_what_is_copied_exists_and_is_let_through(source: str) -> None:
    assert (ROOT / source).exists()
    assert reaches_the_build(source, rules=IGNORED)


def test_everything_that_the_package_is_built_from_is_copied() -> None:
    project = PYPROJECT["project"]
    packages = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {"pyproject.toml", project["readme"], *project["license-files"], *packages} <= {*COPIED}


@pytest.mark.parametrize(
    "path", [".env", "bot/.env", "hitl.db", "bot/hitl.db", ".git/config", "tests/conftest.py"]
)
def test_secrets_data_and_tests_stay_out(path: str) -> None:
    assert not reaches_the_build(path, rules=IGNORED)


def test_signals_reach_the_service_itself() -> None:
    assert IMAGE.last("ENTRYPOINT").text == '["hitl"]'
    assert IMAGE.last("CMD").text == '["serve"]'
    assert IMAGE.last("STOPSIGNAL").text == "SIGTERM"


def test_what_is_kept_lies_in_the_volume() -> None:
    environment = IMAGE.environment
    assert IMAGE.last("VOLUME").text == IMAGE.last("WORKDIR").text == "/data"
    assert environment["HITL_DATABASE_URL"] == "sqlite:////data/hitl.db"
    assert environment["HITL_HOST"] == "0.0.0.0"
    assert environment["HITL_PORT"] == IMAGE.last("EXPOSE").text


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server on a port of its own that gives this status to /healthz and 404 to all else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (404, False), (503, False)])
def test_the_health_check_believes_only_a_200(*, status: int, healthy: bool) -> None:
    program = re.sub(r"^.*?CMD ", "", IMAGE.last("HEALTHCHECK").text)
    check = Instruction("CMD", program).arguments
    assert check[:2] == ["python", "-c"]
    with answering(status) as port:
        # Only the port: a proxy of the machine must not be asked about the machine itself.
        environment = {"HITL_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        done = subprocess.run(  # noqa: S603 - the project's own words
            [sys.executable, *check[1:]], env=environment, check=False, capture_output=True
        )
    assert (done.returncode == 0) is healthy, done.stderr
