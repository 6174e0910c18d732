"""What Slack refuses in a message: text, blocks, metadata."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox.errors import Refused
from bot.sandbox.limits.blocks import MOST_OF_A_KIND, block_problems, repeated_ids

POST_TEXT = 40_000
UPDATE_TEXT = 4_000
BLOCK_CHARACTERS = 13_000
"""Where live Slack was seen to answer ``msg_blocks_too_long``."""
METADATA_BYTES = 16_000
MARKDOWN_CHARACTERS = 12_000


def check_message(
    *,
    text: str,
    blocks: Any,
    most_text: int,
    ready_files: frozenset[str],
    unsupported: frozenset[str],
) -> None:
    """Raise the Refused that Slack would answer; returns when the message may be shown."""
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > most_text:
        raise Refused("msg_too_long")
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    problems = list(
        block_problems(blocks, surface="message", unsupported=unsupported, at="/blocks")
    )
    if not problems:
        problems = [
            *repeated_ids(blocks, at="/blocks"),
            *_too_many_of_a_kind(blocks),
            *_unusable_files(blocks, ready_files),
        ]
    if problems:
        raise invalid_blocks(problems)
    if sum(_lengths(blocks)) > BLOCK_CHARACTERS:
        raise Refused("msg_blocks_too_long")


def invalid_blocks(problems: list[str]) -> Refused:
    """The refusal, with every problem said twice, as Slack does."""
    return Refused("invalid_blocks", messages=problems, errors=problems)


def check_metadata(metadata: Any) -> None:
    """Raise when message metadata is malformed or too large."""
    if metadata is None:
        return
    known = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not known or not isinstance(metadata["event_type"], str) or not metadata["event_type"]:
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata["event_payload"], dict):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_BYTES:
        raise Refused("metadata_too_large")


def _too_many_of_a_kind(blocks: list[dict[str, Any]]) -> Iterator[str]:
    kinds = Counter(block["type"] for block in blocks)
    for block in blocks:
        kinds.update(child["type"] for child in block.get("child_blocks", ()))
    for kind, most in MOST_OF_A_KIND.items():
        if kinds[kind] > most:
            yield f"only {most} {kind} allowed in a message [json-pointer:/blocks]"
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        yield f"no more than {MARKDOWN_CHARACTERS} markdown characters [json-pointer:/blocks]"


def _unusable_files(value: Any, ready: frozenset[str]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _unusable_files(item, ready)
    elif isinstance(value, dict):
        shown = value.get("slack_file")
        if isinstance(shown, dict) and str(shown.get("id") or shown.get("url")) not in ready:
            yield "invalid slack file [json-pointer:/blocks]"
        for item in value.values():
            yield from _unusable_files(item, ready)


def _lengths(value: Any) -> Iterator[int]:
    """The lengths of all strings but the names of types."""
    if isinstance(value, str):
        yield len(value)
    elif isinstance(value, list):
        for item in value:
            yield from _lengths(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "type":
                yield from _lengths(item)
