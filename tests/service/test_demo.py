"""The demo as a newcomer meets it: it plays, reports, and leaves."""

import asyncio
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.service.process import HITL, environment, run_to_its_end

SMALL = ("demo", "--auto", "--most", "40", "--port", "0", "--api-port", "0")


@pytest.mark.slow
async def test_the_demo_plays_reports_and_leaves_and_can_go_on_with_its_data(
    tmp_path: Path,
) -> None:
    # Settings of a real workspace must not reach the demo.
    env = environment(tmp_path, SLACK_BOT_TOKEN="xoxb-real", SLACK_APP_TOKEN="xapp-real")
    first = await run_to_its_end(tmp_path, *SMALL, "--exit", env=env, seconds=120)
    assert first.status == 0, first.said
    sent = re.findall(r"(\d+) stood, (\d+) to people", first.said)
    assert [sum(map(int, pair)) for pair in sent[-2:]] == [40, 40]
    escalated = sum(int(people) for _, people in sent[-2:])
    assert f"{escalated}/{escalated}" in first.said
    assert "of 40 predictions" in first.said
    assert "The week of tumours" in first.said
    with closing(sqlite3.connect(tmp_path / "hitl-demo" / "demo.db")) as database:
        [mixed_in] = database.execute("SELECT count(*) FROM known_answers").fetchone()
    assert mixed_in == 8  # every tenth item

    again = await run_to_its_end(tmp_path, *SMALL, "--exit", "--keep", env=env, seconds=120)
    assert again.status == 0, again.said
    assert "0 cases of the last run still wait" in again.said
    assert "of 40 predictions" in again.said  # the same items under the same keys


@pytest.mark.slow
async def test_ctrl_c_ends_the_demo_cleanly(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        HITL,
        *SMALL,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while b"Training" not in await process.stdout.readline():
            pass
    process.send_signal(signal.SIGINT)
    rest, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert "The demo has ended." in rest.decode()
    assert "Traceback" not in rest.decode()
