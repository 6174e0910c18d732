"""A policy file and a database with a month of predictions, for what reads both."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from hitl.errors import HitlError
from hitl.storage.database import Database
from tests.examples import POLICY, moderation
from tests.statistics.stored import random_predictions, store

PREDICTIONS = 900


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what a person read; a refusal has status 2, as in ``main``."""

    status: int
    said: str


Typed = Callable[..., Ended]


async def fill(database: Database) -> None:
    """Predictions of the last 27 days, every third of them checked blind."""
    since = database.now() - timedelta(days=27)
    apart = timedelta(days=27) / PREDICTIONS
    predictions = random_predictions(PREDICTIONS, checked=3)
    await database.write(
        lambda tx: store(tx, predictions, use_case=moderation(), since=since, apart=apart)
    )


@pytest.fixture
async def filled(database: Database) -> Database:
    """That month in a database with a clock of the test's own."""
    await fill(database)
    return database


@pytest.fixture
def month(database_url: str) -> None:
    """That month up to the real now, which is what commands go by."""
    database = Database(database_url)
    asyncio.run(fill(database))
    database.close()


@pytest.fixture
def typed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run ``hitl`` with these words."""
    (tmp_path / "policy.toml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HITL_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> Ended:
        result = CliRunner().invoke(app, words)
        if isinstance(result.exception, HitlError):
            return Ended(2, str(result.exception))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.output)

    return run
