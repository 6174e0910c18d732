"""Words for Slack: untrusted text made inert and short, and quantities as people say them.

Order matters: characters are removed first, then the text is cut, then it is escaped, so that a
cut never goes through an entity and a length is the one Slack will count.
"""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

_SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Joiners shape Persian words and emoji families; anywhere else they only hide something.
_HIDDEN_JOINER = re.compile(
    r"[\u200c\u200d]{2,}|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_JOINERS = "\u200c\u200d"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
_CENT = 0.01
_HUNDRED = 100


def clean(text: str) -> str:
    """The text without control, direction and zero-width characters; lines end in ``\\n``."""
    if text.isprintable():
        return text  # and has one line: most texts end here
    lines = _LINE_BREAKS.sub("\n", text).split("\n")
    # Most lines have nothing to remove, and finding that out is a hundred times faster.
    kept = (line if line.isprintable() else "".join(map(_visible, line)) for line in lines)
    return _HIDDEN_JOINER.sub("", "\n".join(kept))


def _visible(character: str) -> str:
    if character == "\t" or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"  # half a character can't be sent at all
    return "" if category in {"Cc", "Cf"} else character


def clip(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters, ending in … where something was cut."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + "…"


def one_line(text: str, limit: int) -> str:
    """Cleaned, every run of white space one space, at most ``limit`` characters."""
    # Cleaning is linear but slow a character; nobody sees what lies far beyond the cut.
    return clip(" ".join(clean(text[: limit * 4]).split()), limit)


def escape(text: str) -> str:
    """The text with nothing left that Slack reads as a mention, a link or an entity."""
    return text.translate(_ENTITIES)


def mrkdwn(text: str, limit: int) -> str:
    """Untrusted text for a mrkdwn field: one line, inert, at most ``limit`` after escaping."""
    line = one_line(text, limit)
    escaped = escape(line)
    while len(escaped) > limit:
        line = clip(line, len(line) - max(1, (len(escaped) - limit) // 5))
        escaped = escape(line)
    return escaped


def mention(person: str) -> str:
    """A Slack user as a mention; anyone else by name, inert."""
    return f"<@{person}>" if is_slack_user(person) else mrkdwn(person, 100)


def whom(named: str, *, channel: str) -> str:
    """Whom the policy names, escaped; a group by its ``@handle`` stays text and notifies nobody."""
    if named == "channel":
        return f"the members of {mrkdwn(channel, 100)}"
    if named.startswith("S"):
        return f"<!subteam^{named}>"
    return mention(named)


def is_slack_user(person: str) -> bool:
    """Whether this is a Slack user's id rather than a name from another interface."""
    return _SLACK_USER.fullmatch(person) is not None


def moment(at: datetime, pattern: str = "{date_short_pretty} at {time}") -> str:
    """A moment that each reader's Slack shows in their own zone; UTC where it can't."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{pattern}|{fallback}>"


def duration(seconds: float) -> str:
    """``41 s``, ``3 min``, ``2 h 10 min``, ``3 d 4 h``: two units at most, rounded down."""
    whole = max(0, int(seconds))
    if whole < 60:  # noqa: PLR2004 - units of time
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if not hours:
        return f"{minutes} min"
    if not days:
        return _two(f"{hours} h", minutes % 60, "min")
    return _two(f"{days} d", hours % 24, "h")


def seconds_said(seconds: float) -> str:
    """``4.2 s``, and ``3 min`` where tenths tell nothing."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)  # noqa: PLR2004 - a minute


def about_seconds(seconds: float) -> str:
    """``6.6 s``, ``52 s``: as sharp as a week's median is, which is known within two percent."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits


def _two(large: str, rest: int, unit: str) -> str:
    return f"{large} {rest} {unit}" if rest else large


def money(amount: float, currency: str) -> str:
    """``$0.081``, ``$2.00``, ``$1,240``, ``CHF 3.50``: enough digits to compare, no more."""
    if amount >= _HUNDRED:
        digits = f"{amount:,.0f}"
    elif amount >= 1 or amount == 0:
        digits = f"{amount:.2f}"
    elif amount >= _CENT:
        digits = f"{amount:.3f}"
    else:
        digits = f"{Decimal(f'{amount:.2g}'):f}"
    return f"{_SYMBOLS.get(currency, f'{currency} ')}{digits}"


def priced(amount: float | None, currency: str) -> str:
    """As ``money``; None is unpriced, not zero."""
    return "unpriced" if amount is None else money(amount, currency)


def counted(count: int, noun: str, plural: str | None = None, *, is_more: bool = False) -> str:
    """``1 case``, ``2,310 cases``, ``10,000+ cases`` where counting ended there."""
    more = "+" if is_more else ""
    return f"{count:,}{more} {noun if count == 1 else plural or noun + 's'}"
