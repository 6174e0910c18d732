"""The kinds of value a policy holds; each carries the words a person reads when it is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from unicodedata import category

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import PydanticCustomError, core_schema

from hitl.policy.lengths import PATTERN
from hitl.policy.nearest import (
    near_channel,
    near_currency,
    near_day,
    near_length,
    near_person,
    near_share,
    near_time,
    near_zone,
    zones,
)
from hitl.policy.presets import PRESETS
from hitl.policy.wording import unknown
from hitl.vocabulary import Verdict
from hitl.web_addresses import names_a_host

_OWN_WORDS = ("must_be", "unknown", "contradiction")
"""The types of the mistakes that this package words itself."""

_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories: control characters, halves of characters, line and paragraph ends."""

_UNSEEN = frozenset({"Zs", "Cf"})
"""Spaces, and what only shapes the characters around it."""


@dataclass(frozen=True, slots=True)
class Must:
    """Says what a value must be, in place of pydantic's own words for what is wrong with it.

    Mistakes inside a table or list keep their own words and place.
    """

    be: str
    choices: tuple[str, ...] = ()
    """Where there are only so many: the nearest one is offered for a slip."""
    near: Callable[[str], str | float | None] | None = None
    """The same for what is not a list: the right value that a wrong one may have meant."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def _check(self, value: Any, check: core_schema.ValidatorFunctionWrapHandler) -> Any:
        try:
            return check(value)
        except ValidationError as error:
            if any(mistake["loc"] or mistake["type"] in _OWN_WORDS for mistake in error.errors()):
                raise
            words = self.be + self._meant(value)
            raise PydanticCustomError("must_be", "must be {be}", {"be": words}) from None

    def _meant(self, value: Any) -> str:
        is_text = isinstance(value, str)
        if not is_text and (isinstance(value, bool) or not isinstance(value, int | float)):
            return ""
        found = get_close_matches(str(value).lower(), self.choices, n=1)
        meant = next(iter(found), None) or (self.near(str(value)) if self.near else None)
        if isinstance(meant, float):
            return f"; did you mean {meant}?"
        return f'; did you mean "{meant}"?' if meant and is_text else ""


def _known_zone(name: str) -> str:
    if name not in zones():
        raise ValueError
    return name


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        message = unknown("preset", name, known=PRESETS)
        raise PydanticCustomError("unknown", "{message}", {"message": message})
    return name


def is_one_line(text: str) -> bool:
    """Whether there is something to see and nothing that is no text, such as a new line."""
    if text.isascii():
        return text.isprintable() and not text.isspace() and text != ""
    # Not str.isprintable, which refuses joiners and spaces that some scripts and emoji need.
    kinds = {category(character) for character in text}
    return kinds.isdisjoint(_CONTROLS) and not kinds <= _UNSEEN


def _on_one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError
    return text


def _with_a_host(url: str) -> str:
    if not url.isprintable() or not names_a_host(url):
        raise ValueError
    return url


_ONE_LINE = AfterValidator(_on_one_line)

Threshold = Annotated[
    float, Field(gt=0, le=1), Must("above 0 and at most 1, as in 0.95", near=near_share)
]
Share = Annotated[
    float, Field(ge=0, le=1), Must("at least 0 and at most 1, as in 0.02", near=near_share)
]

InnerShare = Annotated[
    float, Field(gt=0, lt=1), Must("above 0 and under 1, as in 0.02", near=near_share)
]


def _share_or(usual: float) -> Any:
    """A share; ``true`` stands for the usual one and ``false`` for none."""

    def read(value: object) -> object:
        return usual * value if isinstance(value, bool) else value

    words = f"at least 0 and at most 1, or true for {usual}"
    return Annotated[float, BeforeValidator(read), Field(ge=0, le=1), Must(words)]


DoubleReview = _share_or(0.2)
KnownAnswerRate = _share_or(0.05)
Money = Annotated[
    float, Field(ge=0, allow_inf_nan=False), Must("an amount of at least 0, as in 2.50")
]
Switch = Annotated[bool, Must("true or false")]
CaseCount = Annotated[int, Field(ge=1, le=1_000), Must("a whole number from 1 to 1,000")]
ReviewCount = Annotated[int, Field(ge=1, le=3), Must("1, 2 or 3")]
Tie = Annotated[
    Literal[Verdict.APPROVE, Verdict.REJECT],
    Must('"approve" or "reject"', choices=(Verdict.APPROVE, Verdict.REJECT)),
]
LabelName = Annotated[
    str, Field(max_length=100), _ONE_LINE, Must("1 to 100 characters on one line")
]
ButtonWords = Annotated[
    str, Field(max_length=60), _ONE_LINE, Must("1 to 60 characters on one line")
]
Question = Annotated[str, Field(max_length=300), _ONE_LINE, Must("1 to 300 characters on one line")]
PresetName = Annotated[str, AfterValidator(_known_preset)]
UseCaseName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{1,64}$"),
    Must("1 to 64 lowercase letters, digits and dashes"),
]
Channel = Annotated[
    str,
    Field(pattern=r"^(#[^\s#.,A-Z]{1,80}|[CG][A-Z0-9]{2,})$"),
    Must(
        'a lowercase channel name ("#moderation") or a channel id ("C…" or "G…")',
        near=near_channel,
    ),
]
Who = Annotated[
    str,
    Field(pattern=r"^(@[^\s@<>]+|[UWS][A-Z0-9]{2,}|channel)$"),
    Must(
        'a user group ("@moderators" or its id, "S…"), '
        'a user id ("U…" or "W…") or "channel" for its full members',
        near=near_person,
    ),
]
ApproverName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{1,30}$"),
    Must("1 to 30 lowercase letters, digits and dashes"),
]
Webhook = Annotated[
    str,
    Field(max_length=2_000, pattern=r"^https?://[^\s/?#@]+([/?][^\s#]*)?$"),
    AfterValidator(_with_a_host),
    Must('an address like "https://example.com/hitl", without a user, a password or a fragment'),
]
Order = Annotated[
    Literal["least_certain", "oldest"],
    Must('"least_certain" or "oldest"', choices=("least_certain", "oldest")),
]
Day = Annotated[
    Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    Must('one of "mon", "tue", "wed", "thu", "fri", "sat" and "sun"', near=near_day),
]
Period = Annotated[Literal["week", "month"], Must('"week" or "month"')]
ClockTime = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Must('a time from "00:00" to "23:59", in quotes', near=near_time),
]
Length = Annotated[
    str,
    Field(pattern=PATTERN),
    Must('a length of time like "90s", "30m", "2h" or "3d"', near=near_length),
]
LengthOrNone = Annotated[
    str,
    Field(pattern=f"^0s$|{PATTERN}"),
    Must('a length of time like "30s", "2m" or "1h", or "0s" for none', near=near_length),
]
Zone = Annotated[
    str,
    AfterValidator(_known_zone),
    Must('a time zone\'s IANA name, as in "Europe/Berlin"', near=near_zone),
]
Currency = Annotated[
    str,
    Field(pattern=r"^[A-Z]{3}$"),
    Must('three capital letters, as in "USD"', near=near_currency),
]
