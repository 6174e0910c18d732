"""Retraining is asked for once for each occasion, done by one process at a time, and told of."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery.retraining_notice import retrained
from bot.retraining.command import run_command
from bot.retraining.work import do_waiting_run
from bot.scheduler.retraining import retrain_due, retraining_jobs
from bot.scheduler.runs import run_due
from bot.scheduler.wallclock import latest_monthly_fire
from hitl.learning.runs import (
    LEASE_FOR,
    Ended,
    RunState,
    ask_for_retraining,
    finish_run,
    give_up_lost_run,
    latest_runs,
    take_run,
)
from hitl.policy import Digest, Policy, Retrain
from hitl.storage.database import Database
from hitl.storage.tables import outbox
from tests.conftest import Clock
from tests.examples import moderation
from tests.learning.reading import decided

NAME = "content-moderation"
SHOW = (
    "import json, os, shutil; m = json.load(open(os.environ['HITL_MANIFEST']));"
    "shutil.copy(os.environ['HITL_LABELS'], 'copy.jsonl'); print(json.dumps(m));"
    "print([n for n in os.environ if n.startswith(('SLACK_', 'HITL_'))])"
)


def python(code: str, **changes: Any) -> Retrain:
    usual: dict[str, Any] = {"every": "week", "command": [sys.executable, "-c", code]}
    return Retrain(**usual | changes)


async def asked(database: Database, occasion: str = "today") -> int | None:
    ask = partial(ask_for_retraining, use_case=NAME, occasion=occasion)
    return await database.write(ask)


async def notices(database: Database) -> list[dict[str, Any]]:
    chosen = select(outbox.c.payload).where(outbox.c.kind == "notice").order_by(outbox.c.id)
    return await database.read(lambda c: list(c.execute(chosen).scalars()))


async def test_an_occasion_is_taken_once_in_however_many_processes(database: Database) -> None:
    numbers = await asyncio.gather(*(asked(database) for _ in range(8)))
    assert len([number for number in numbers if number is not None]) == 1
    taken = await asyncio.gather(
        *(database.write(partial(take_run, use_case=NAME, lease=str(n))) for n in range(8))
    )
    assert len([run for run in taken if run is not None]) == 1


async def test_two_runs_of_a_use_case_never_go_on_at_once(database: Database) -> None:
    assert await asked(database, "week 1") is not None
    assert await asked(database, "week 2") is None
    run = await database.write(partial(take_run, use_case=NAME, lease="a"))
    assert run is not None
    assert await asked(database, "week 2") is None
    done = Ended(RunState.FAILED, "no")
    await database.write(partial(finish_run, run=run, ended=done, lease="a", use_case=moderation()))
    assert await asked(database, "week 1") is None
    assert await asked(database, "week 2") is not None


async def test_a_run_whose_process_went_away_is_given_up_and_told_of(
    database: Database, clock: Clock
) -> None:
    await asked(database)
    run = await database.write(partial(take_run, use_case=NAME, lease="gone"))
    assert run is not None
    give_up = partial(give_up_lost_run, use_case=moderation())
    assert not await database.write(give_up)
    clock.advance(seconds=LEASE_FOR.total_seconds() + 1)
    assert await database.write(give_up)
    late = partial(
        finish_run,
        run=run,
        ended=Ended(RunState.SUCCEEDED, "yes"),
        lease="gone",
        use_case=moderation(),
    )
    assert not await database.write(late)
    assert [each["state"] for each in await notices(database)] == ["lost"]
    assert await asked(database, "the next week") is not None


async def test_a_command_is_given_the_labels_and_their_manifest_and_no_secret(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    monkeypatch.setenv("HITL_API_KEYS", "canary")
    for number in range(3):
        await database.write(partial(decided, key=f"post-{number}"))
    await asked(database)
    ended = await do_waiting_run(database, use_case=moderation(), rule=python(SHOW))
    assert ended is not None
    assert ended.state is RunState.SUCCEEDED, ended
    first, second = ended.output.splitlines()
    manifest = json.loads(first)
    assert (manifest["labels"], manifest["new_labels"], manifest["through"]) == (3, 3, "3")
    assert second == "['HITL_USE_CASE', 'HITL_LABELS', 'HITL_MANIFEST']"
    lines = (tmp_path / "copy.jsonl").read_text().splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["post-0", "post-1", "post-2"]
    (run,) = await database.read(latest_runs)
    assert (run.state, run.through, run.labels, run.new_labels) == ("succeeded", 3, 3, 3)
    (notice,) = await notices(database)
    assert "Retrained: content-moderation" in retrained(notice, use_case=NAME)
    assert "3 labels" in retrained(notice, use_case=NAME)


@pytest.mark.parametrize(
    ("code", "state", "detail"),
    [
        ("print('no data'); raise SystemExit(3)", "failed", "it ended with status 3"),
        ("import os; os.kill(os.getpid(), 9)", "failed", "signal 9 ended it"),
        ("import time; time.sleep(60)", "timed_out", "it took longer than 1 s"),
    ],
)
async def test_what_goes_wrong_is_kept_and_told(
    database: Database, code: str, state: str, detail: str
) -> None:
    await asked(database)
    rule = python(code, within="1s")
    await do_waiting_run(database, use_case=moderation(), rule=rule)
    (run,) = await database.read(latest_runs)
    assert (run.state, run.result["detail"]) == (state, detail)
    (notice,) = await notices(database)
    assert detail in retrained(notice, use_case=NAME)


async def test_a_program_that_is_not_there_is_a_failure_in_words() -> None:
    ended = await run_command(["no-such-program"], extra={}, within=timedelta(seconds=5))
    assert "no-such-program could not be started" in ended.detail


async def test_a_command_that_no_system_takes_is_a_failure_in_words() -> None:
    ended = await run_command(["train\0.py"], extra={}, within=timedelta(seconds=5))
    assert ended.state is RunState.FAILED
    assert "could not be started: embedded null byte" in ended.detail


async def test_what_a_command_started_does_not_outlive_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    code = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c',"
        f" 'import time; time.sleep(60)']); open({str(file)!r}, 'w').write(str(child.pid))"
    )
    command = [sys.executable, "-c", code]
    ended = await run_command(command, extra={}, within=timedelta(seconds=20))
    assert ended.state is RunState.SUCCEEDED
    child = int(file.read_text())
    for _ in range(200):
        if not _is_alive(child):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it is still there")


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or ") Z " not in status.read_text()
    return False


async def test_only_the_end_of_a_long_output_is_kept() -> None:
    code = "print('x' * 1_000_000); print('the end')"
    command = [sys.executable, "-c", code]
    ended = await run_command(command, extra={}, within=timedelta(seconds=20))
    assert ended.output.endswith("the end\n")
    assert len(ended.output) <= 4_000


async def test_enough_new_labels_are_an_occasion(database: Database) -> None:
    rule = python("pass", every=None, after_labels=3)
    for number in range(5):
        await database.write(partial(decided, key=f"post-{number}"))
        await retrain_due(database, moderation(), rule)
    (run,) = await database.read(latest_runs)
    assert (run.occasion, run.through) == ("3 labels since 0", 3)
    await database.write(partial(decided, key="post-6"))
    await retrain_due(database, moderation(), rule)
    newest, _ = await database.read(latest_runs)
    assert (newest.occasion, newest.labels, newest.new_labels) == ("3 labels since 3", 6, 3)


async def test_the_calendar_asks_once_a_week(database: Database, clock: Clock) -> None:
    weekly = moderation().model_copy(update={"retrain": python("pass", day="tue")})
    (job,) = retraining_jobs(Policy(use_cases={weekly.name: weekly}))
    for _ in range(3):
        await database.write(partial(run_due, job=job))
    assert await database.read(latest_runs) == []
    clock.advance(days=1)
    for _ in range(3):
        await database.write(partial(run_due, job=job))
    (run,) = await database.read(latest_runs)
    assert run.occasion == "2026-11-24T03:00:00Z"


@pytest.mark.parametrize(
    ("now", "fire"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 1, 2, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, 59, tzinfo=UTC), datetime(2026, 10, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2025, 12, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_month_begins_with_its_first_day_in_the_zone(now: datetime, fire: datetime) -> None:
    assert latest_monthly_fire(Digest(at="03:00", zone="Europe/Berlin"), now) == fire


def test_output_can_neither_call_people_nor_leave_its_box() -> None:
    payload = {
        "state": "failed", "labels": None, "new_labels": None, "seconds": None,
        "detail": "<!channel>", "output": "```<!here> " + "x" * 9_000,
    }  # fmt: skip
    said = retrained(payload, use_case=NAME)
    assert "<!" not in said
    assert said.count("```") == 2
    assert len(said) < 3_000


def test_the_last_lines_of_the_output_are_told_as_they_were_printed() -> None:
    printed = "<start>\n" * 400 + "Traceback:\n  File 1\nKeyError: 'x'\n"
    payload = {
        "state": "failed", "labels": None, "new_labels": None, "seconds": None,
        "detail": "it ended with status 1", "output": printed,
    }  # fmt: skip
    said = retrained(payload, use_case=NAME)
    assert said.endswith("Traceback:\n  File 1\nKeyError: 'x'```")
    assert len(said) < 3_000
