"""Whether a web address names a host that a request can be made to at all; pure."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_LONGEST_HOST = 253
_HOST = re.compile(rb"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")


def names_a_host(url: str) -> bool:
    """Whether host and port can exist: as DNS has names (RFC 1035), and IDNA writes them."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.port == 0:
            return False
        if ":" in host:
            ip_address(host)
            return True
        # Raises UnicodeError, which is a ValueError, for parts that are empty or over 63 long.
        name = host.encode("idna")
    except ValueError:
        return False
    return len(name.rstrip(b".")) <= _LONGEST_HOST and _HOST.fullmatch(name) is not None
