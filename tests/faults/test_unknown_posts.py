"""A message that Slack took without saying so stands once; an outage delays, and loses nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.workspace import Workspace
from tests.faults import broken
from tests.faults.campaigns.outages import OUTAGES, wait_out
from tests.faults.campaigns.posts import accept_and_drop
from tests.faults.conftest import held


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_an_accepted_message_whose_answer_is_lost_is_not_posted_again(
    tmp_path: Path,
) -> None:
    assert held(await accept_and_drop(tmp_path, tries=20), tries=20)


@pytest.mark.slow
@pytest.mark.parametrize(
    "break_it", [broken.lets_the_client_retry, broken.never_looks_for_its_messages]
)
async def test_a_build_that_posts_again_is_caught(
    tmp_path: Path, break_it: Callable[[], None]
) -> None:
    tally = await accept_and_drop(tmp_path, tries=20, broken=break_it)
    assert tally.findings.doubled


@pytest.mark.parametrize("outage", OUTAGES)
async def test_what_waits_through_an_outage_arrives(
    tmp_path: Path, outage: Callable[[Workspace], None]
) -> None:
    assert held(await wait_out(tmp_path, outage, tries=20), tries=20)
