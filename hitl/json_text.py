"""JSON as text without spaces, by writers that are made once."""

import json
from collections.abc import Callable
from json import encoder
from typing import Any


def json_writer(*, sort_keys: bool = False, allow_nan: bool = True) -> Callable[[Any], str]:
    """What writes just as ``json.dumps`` does with these settings.

    ``json`` makes an encoder for each value, which takes as long as to write one that is small.
    """
    usual = json.JSONEncoder(separators=(",", ":"), sort_keys=sort_keys, allow_nan=allow_nan)
    of_strings, skips_keys = encoder.encode_basestring_ascii, False
    try:
        parts = encoder.c_make_encoder(  # type: ignore[attr-defined]
            None, usual.default, of_strings, None, ":", ",", sort_keys, skips_keys, allow_nan
        )
    except TypeError:  # not with this Python, for which it is a matter of its own
        return usual.encode
    return lambda value: "".join(parts(value, 0))
