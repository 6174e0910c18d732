"""No connection is made to a machine of our own network, wherever a name or an answer leads."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.outgoing.addresses import Allowed
from bot.outgoing.client import AddressRefused, Outgoing, outgoing
from tests.receiver import Receiver, answer, running_receiver

NOTHING = Allowed()


class Names(AbstractResolver):
    """Answers each question with the next list of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in self._answers.pop(0)
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


@asynccontextmanager
async def client(allowed: Allowed, *answers: list[str]) -> AsyncIterator[Outgoing]:
    names = Names(*answers) if answers else None
    async with outgoing(allowed, within=timedelta(seconds=2), resolver=names) as made:
        yield made


async def status(made: Outgoing, url: str) -> int:
    async with made.post(url, content=b"{}", headers={}) as answered:
        return answered.status


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%1"],
)
async def test_a_name_that_leads_inside_is_not_followed(receiver: Receiver, address: str) -> None:
    async with client(NOTHING, [address]) as made:
        with pytest.raises(aiohttp.ClientConnectorError) as refusal:
            await status(made, f"https://a.example:{receiver.port}/")
    assert isinstance(refusal.value.os_error, AddressRefused)
    assert receiver.received == []


async def test_all_of_several_inner_addresses_are_refused_as_one() -> None:
    async with client(NOTHING, ["127.0.0.1", "10.0.0.1", "::1"]) as made:
        with pytest.raises(aiohttp.ClientConnectorError) as refusal:
            await status(made, "https://a.example/")
    assert isinstance(refusal.value.os_error, AddressRefused)


@pytest.mark.parametrize("host", ["0x7f.1", "0x7f000001", "localhost"])
async def test_odd_spellings_are_resolved_and_then_refused(receiver: Receiver, host: str) -> None:
    async with client(NOTHING) as made:
        with pytest.raises(aiohttp.ClientConnectorError):
            await status(made, f"https://{host}:{receiver.port}/")
    assert receiver.received == []


async def test_of_an_opened_and_a_blocked_address_only_the_opened_is_asked(
    receiver: Receiver,
) -> None:
    opened = Allowed.parse(["::1"])
    async with running_receiver("::1") as other, client(opened, ["127.0.0.1", "::1"]) as made:
        with pytest.raises(aiohttp.ClientError):  # it speaks no TLS, but it was asked
            await status(made, f"https://a.example:{other.port}/")
    assert receiver.received == []


async def test_a_name_that_changes_its_answer_leads_nowhere_new(receiver: Receiver) -> None:
    """The address that was checked is the one that is asked: a name is looked up once for it."""
    async with client(NOTHING, ["192.0.2.1"], ["127.0.0.1"]) as made:
        for _ in range(2):
            with pytest.raises((aiohttp.ClientError, AssertionError)):
                await status(made, f"https://a.example:{receiver.port}/")
    assert receiver.received == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(receiver: Receiver, code: int) -> None:
    receiver.will(answer(code, Location=f"http://127.0.0.1:{receiver.port}/inside"))
    async with client(Allowed.parse(["127.0.0.1"])) as made:
        assert await status(made, receiver.url) == code
    assert [request.path for request in receiver.received] == ["/hook"]


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "localhost"])
async def test_what_was_opened_is_reached_over_http_too(receiver: Receiver, entry: str) -> None:
    host = entry if entry == "localhost" else "127.0.0.1"
    async with client(Allowed.parse([entry])) as made:
        assert await status(made, f"http://{host}:{receiver.port}/x") == 200


async def test_a_wrong_form_is_refused_before_anything_is_asked(receiver: Receiver) -> None:
    async with client(Allowed.parse(["127.0.0.1"])) as made:
        with pytest.raises(AddressRefused, match="must not carry a user"):
            await status(made, f"http://me@127.0.0.1:{receiver.port}/")
    assert receiver.received == []


async def test_a_caller_s_cookies_are_neither_kept_nor_sent(receiver: Receiver) -> None:
    receiver.will(answer(200, Set_Cookie="a=b"))
    async with client(Allowed.parse(["127.0.0.1"])) as made:
        for _ in range(2):
            await status(made, receiver.url)
    assert all("Cookie" not in request.headers for request in receiver.received)
