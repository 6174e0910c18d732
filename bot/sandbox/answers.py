"""What a person puts into an element, made canonical: the option shown, not the one sent."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.kit import SLOTS, Json, controls, options

REQUIRED = "Please complete this required field."


class NotOffered(Exception):
    """The answer is none that the element offers."""


def answer_of(element: Json, given: Mapping[str, Any]) -> Json:
    """The element's answer in ``state.values`` form; raises NotOffered."""
    key, _, empty = SLOTS[element["type"]]
    answer = given.get(key) or empty  # an emptied input is as good as an untouched one
    if key == "selected_option" and answer is not None:
        answer = offered(element, answer)
    elif key == "selected_options":
        answer = [offered(element, one) for one in answer]
    return {"type": element["type"], key: answer}


def offered(element: Json, choice: Any) -> Json:
    """The option meant by an option object, a value, or its visible text; raises NotOffered."""
    wanted = choice.get("value") if isinstance(choice, Mapping) else choice
    for option in options(element):
        if wanted in (option["value"], option["text"]["text"]):
            return option
    raise NotOffered("That choice is no longer offered.")


def typed_values(blocks: list[Json], given: Mapping[str, Any]) -> Json:
    """Given answers for the elements that are there; others are left out; raises NotOffered."""
    values: Json = {}
    for block_id, element in controls(blocks):
        answer = given.get(block_id, {}).get(element["action_id"])
        if answer is not None and element["type"] in SLOTS:
            values.setdefault(block_id, {})[element["action_id"]] = answer_of(element, answer)
    return values


def complaints(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's client says under inputs before it submits anything, by block id."""
    found = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        key = SLOTS[element["type"]][0]
        answer = values[block["block_id"]][element["action_id"]].get(key)
        complaint = _complaint(element, answer, optional=bool(block.get("optional")))
        if complaint:
            found[block["block_id"]] = complaint
    return found


def _complaint(element: Json, answer: Any, *, optional: bool) -> str | None:
    if answer in (None, "", []):
        return None if optional else REQUIRED
    if element["type"] == "plain_text_input":
        if len(answer) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(answer) > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None
