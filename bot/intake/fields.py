"""The kinds of values callers send, each with its limit and the words of its refusal."""

import base64
import binascii
import json
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from hitl.policy.fields import is_one_line
from hitl.precedents import LONGEST_EMBEDDING, SHORTEST_EMBEDDING, packed_embedding

MOST_LABELS = 1_000
MOST_EVIDENCE = 20
MOST_FIELDS = 50
MOST_TEXT = 100_000
MOST_METADATA = 16_384
DEEPEST_METADATA = 50
MOST_PICTURE = 5 * 1024 * 1024
MOST_URL = 2_000

MediaType = Literal["image/png", "image/jpeg", "image/gif"]
_MAGIC: dict[str, tuple[bytes, ...]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("nul", "must not contain the character U+0000")
    return text


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise PydanticCustomError("address", "must be an address that begins with https://")
    if not url.isprintable() or any(character.isspace() for character in url):
        raise PydanticCustomError("address", "must not contain spaces or control characters")
    return url


def _json_of_modest_size(value: Any) -> Any:
    # First of all: writing JSON that is nested deeper than Python's stack fails.
    if _is_deeper(value, than=DEEPEST_METADATA):
        raise PydanticCustomError(
            "depth", "is nested too deeply; at most {most}", {"most": DEEPEST_METADATA}
        )
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        raise PydanticCustomError("finite", "must not contain NaN or infinity") from None
    size = len(text.encode(errors="surrogatepass"))
    if size > MOST_METADATA:
        raise PydanticCustomError(
            "size", "is {size} bytes of JSON; at most {most}", {"size": size, "most": MOST_METADATA}
        )
    return value


def _is_deeper(value: Any, *, than: int) -> bool:
    """Whether lists and objects stand in one another more than so many times."""
    level = _containers([value])
    for _ in range(than):
        inside = (outer.values() if isinstance(outer, dict) else outer for outer in level)
        level = _containers(chain.from_iterable(inside))
    return bool(level)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _points_somewhere(values: list[float]) -> list[float]:
    if packed_embedding(values) is None:
        raise PydanticCustomError("nowhere", "must not be all zeros")
    return values


def _printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("printable", "must not contain control characters or new lines")
    return text


def _policy_label(text: str) -> str:
    # Not stricter than the policy, which could then have labels that nobody can send.
    if not is_one_line(text):
        raise PydanticCustomError(
            "one_line", "must be text on one line, without control characters"
        )
    return text


Sought = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]
"""What something may be called; PostgreSQL can't be asked for U+0000."""
Key = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Label = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_policy_label)]
Title = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_no_nul)]
Short = Annotated[str, Field(max_length=1_000), AfterValidator(_no_nul)]
Reason = Annotated[str, Field(max_length=10_000), AfterValidator(_no_nul)]
Text = Annotated[str, Field(max_length=MOST_TEXT), AfterValidator(_no_nul)]
Address = Annotated[
    str,
    Field(max_length=MOST_URL, json_schema_extra={"format": "uri"}),
    AfterValidator(_web_address),
]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Embedding = Annotated[
    list[Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]],
    Field(min_length=SHORTEST_EMBEDDING, max_length=LONGEST_EMBEDDING),
    AfterValidator(_points_somewhere),
]
Metadata = Annotated[Any, AfterValidator(_json_of_modest_size)]
SlackUser = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
Moment = Annotated[AwareDatetime, Field(strict=False)]


def decode_picture(text: str, *, media_type: str) -> bytes:
    """The picture's bytes; refused when they are not base64, too many, or not what they claim."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64", "image_base64 is not base64") from None
    if len(content) > MOST_PICTURE:
        raise PydanticCustomError("size", "image_base64 holds more than 5 MiB")
    if not content.startswith(_MAGIC[media_type]):
        raise PydanticCustomError(
            "media_type", "image_base64 does not hold {media_type}", {"media_type": media_type}
        )
    return content
