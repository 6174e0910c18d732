"""Requests go to the public internet and to what was opened, however an address is written."""

import pytest

from bot.outgoing.addresses import Allowed, fault_in, is_blocked

NOTHING = Allowed()
INTERNAL = Allowed.parse(["10.1.0.0/16", "fd00::/8", "Hooks.internal", "192.168.7.7"])


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
        *("239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
        *("5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
    ],
)
def test_internal_and_special_addresses_are_blocked(address: str) -> None:
    assert is_blocked(address)
    assert not NOTHING.admits(address)


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.0.1"),
        *("172.32.0.0", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255"),
        *("2001:200::1", "2606:4700::1111", "2a00:1450::1"),
    ],
)
def test_the_public_internet_is_open(address: str) -> None:
    assert NOTHING.admits(address)


@pytest.mark.parametrize("written", ["2130706433", "127.1", "017700000001", "0x7f.1", "localhost"])
def test_what_is_no_address_in_its_usual_form_is_never_connected_to(written: str) -> None:
    assert not NOTHING.admits(written)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://a.example/", "must begin with https://"),
        ("https://", "must begin with https://"),
        ("https://[::1", "is not an address"),
        ("https://a.example:99999/", "is not an address"),
        ("https://a.example:0/", "is not an address"),
        ("https://a..b/", "is not an address"),
        (f"https://{'a' * 300}/", "is not an address"),
        (f"https://{'a.' * 127}com/", "is not an address"),
        ("https://a%41b/", "is not an address"),
        ("https://a\u2100b/", "is not an address"),
        ("https://user@a.example/", "must not carry a user"),
        ("https://:secret@a.example/", "must not carry a user"),
        ("http://a.example/", "unless HITL_WEBHOOK_ALLOW names its host"),
        ("https://127.0.0.1/", "must not be an internal address"),
        ("https://2130706433/", "must not be an internal address"),
        ("https://0177.0.0.1/", "must not be an internal address"),
        ("https://１２７.０.０.１/", "must not be an internal address"),  # noqa: RUF001 - the attack
        ("https://[::ffff:10.0.0.1]/", "must not be an internal address"),
        ("https://[fe80::1%25eth0]/", "must not be an internal address"),
        ("https://a.example\\@127.0.0.1/", "is not an address"),
    ],
)
def test_an_address_that_no_request_may_go_to_is_refused_before_any_is_made(
    url: str, words: str
) -> None:
    assert words in (fault_in(url, allowed=NOTHING) or "")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3:8080/",
        "https://10.1.2.3/",
        "http://[fd00::5]/",
        "http://hooks.internal/a?b=c",
        "http://HOOKS.INTERNAL:99/",
        "http://192.168.7.7/",
        "https://a.example:8443/path",
        "https://1.1.1.1/",
        "https://my_host.example./",
        "https://bücher.example/",
        "https://[2606:4700::1111]:8443/",
    ],
)
def test_what_was_opened_and_the_internet_may_be_asked(url: str) -> None:
    assert fault_in(url, allowed=INTERNAL) is None


@pytest.mark.parametrize("url", ["http://10.2.0.1/", "http://other.internal/", "http://1.1.1.1/"])
def test_opening_some_opens_no_others(url: str) -> None:
    assert fault_in(url, allowed=INTERNAL) is not None


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "http://a", "a b", "", "10.0.0.0/99", "-a"])
def test_what_is_neither_a_host_nor_a_network_opens_nothing(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host nor a network"):
        Allowed.parse([entry])
