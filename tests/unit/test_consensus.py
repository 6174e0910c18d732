"""What votes come to: agreement is by label, and one dissent is enough for a dispute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.consensus import Disputed, NeedsAnother, Settled, Vote, consensus
from hitl.vocabulary import Verdict

NEEDED = st.integers(1, 3)
AGREEING = st.lists(st.sampled_from([Verdict.APPROVE, Verdict.FLAG]), min_size=1, max_size=3)


def votes(*said: tuple[Verdict, str]) -> list[Vote]:
    return [
        Vote(f"U{place}", verdict, label) for place, (verdict, label) in enumerate(said, start=1)
    ]


CLEAN, FLAGGED, BAD = (
    (Verdict.APPROVE, "clean"),
    (Verdict.FLAG, "clean"),
    (Verdict.REJECT, "violation"),
)


@pytest.mark.parametrize(
    ("said", "needed", "comes_to"),
    [
        ([CLEAN], 1, Settled(Verdict.APPROVE, "clean")),
        ([CLEAN], 2, NeedsAnother(1)),
        ([CLEAN, CLEAN], 3, NeedsAnother(1)),
        ([CLEAN, CLEAN], 2, Settled(Verdict.APPROVE, "clean")),
        ([CLEAN, FLAGGED], 2, Settled(Verdict.FLAG, "clean")),
        ([FLAGGED, CLEAN], 2, Settled(Verdict.FLAG, "clean")),
        ([BAD, CLEAN], 2, Disputed()),
        ([BAD, CLEAN], 3, Disputed()),
        ([BAD, BAD], 2, Settled(Verdict.REJECT, "violation")),
    ],
)
def test_votes_come_to(
    said: list[tuple[Verdict, str]], needed: int, comes_to: Settled | NeedsAnother | Disputed
) -> None:
    assert consensus(votes(*said), needed=needed) == comes_to


@given(verdicts=AGREEING, needed=NEEDED)
def test_those_who_choose_one_label_never_dispute(verdicts: list[Verdict], needed: int) -> None:
    found = consensus(votes(*((verdict, "clean") for verdict in verdicts)), needed=needed)
    if len(verdicts) < needed:
        assert found == NeedsAnother(needed - len(verdicts))
    else:
        flagged = Verdict.FLAG in verdicts
        assert found == Settled(Verdict.FLAG if flagged else Verdict.APPROVE, "clean")


@given(verdicts=AGREEING, needed=NEEDED)
def test_one_other_label_is_enough_for_a_dispute(verdicts: list[Verdict], needed: int) -> None:
    said = [*((verdict, "clean") for verdict in verdicts), BAD]
    assert consensus(votes(*said), needed=needed) == Disputed()


@given(said=st.permutations([CLEAN, FLAGGED, CLEAN]), needed=NEEDED)
def test_the_order_of_agreeing_votes_does_not_matter(
    said: list[tuple[Verdict, str]], needed: int
) -> None:
    assert consensus(votes(*said), needed=needed) == Settled(Verdict.FLAG, "clean")
