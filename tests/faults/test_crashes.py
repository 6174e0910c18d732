"""A process that dies at any instant keeps every promise it gave."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from hitl.failpoints import Instant
from hitl.storage.outbox import Kind
from tests.faults import broken
from tests.faults.campaigns.failpoints import FAILPOINTS, die_at
from tests.faults.campaigns.kills import kill_again_and_again
from tests.faults.conftest import Staged, held
from tests.faults.launcher import LEASE, Failpoint
from tests.faults.ledger import Ledger
from tests.intake.requests import moderation_case
from tests.postgres import Server


async def test_sigkill_at_random_instants_loses_and_doubles_nothing(
    tmp_path: Path, server: Server | None
) -> None:
    assert held(await kill_again_and_again(tmp_path, tries=3, server=server), tries=3)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_death_at_any_named_instant_loses_and_doubles_nothing(
    tmp_path: Path, server: Server | None
) -> None:
    assert held(await die_at(tmp_path, server=server), tries=len(FAILPOINTS))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["postgresql"])
async def test_the_same_holds_on_postgresql(tmp_path: Path, server: Server | None) -> None:
    assert held(await die_at(tmp_path, server=server), tries=len(FAILPOINTS))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_a_dead_process_held_goes_on_within_seconds(staged: Staged) -> None:
    async with staged() as stage:
        stage.workspace.order_fault("chat.postMessage", "delay", seconds=30)
        async with stage.service.api() as api:
            await api.post("/v1/cases", json=moderation_case())
        assert not await stage.settled(seconds=0.5)  # its sender waits for Slack
        await stage.service.kill()
        await stage.service.start()
        assert await stage.settled(seconds=LEASE.total_seconds() + 3)
        assert len(list(stage.cards())) == 1


@pytest.mark.slow
async def test_a_build_that_answers_before_it_commits_is_caught(tmp_path: Path) -> None:
    tally = await kill_again_and_again(tmp_path, tries=5, broken=broken.acknowledges_before_commit)
    assert tally.findings.lost


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_build_that_ignores_leases_is_caught(staged: Staged) -> None:
    async with staged(broken=broken.ignores_leases) as stage:
        stage.workspace.order_fault("chat.postMessage", "delay", seconds=2.0)
        async with stage.service.api() as api:
            await api.post("/v1/cases", json=moderation_case())
        # The delayed post arrives last, after the row was settled by another taker.
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                while len(list(stage.cards())) < 2:  # noqa: ASYNC110 - Slack tells no other way
                    await asyncio.sleep(0.05)
        assert len(list(stage.cards())) > 1


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_replica_stopped_past_its_lease_does_not_post_what_another_has(
    staged: Staged,
) -> None:
    ledger, request = Ledger(), moderation_case()
    stops = Failpoint(Instant.SEND_BEFORE, about=Kind.CARD_POST, kill_with=signal.SIGSTOP)
    async with staged(replicas=2) as stage:
        stopped, other = stage.services
        await asyncio.gather(stopped.kill(), other.kill())
        await stopped.start(failpoint=stops)
        async with stopped.api(seconds=1) as api:
            document = (await api.post("/v1/cases", json=request)).json()
            ledger.submitted[request["key"]] = (request, document)
            with suppress(httpx.ReadTimeout):
                while await api.get("/healthz"):
                    pass
        await other.start()
        assert await stage.settled()
        stopped.signal(signal.SIGCONT)
        await stopped.stop()  # which lets it finish what it was about to do
        assert not ledger.check_settled(stage)
