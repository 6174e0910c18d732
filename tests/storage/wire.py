"""A wire to PostgreSQL that breaks at a COMMIT: before the server hears it, or its answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path


class Way(Enum):
    """Where a COMMIT is lost."""

    THERE = "there"
    BACK = "back"


class Wire:
    """Passes bytes on between clients at ``port`` and the server's socket."""

    def __init__(self, server: Path) -> None:
        self.loses_commits: Way | None = None
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                for ends in ((client, server, Way.THERE), (server, client, Way.BACK)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        """Until one end hangs up or a COMMIT is lost; then both are hung up."""
        with source, suppress(OSError):
            while data := source.recv(65_536):
                # The server's answer to a COMMIT bears its name as well.
                if self.loses_commits is way and b"COMMIT" in data:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
            source.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire_to(server: Path) -> Iterator[Wire]:
    """A wire for as long as the block runs."""
    wire = Wire(server)
    try:
        yield wire
    finally:
        wire.close()
