"""A PostgreSQL server that the tests start by themselves, for as long as they run."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_PLACES = ("/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt")
_START_SECONDS = 30
# For a server that nobody minds losing; a test of durability starts its own without these.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class NoPostgresql(Exception):
    """This machine has no PostgreSQL server to start."""


@dataclass(slots=True)
class Server:
    """A running server, reached over a socket in ``folder`` by the superuser ``postgres``."""

    programs: Path
    folder: Path
    settings: dict[str, str]
    _names: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    @property
    def process_id(self) -> int:
        """Of the process that all others of the server are children of."""
        said = (self.folder / "data" / "postmaster.pid").read_text()
        return int(said.splitlines()[0])

    def create(self, *, template: str = "template0") -> str:
        """The name of a new database with everything that the template has."""
        name = f"test_{next(self._names)}"
        self.command("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, database: str) -> None:
        """Remove a database and whoever is connected to it."""
        self.command("DROP DATABASE {} WITH (FORCE)", database)

    def command(self, statement: str, *names: str) -> None:
        """Run a statement that belongs to no transaction; names are quoted into its ``{}``."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def start(self) -> None:
        """Return once it takes connections."""
        options = {"listen_addresses": "", "unix_socket_directories": str(self.folder)}
        flags = " ".join(f"-c {name}={value}" for name, value in (options | self.settings).items())
        self._control("start", "-w", "-t", str(_START_SECONDS), "-l", self._log, "-o", flags)

    def stop(self, *, mode: str = "fast") -> None:
        """``immediate`` is a crash: the next start recovers from the log."""
        self._control("stop", "-m", mode)

    @property
    def _log(self) -> str:
        return str(self.folder / "log")

    def _control(self, *arguments: str) -> None:
        _run(self.programs / "pg_ctl", "-D", str(self.folder / "data"), *arguments)


@contextmanager
def running_server(settings: dict[str, str] | None = None) -> Iterator[Server]:
    """A new server with these settings, gone with its data at the end.

    Raises ``NoPostgresql``.
    """
    programs = _programs()
    # Not below pytest's own folders: those are closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="hitl-pg-"))
    server = Server(programs, folder, settings or {})
    try:
        if (user := _other_user()) is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = str(folder / "data")
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--no-sync", "--locale=C.UTF-8")  # fmt: skip
        server.start()
        try:
            yield server
        finally:
            server.stop(mode="immediate")
    finally:
        shutil.rmtree(folder)


def end_connections(url: str) -> int:
    """End everybody's connections to the database; how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return ended.rowcount


def _programs() -> Path:
    """The folder of the newest server on this machine."""
    found = [path for place in _PLACES for path in Path(place).glob("**/bin/initdb")]
    if (on_path := shutil.which("initdb")) is not None:
        found.append(Path(on_path))
    if not found:
        raise NoPostgresql("no initdb in PATH or /usr/lib/postgresql/*/bin: install PostgreSQL")
    return max(found, key=_version).parent


def _version(initdb: Path) -> list[int]:
    asked = (str(initdb), "--version")
    said = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 - found above
    return [int(part) for part in said.stdout.split()[2].split(".") if part.isdigit()]


def _other_user() -> pwd.struct_passwd | None:
    """Who the server runs as when we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _run(*command: str | Path) -> None:
    user = _other_user()
    as_user: dict[str, Any] = (
        {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    )
    # Into a file: the server inherits it, and a pipe would stay open for as long as it runs.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(  # noqa: S603 - the server's own programs
            command, cwd="/", stdout=said, stderr=said, check=False, timeout=60, **as_user
        )
        said.seek(0)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {said.read().decode()}")
