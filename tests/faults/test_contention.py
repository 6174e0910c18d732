"""Whoever clicks first decides; everybody else is told who did."""

import asyncio
from pathlib import Path

import pytest

from tests.faults import broken
from tests.faults.campaigns.clicks import contend
from tests.faults.conftest import Staged, held
from tests.faults.ledger import Ledger
from tests.faults.stage import POLICY, REVIEWERS, SHORT_DEADLINE
from tests.intake.requests import moderation_case
from tests.postgres import Server


async def test_of_several_people_at_once_one_decides(tmp_path: Path, server: Server | None) -> None:
    assert held(await contend(tmp_path, tries=60, server=server), tries=60)


@pytest.mark.slow
async def test_a_build_that_decides_unconditionally_is_caught(
    tmp_path: Path, server: Server | None
) -> None:
    tally = await contend(tmp_path, tries=60, server=server, broken=broken.decides_unconditionally)
    assert tally.findings.doubled
    assert tally.findings.lost


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_of_a_vote_and_the_deadline_one_decides(staged: Staged) -> None:
    ledger = Ledger()
    async with staged(policy=POLICY + SHORT_DEADLINE) as stage, stage.service.api() as api:

        async def race(number: int) -> None:
            request = moderation_case(f"post-{number}")
            document = (await api.post("/v1/cases", json=request)).json()
            ledger.submitted[request["key"]] = (request, document)
            # The deadline is looked for every fifth of a second: these fall on both sides of it.
            await asyncio.sleep(1.9 + number * 0.02)
            vote = {"reviewer": REVIEWERS[0], "verdict": "reject"}
            answer = await api.post(f"/v1/cases/{document['id']}/reviews", json=vote)
            assert answer.status_code in {201, 409}
            ledger.note("voter", {"id": document["id"], "outcome": answer.json()["outcome"]})

        await asyncio.gather(*(race(number) for number in range(20)))
        deciders = {told[0][1]["by"] for told in ledger.told.values()}
        assert deciders == {"reviewer", "deadline"}
        assert await stage.settled()
        assert not ledger.check_settled(stage)
