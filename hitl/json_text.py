"""JSON as text without spaces, by writers that are made once."""

import json
from json import encoder
from typing import Any


class JsonWriter:
    """Writes just as ``json.dumps`` does with these settings.

    ``json`` makes an encoder for each value, which takes as long as to write one that is small.
    """

    # No closure in its place: psycopg keeps what each connection writes JSON with by its code.
    __slots__ = ("_parts",)

    def __init__(self, *, sort_keys: bool = False, allow_nan: bool = True) -> None:
        usual = json.JSONEncoder(separators=(",", ":"), sort_keys=sort_keys, allow_nan=allow_nan)
        of_strings, skips_keys = encoder.encode_basestring_ascii, False
        try:
            self._parts = encoder.c_make_encoder(  # type: ignore[attr-defined]
                None, usual.default, of_strings, None, ":", ",", sort_keys, skips_keys, allow_nan
            )
        except TypeError:  # not with this Python, for which it is a matter of its own
            self._parts = lambda value, _level: usual.encode(value)

    def __call__(self, value: Any) -> str:
        """Raise ``ValueError`` for NaN and infinity where they are not allowed."""
        return "".join(self._parts(value, 0))
