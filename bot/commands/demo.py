"""``hitl demo``: everything on this machine, for as long as someone looks at it."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from hitl.errors import HitlError


class DemoNotInstalled(HitlError):
    """The demo's own packages are missing."""


def demo(*, auto: bool, leave: bool, keep: bool, data: Path, port: int, api_port: int) -> None:
    """Run until it is done or Ctrl-C; raises a ``HitlError`` that says what prevents it."""
    try:
        from bot.demo.run import Options, run  # noqa: PLC0415 - an extra's packages
        from bot.demo.screen import Screen  # noqa: PLC0415
    except ImportError as error:
        raise DemoNotInstalled(
            f"the demo needs {error.name}; install it with: pip install 'hitl[demo]'"
        ) from error
    logging.basicConfig(level=logging.WARNING)
    options = Options(auto=auto, leave=leave, keep=keep, data=data, port=port, api_port=api_port)
    screen = Screen()
    with suppress(KeyboardInterrupt):
        asyncio.run(run(options, screen=screen))
        return
    screen.say("The demo has ended.")
