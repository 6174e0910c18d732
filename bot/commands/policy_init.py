"""``hitl policy init``: five questions, and a file that is right."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from bot.settings import read_settings
from hitl.errors import HitlError
from hitl.policy import PRESETS, parse_policy
from hitl.policy.template import Answers, policy_text, preset_labels, trouble_with
from hitl.policy.wording import unknown

T = TypeVar("T")


class FileExists(HitlError):
    """A policy is never overwritten."""


def init(file: Path | None) -> str:
    """Ask, write the file, and say what to do with it; raises ``FileExists``."""
    path = file or read_settings().policy
    if path.exists():
        raise FileExists(f"{path} is there already; name another file")
    preset = _preset()
    name = _asked("2/5  What shall the use case be called?", str, key="name", default=preset)
    labels = _asked(
        "3/5  Which labels can the AI give? (commas between them)",
        _names,
        key="labels",
        default=", ".join(preset_labels(preset)) or None,
    )
    channel = _asked("4/5  In which Slack channel shall cases appear?", _channel, key="channel")
    reviewers = _asked(
        '5/5  Who decides? (user groups like @moderators, user ids, or "channel" for its members)',
        _names,
        key="reviewers",
        default="channel",
    )
    text = policy_text(Answers(preset, name, tuple(labels), channel, tuple(reviewers)))
    parse_policy(text, file=str(path))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileExists(f"can't write {path}: {error.strerror}") from error
    return f"\n{path} is written, and right as it stands. Next: hitl doctor, then hitl serve"


def _preset() -> str:
    names = list(PRESETS)
    typer.echo("What does the AI judge? The nearest of these is where its thresholds start:\n")
    for number, name in enumerate(names, start=1):
        typer.echo(f"  {number}  {name:<22}{PRESETS[name].why}")
    while True:
        given: str = typer.prompt("\n1/5  A number or a name", default="1").strip()
        if given.isdecimal() and 1 <= int(given) <= len(names):
            return names[int(given) - 1]
        if given in names:
            return given
        typer.echo(unknown("preset", given, known=names))


def _asked(question: str, read: Callable[[str], T], *, key: str, default: str | None = None) -> T:
    """The first answer that nothing is wrong with."""
    while True:
        value = read(typer.prompt(question, default=default).strip())
        trouble = trouble_with(key, value)
        if trouble is None:
            return value
        typer.echo(f"     {trouble}")


def _names(written: str) -> list[str]:
    return [name for each in written.split(",") if (name := each.strip())]


def _channel(written: str) -> str:
    """The sign may be left out: it is the only thing that is asked for here."""
    is_bare = written.islower() and not written.startswith("#")
    return f"#{written}" if is_bare else written
