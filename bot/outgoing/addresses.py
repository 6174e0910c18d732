"""Which addresses a request may go to: the public internet, and what was opened by name; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

from hitl.web_addresses import names_a_host

_BLOCKED = tuple(
    ip_network(block)
    for block in (
        # IANA's special-purpose registries: this network, private, shared (CGNAT), loopback,
        # link-local with the clouds' metadata, protocols, documentation, 6to4, benchmarks.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        # All of IPv6 but 2000::/3, where the public internet is: so also ::1, IPv4-mapped,
        # NAT64 (64:ff9b::/96), unique local, link-local and multicast.
        "::/3", "4000::/2", "8000::/1",
        # And in 2000::/3 Teredo with other protocols, documentation, and 6to4.
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is open beside the public internet: for these, plain http too."""

    hosts: frozenset[str] = frozenset()
    """In lower case; wherever their names lead."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "Allowed":
        """From hosts, addresses and networks in CIDR notation; raises ``ValueError``."""
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                if not _HOST.fullmatch(entry.lower()):
                    raise ValueError(f"{entry!r} is neither a host nor a network") from None
                hosts.add(entry.lower())
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str) -> bool:
        """Whether the host is open wherever its name leads."""
        return host.lower() in self.hosts

    def opens(self, address: str) -> bool:
        """Whether the address, in its usual form, is in a network that was opened."""
        return _is_in(address, self.networks)

    def admits(self, address: str) -> bool:
        """Whether a connection to the address may be made; False for what is no address."""
        return self.opens(address) or (_parsed(address) is not None and not is_blocked(address))


def is_blocked(address: str) -> bool:
    """Whether the address is anything but one of the public internet."""
    return _is_in(address, _BLOCKED)


def fault_in(url: str, *, allowed: Allowed) -> str | None:
    """What forbids any request to this address, in words that follow its name; None for nothing.

    Where a name leads is seen when connecting and not here.
    """
    try:
        parts = URL(url)
        host = parts.raw_host or ""
    except ValueError:
        return "is not an address"
    opened = allowed.names(host) or allowed.opens(host)
    faults = {
        "must begin with https://": parts.scheme not in {"https", "http"} or not host,
        "is not an address: no such host or port can exist": not names_a_host(url),
        "must not carry a user or a password": (parts.user, parts.password) != (None, None),
        "must begin with https://, unless HITL_WEBHOOK_ALLOW names its host": (
            parts.scheme == "http" and not opened
        ),
        "must not be an internal address, unless HITL_WEBHOOK_ALLOW opens it": (
            _looks_numeric(host) and not opened and not allowed.admits(host)
        ),
    }
    return next((fault for fault, found in faults.items() if found), None)


def _is_in(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """None for names, and for the odd ways to write an address that C libraries take."""
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _looks_numeric(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
