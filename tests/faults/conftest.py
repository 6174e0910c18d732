"""What fault tests share: each runs on a stage of its own, on one database or on both."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.campaigns.tally import Tally
from tests.faults.stage import Stage, running_stage
from tests.postgres import Server

Staged = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def server(engine: str, request: pytest.FixtureRequest) -> Server | None:
    """None where the database is a file."""
    if engine == "sqlite":
        return None
    found: Server = request.getfixturevalue("postgresql")
    return found


@pytest.fixture
def staged(tmp_path: Path, server: Server | None) -> Staged:
    """Give a stage for as long as a block runs."""

    @asynccontextmanager
    async def stage(**options: Any) -> AsyncIterator[Stage]:
        async with running_stage(tmp_path, server=server, **options) as running:
            yield running

    return stage


def held(tally: Tally, *, tries: int) -> bool:
    """Whether everything went well, and was tried; says what did not."""
    print(tally.findings)  # noqa: T201 - shown where the test fails
    return not tally.findings and tally.tries >= tries and tally.acknowledged >= tries
