"""The states of a case and the ways between them, as data."""

from hitl.vocabulary import CaseState

FIRST: frozenset[CaseState] = frozenset({CaseState.OPEN, CaseState.DECIDED})
"""Where a case may start: a prediction that stands by itself is decided at once."""

WAITING: frozenset[CaseState] = frozenset({CaseState.OPEN, CaseState.DISPUTED})
"""Where a case waits for somebody."""

TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.DECIDED, CaseState.DISPUTED, CaseState.WITHDRAWN}),
    CaseState.DISPUTED: frozenset({CaseState.DECIDED, CaseState.WITHDRAWN}),
    # Overruled; undone, where the votes that are left may be at odds.
    CaseState.DECIDED: frozenset({CaseState.DECIDED, CaseState.OPEN, CaseState.DISPUTED}),
    CaseState.WITHDRAWN: frozenset(),
}


def allowed(before: CaseState, after: CaseState) -> bool:
    """Whether a case may go from one state straight to the other."""
    return after in TRANSITIONS[before]


def mermaid() -> str:
    """Draw the states as a Mermaid diagram; lines come in the order the states are declared."""
    starts = [f"[*] --> {state}" for state in CaseState if state in FIRST]
    moves = [
        f"{before} --> {after}"
        for before in CaseState
        for after in CaseState
        if allowed(before, after)
    ]
    ends = [f"{state} --> [*]" for state in CaseState if not TRANSITIONS[state]]
    return "\n    ".join(["stateDiagram-v2", *starts, *moves, *ends]) + "\n"
