"""Each moment of a timetable has one effect, whichever replica is killed or stopped meanwhile."""

from pathlib import Path

import pytest

from tests.faults import broken
from tests.faults.campaigns.fires import fire_and_kill
from tests.faults.conftest import held
from tests.postgres import Server


async def test_every_moment_fires_once(tmp_path: Path, postgresql: Server) -> None:
    assert held(await fire_and_kill(tmp_path, tries=6, server=postgresql), tries=6)


@pytest.mark.slow
async def test_a_build_without_the_unique_row_is_caught(tmp_path: Path, postgresql: Server) -> None:
    break_it = broken.fires_without_a_unique_row
    tally = await fire_and_kill(tmp_path, tries=6, server=postgresql, broken=break_it)
    assert tally.findings.doubled
