"""What a channel is told of a retraining."""

from collections.abc import Mapping
from typing import Any

from bot.slack.text import clean, counted, duration, escape, mrkdwn

_OUTPUT = 1_500
_SIGNS = {"succeeded": ":white_check_mark:", "failed": ":x:", "timed_out": ":hourglass:"}
_WORDS = {
    "succeeded": "Retrained",
    "failed": "Retraining failed",
    "timed_out": "Retraining took too long and was stopped",
    "lost": "Retraining was lost",
}


def retrained(payload: Mapping[str, Any], *, use_case: str) -> str:
    """How a run ended, from how many labels, and the end of what it printed."""
    state = str(payload["state"])
    done = _WORDS[state]
    if state == "succeeded" and payload.get("of_webhook"):
        done = "The webhook knows of new labels"  # what becomes of them is its server's own
    said = [f"{_SIGNS.get(state, ':grey_question:')} *{done}: {use_case}*"]
    if payload["labels"] is not None:
        new = f"{payload['new_labels']:,} of them new or changed"
        said.append(f"from {counted(payload['labels'], 'label')}, {new}")
    if payload["seconds"] is not None:
        said.append(f"in {duration(payload['seconds'])}")
    if state != "succeeded":
        said.append(mrkdwn(str(payload["detail"]), 300))
    line = " · ".join(said)
    output = _end(str(payload["output"]))
    return f"{line}\n```{output}```" if output else line


def _end(output: str) -> str:
    """The last lines of it, inert; what would end the box early is printed otherwise."""
    lines = clean(output).strip().replace("```", "'''")[-_OUTPUT:]
    while len(escaped := escape(lines)) > _OUTPUT:
        lines = lines[max(1, (len(escaped) - _OUTPUT) // 5) :]
    return escaped
