"""What the database can't store is never acknowledged; once it can again, everything goes on."""

import asyncio
import resource
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.faults.conftest import Staged
from tests.faults.ledger import Ledger
from tests.faults.load import Load, loaded
from tests.faults.stage import Stage, running_stage
from tests.intake.requests import moderation_case
from tests.postgres import Server, running_server

ROOM = 100_000
"""Bytes that still fit on the disk."""


@pytest.fixture
def durable_server(postgresql: Server) -> Iterator[Server]:  # noqa: ARG001 - skips where there is none
    """A server of the test's own, which may be crashed."""
    with running_server() as server:
        yield server


def limit_files(stage: Stage, size: int) -> None:
    """No file of the service may grow beyond ``size``, as on a full disk."""
    process = stage.service.process
    assert process is not None
    assert process.pid is not None
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_full_disk_is_told_and_recovered_from(staged: Staged) -> None:
    ledger = Ledger()
    async with staged() as stage, stage.service.api() as api:
        largest = max(file.stat().st_size for file in stage.folder.iterdir())
        limit_files(stage, largest + ROOM)
        refusal = await submit_until_refused(api, ledger)
        assert refusal.status_code == 503
        assert refusal.json()["type"] == "urn:hitl:problem:storage-unavailable"
        await until_unready(api)
        assert not ledger.check(stage)
        limit_files(stage, resource.RLIM_INFINITY)
        answer = await api.post("/v1/cases", json=moderation_case("afterwards"))
        assert answer.status_code == 201
        assert await stage.settled()
        assert not ledger.check_settled(stage)


async def submit_until_refused(api: httpx.AsyncClient, ledger: Ledger) -> httpx.Response:
    async with asyncio.timeout(20):
        while True:
            request = moderation_case(f"post-{len(ledger.submitted)}", text="x" * 20_000)
            answer = await api.post("/v1/cases", json=request)
            if not answer.is_success:
                return answer
            ledger.submitted[request["key"]] = (request, answer.json())


async def until_unready(api: httpx.AsyncClient) -> None:
    """Each look writes a little, into what room a larger refused write has left."""
    async with asyncio.timeout(20):
        while (await api.get("/readyz")).is_success:
            pass


async def test_a_postgresql_that_crashes_under_load_costs_nothing_it_acknowledged(
    tmp_path: Path, durable_server: Server
) -> None:
    ledger = Ledger()
    async with running_stage(tmp_path, server=durable_server) as stage:
        async with loaded(Load(stage, ledger, Random(3))):
            await asyncio.sleep(1)
            await asyncio.to_thread(durable_server.stop, mode="immediate")
            await asyncio.to_thread(durable_server.start)
            await asyncio.sleep(1)
        stage.engine.dispose()
        assert await stage.settled()
        assert not ledger.check_settled(stage)
        assert stage.service.starts == 1
        assert ledger.acknowledged > 20
