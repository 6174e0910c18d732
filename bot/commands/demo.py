"""``hitl demo``: everything on this machine, for as long as someone looks at it."""

import asyncio
import logging

from bot.demo.options import Options
from hitl.errors import HitlError

_EXTRA = frozenset({"PIL", "numpy", "sklearn", "websockets"})


class DemoNotInstalled(HitlError):
    """The demo's own packages are missing."""


class DemoRefused(HitlError):
    """It can't be played as it was asked for."""


def demo(options: Options) -> None:
    """Run until it is done or Ctrl-C; raises a ``HitlError`` that says what prevents it."""
    _require_playable(options)
    try:
        from bot.demo.run import run  # noqa: PLC0415 - an extra's packages
        from bot.demo.screen import Screen  # noqa: PLC0415
        from bot.demo.weeks.run import run_weeks  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        raise DemoNotInstalled(
            f"the demo needs {error.name}: start it in a clone with: uv run hitl demo"
        ) from error
    logging.basicConfig(level=logging.WARNING)
    screen = Screen()
    try:
        if options.weeks is not None:
            asyncio.run(run_weeks(options, weeks=options.weeks, screen=screen))
        else:
            asyncio.run(run(options, screen=screen))
    except KeyboardInterrupt:
        screen.say("The demo has ended.")


def _require_playable(options: Options) -> None:
    if options.leave and not options.auto:
        raise DemoRefused("--exit needs --auto: with people clicking, the demo is never done")
    try:
        options.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoRefused(f"can't keep data in {options.data}: {error.strerror}") from error
