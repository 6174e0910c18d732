"""What somebody may have meant who wrote a wrong value: a right one, or nothing."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

zones = cache(available_timezones)  # which reads the disk each time

_HUNDRED = 100
_FEWEST_PERCENT = 2
"""Less is rather a slip of a share."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS: Mapping[str, str] = {"s": "s", "sec": "s", "m": "m", "min": "m", "h": "h", "d": "d"}
_LENGTH = re.compile(r"([1-9][0-9]{0,4})\s*([a-z]+)")
_CURRENCIES: Mapping[str, str] = {
    "$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
}


def near_share(written: str) -> float | None:
    """A percentage as a share, or a number without its quotation marks."""
    try:
        number = float(written.strip().removesuffix("%"))
    except ValueError:
        return None
    if 0 < number < 1:
        return number
    return round(number / _HUNDRED, 6) if _FEWEST_PERCENT <= number < _HUNDRED else None


def near_channel(written: str) -> str | None:
    """With its sign, and in small letters as Slack has them."""
    name = written.strip().removeprefix("#").lower().replace(" ", "-")
    return f"#{name}" if re.fullmatch(r"[^\s#.,A-Z]{1,80}", name) else None


def near_person(written: str) -> str | None:
    """A group's handle with its sign; never for a person's name, which has no handle here."""
    handle = written.strip().removeprefix("@")
    if get_close_matches(handle, ["channel"], n=1, cutoff=0.8):
        return "channel"
    return f"@{handle}" if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,40}", handle) else None


def near_day(written: str) -> str | None:
    """By its first letters."""
    start = written.strip().lower()[:3]
    return start if start in _DAYS else None


def near_time(written: str) -> str | None:
    """With both digits of its hour."""
    time = re.fullmatch(r"([0-9]|[01][0-9]|2[0-3])[:.h]([0-5][0-9])", written.strip())
    return f"{int(time[1]):02}:{time[2]}" if time else None


def near_length(written: str) -> str | None:
    """A unit of one letter, and no space."""
    length = _LENGTH.fullmatch(written.strip().lower())
    if length is None:
        return None
    word = length[2].removesuffix("s") or "s"
    starts = {"second": "s", "minute": "m", "hour": "h", "day": "d", "hr": "h"}
    unit = starts.get(word) or _UNITS.get(word)
    return f"{length[1]}{unit}" if unit else None


def near_zone(written: str) -> str | None:
    """The zone that is written most alike, or that ends in the city."""
    by_city = sorted(zone for zone in zones() if zone.rpartition("/")[2].lower() == written.lower())
    found = by_city or get_close_matches(written, sorted(zones()), n=1, cutoff=0.75)
    return found[0] if found else None


def near_currency(written: str) -> str | None:
    """The code of a sign or a word, or a code in small letters."""
    word = written.strip()
    code = _CURRENCIES.get(word.lower(), word.upper())
    return code if re.fullmatch(r"[A-Z]{3}", code) else None
