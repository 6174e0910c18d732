"""A case only moves along the ways that are written down."""

import pytest

from hitl.lifecycle import FIRST, TRANSITIONS, allowed, mermaid
from hitl.vocabulary import CaseState

OPEN, DISPUTED, DECIDED, WITHDRAWN = (
    CaseState.OPEN,
    CaseState.DISPUTED,
    CaseState.DECIDED,
    CaseState.WITHDRAWN,
)
WAYS = {
    (OPEN, DECIDED),
    (OPEN, DISPUTED),
    (OPEN, WITHDRAWN),
    (DISPUTED, DECIDED),
    (DISPUTED, WITHDRAWN),
    (DECIDED, DECIDED),
    (DECIDED, OPEN),
    (DECIDED, DISPUTED),
}


@pytest.mark.parametrize("before", CaseState)
@pytest.mark.parametrize("after", CaseState)
def test_a_case_moves_along_these_ways_and_no_others(before: CaseState, after: CaseState) -> None:
    assert allowed(before, after) == ((before, after) in WAYS)


def test_every_state_says_where_it_leads() -> None:
    assert set(TRANSITIONS) == set(CaseState)


def test_every_state_can_be_reached_from_the_start() -> None:
    reached: set[CaseState] = set()
    ahead = set(FIRST)
    while ahead:
        reached |= ahead
        ahead = {after for before in ahead for after in TRANSITIONS[before]} - reached
    assert reached == set(CaseState)


def test_the_diagram_draws_every_way_once() -> None:
    assert mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    [*] --> decided",
        "    open --> disputed",
        "    open --> decided",
        "    open --> withdrawn",
        "    disputed --> decided",
        "    disputed --> withdrawn",
        "    decided --> open",
        "    decided --> disputed",
        "    decided --> decided",
        "    withdrawn --> [*]",
    ]
