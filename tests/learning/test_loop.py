"""The whole loop at small size: decisions become labels, labels a model, the model fewer cases."""

import json
import random
from pathlib import Path

import pytest
from rich.console import Console

from bot.demo.options import Options
from bot.demo.screen import Screen
from bot.demo.weeks.data import split_digits
from bot.demo.weeks.model import Model, judge
from bot.demo.weeks.run import run_weeks
from bot.demo.weeks.trainer import train
from hitl.learning.runs import RunState, latest_runs
from hitl.storage.database import Database
from tests.learning.reading import labels_after

_MARGIN = 0.25
"""Of escalation; what the loop gains at this size is 0.4 and more."""


@pytest.mark.slow
async def test_four_weeks_of_decisions_escalate_less_and_shuffled_labels_do_not(
    tmp_path: Path,
) -> None:
    options = Options(
        auto=True, leave=True, keep=False, most=320, data=tmp_path, port=0, api_port=0, weeks=4
    )
    with (tmp_path / "screen").open("w", encoding="utf-8") as file:
        story = await run_weeks(options, weeks=4, screen=Screen(Console(file=file, width=120)))
    first, last = story[0].model, story[4].model
    assert last.escalation < first.escalation - _MARGIN
    assert last.accuracy is not None
    assert last.accuracy > 0.97
    said = (tmp_path / "screen").read_text()
    assert "At the same quality" in said
    assert (tmp_path / "weeks.png").read_bytes().startswith(b"\x89PNG")

    database = Database(f"sqlite:///{tmp_path / 'weeks.db'}")
    try:
        runs = await database.read(latest_runs)
        rows = await labels_after(database)
    finally:
        database.close()
    assert [run.state for run in runs] == [RunState.SUCCEEDED] * 4
    assert len(rows) == story[4].labels
    assert all(row["escalated"] for row in rows)

    labels = [row["label"] for row in rows]
    random.Random(7).shuffle(labels)
    broken = tmp_path / "shuffled.jsonl"
    broken.write_text(
        "".join(
            json.dumps(row | {"label": label}) + "\n"
            for row, label in zip(rows, labels, strict=True)
        )
    )
    train(broken, tmp_path / "broken.json")
    learned = judge(
        Model.read(tmp_path / "broken.json"), split_digits().held_out, threshold=first.threshold
    )
    assert learned.escalation > first.escalation - _MARGIN
