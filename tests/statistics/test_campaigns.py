"""Every simulation of ``task statistics`` in small: promises kept, and broken by the naive ways."""

import pytest

from tests.statistics.campaigns import CAMPAIGNS, Campaign
from tests.statistics.run import tallied

_RUNS = 60
_SLOW_RUNS = {
    "false finding, 20 quiet use cases, a week": 12,
    "false finding, one quiet use case, a year": 12,
    "planted trouble missed for four weeks": 16,
}


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda each: each.name.strip())
def test_answers_are_wrong_as_rarely_as_promised(campaign: Campaign) -> None:
    tally = tallied(campaign, runs=_SLOW_RUNS.get(campaign.name, _RUNS), seed=1)
    assert tally.runs
    assert tally.is_as_expected, f"{tally.misses} of {tally.runs}"
