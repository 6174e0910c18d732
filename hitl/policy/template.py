"""A first policy file, from a few answers: commented, and right as it stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from hitl.policy.fields import Channel, LabelName, Must, Question, UseCaseName, Who
from hitl.policy.mistakes import dotted
from hitl.policy.presets import PRESETS, Preset

_USUAL_THRESHOLD = 0.95
_USUAL_QUESTION = "Is the AI right?"
_CHECKS: dict[str, TypeAdapter[Any]] = {
    "name": TypeAdapter(UseCaseName),
    "labels": TypeAdapter(
        Annotated[
            list[LabelName],
            Field(min_length=2, max_length=1_000),
            Must("2 to 1,000 labels, with commas between them"),
        ]
    ),
    "channel": TypeAdapter(Channel),
    "question": TypeAdapter(Question),
    "reviewers": TypeAdapter(
        Annotated[list[Who], Field(min_length=1), Must("names with commas between them")]
    ),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a first policy is made from."""

    preset: str
    name: str
    labels: tuple[str, ...]
    """Those of the preset, or others, which are tied to no verdict then."""
    channel: str
    reviewers: tuple[str, ...]


def trouble_with(key: str, value: object) -> str | None:
    """What is wrong with an answer, in words; None where nothing is."""
    try:
        _CHECKS[key].validate_python(value)
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    if isinstance(value, list) and len(set(value)) < len(value):
        return "must all be different"
    return None


def preset_labels(preset: str) -> tuple[str, ...]:
    """The labels that the preset knows; some know none."""
    return tuple(PRESETS[preset].settings.get("labels", ()))


def policy_text(answers: Answers) -> str:
    """The file, ready to be checked and applied."""
    return "\n".join(_lines(answers, PRESETS[answers.preset])) + "\n"


def _lines(answers: Answers, preset: Preset) -> Iterator[str]:
    table = dotted(("use_cases", answers.name))
    question = preset.settings.get("question", _USUAL_QUESTION)
    has_own_labels = answers.labels != preset_labels(answers.preset)
    yield "# What the AI may decide by itself, and who is asked otherwise."
    yield "#   hitl policy check     tells every mistake"
    yield "#   hitl policy show      writes out everything that holds, and why"
    yield "#   hitl policy apply     lets a changed file run, without a restart"
    yield "#   hitl policy schema    is for editors: they complete keys with it"
    yield ""
    yield f"[{table}]"
    yield f"# {preset.why}"
    yield f"preset    = {_text(answers.preset)}"
    yield _noted(f"channel   = {_text(answers.channel)}", "cases appear here; invite the app")
    yield _noted(f"question  = {_text(question)}", "stands above every case")
    yield _noted(f"reviewers = {_list(answers.reviewers)}", "groups, user ids, or its members")
    yield ""
    if has_own_labels:
        yield "# The AI's label stands at this confidence or above; everything else goes to people."
        yield f"auto_at   = {preset.settings.get('auto_at', _USUAL_THRESHOLD)}"
        yield f"labels    = {_list(answers.labels)}"
        yield ""
    yield from _optional(answers)
    if not has_own_labels:
        yield from _label_table(table, preset)
    yield from _optional_tables(table, answers)


def _optional(answers: Answers) -> Iterator[str]:
    yield "# The rest is optional: remove the # to use a line."
    yield '# leads          = ["@leads"]            # may withdraw cases and overrule outcomes'
    yield "# reviews_needed = 2                     # so many people must choose the same label"
    yield '# adjudicators   = ["@leads"]            # settle what they disagree on'
    yield "# audit_rate     = 0.02                  # of everything, checked blind by a person"
    yield "# max_error      = 0.02                  # of what stands; lower thresholds must keep it"
    yield '# digest         = { day = "mon", at = "09:00", zone = "Europe/Berlin" }'
    yield '# approvers      = { legal = "@legal" }  # must sign a change of anything that decides'
    yield f"# fallback_channel = {_text(answers.channel)}"
    yield ""


def _label_table(table: str, preset: Preset) -> Iterator[str]:
    yield "# Each label stands at its auto_at or above; everything else goes to people."
    yield f"[{table}.labels]"
    for label, rule in preset.settings["labels"].items():
        settled = {"auto_at": preset.settings.get("auto_at"), **rule}
        pairs = ", ".join(f"{key} = {json.dumps(value)}" for key, value in settled.items())
        yield f"{dotted((label,))} = {{ {pairs} }}"
    yield ""


def _optional_tables(table: str, answers: Answers) -> Iterator[str]:
    yield "# What things cost; without it, nothing is priced."
    yield f"# [{table}.costs]"
    yield '# currency = "USD"'
    yield "# ai       = 0.0002   # per prediction"
    yield "# review   = 2.00     # per review"
    label = dotted((answers.labels[0],))
    yield f"# error    = {{ {label} = 50.0 }}   # of wrongly letting it stand"
    yield ""
    yield "# How long a case may wait; without it, for ever."
    yield f"# [{table}.deadline]"
    yield '# remind = ["30m"]'
    yield '# due    = "4h"'
    yield '# then   = "ai"      # or "wait", "approve", "reject", "flag", { to = "@group" }'


def _noted(said: str, note: str) -> str:
    return f"{said:<44} # {note}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, values))}]"
