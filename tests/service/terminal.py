"""A program of its own: ``hitl serve`` in a terminal window, which is then closed.

Prints ``ended`` and the status once the service has gone. Threads and forks do not mix, so this
is no function of the tests' own process.
"""

import os
import pty
import signal
import sys
import time

_SECONDS = 20


def main(command: str) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command, [command, "serve"])  # noqa: S606 - the terminal has no shell
    said = b""
    while b"Taking cases" not in said:
        said += os.read(terminal, 4096)
    os.kill(child, signal.SIGHUP)
    while b"The policy file says what runs already." not in said:
        said += os.read(terminal, 4096)
    os.close(terminal)
    for _ in range(_SECONDS * 10):
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    sys.stdout.write("went on\n")


main(sys.argv[1])
