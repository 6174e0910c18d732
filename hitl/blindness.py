"""What people see of a case that they answer blind, and who is asked so; pure.

Of an audit, of a case that waits for people and of a known answer exactly the same is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from hitl.cases import Case, Check, Outcome, Overruled
from hitl.lifecycle import WAITING
from hitl.policy.use_case import UseCase
from hitl.routing import Route
from hitl.vocabulary import By, CaseState, CheckState, RouteTo, Verdict


@dataclass(frozen=True, slots=True)
class Chances:
    """Draws beside the one for the sample, each uniform in [0, 1); at 1 nothing is ever drawn."""

    double: float = 1.0
    """Under the policy's share, two people must look."""
    place: float = 1.0
    """Where a blind check stands among what waits."""
    known: float = 1.0
    """Under the policy's rate, a case whose answer is known is to follow."""
    known_after: float = 1.0
    """After which part of the longest wait."""
    which: float = 0.0
    """Which one of those that were served least."""

    @classmethod
    def drawn(cls, draw: Callable[[], float]) -> Self:
        """Fresh ones; each call of ``draw`` is a uniform number in [0, 1)."""
        return cls(draw(), draw(), draw(), draw(), draw())


NEVER_DRAWN = Chances()


@dataclass(frozen=True, slots=True)
class Look:
    """How people will look at a case."""

    reviews_needed: int
    is_blind: bool
    is_checked: bool
    """A person answers it blind, so that the AI's accuracy is known."""
    is_apart: bool
    """That answer decides nothing by itself, for the prediction does not go to reviewers."""


def look_at(route: Route, *, use_case: UseCase, chances: Chances, is_prediction: bool) -> Look:
    """Decide it as the case comes in, so that no later policy changes what was measured.

    The draw for two pairs of eyes falls on audits as well: whoever is told that another person
    must look learns nothing from it.
    """
    is_reviewed = route.to is RouteTo.REVIEW
    is_checked = route.shadow and is_prediction
    is_double = (is_reviewed or is_checked) and chances.double < use_case.double_review
    needed = max(use_case.reviews_needed, 2 if is_double else 1)
    return Look(
        reviews_needed=needed,
        is_blind=is_checked or (is_reviewed and needed > 1),
        is_checked=is_checked,
        is_apart=is_checked and not is_reviewed,
    )


def apart_check(case: Case) -> Check | None:
    """The check that is answered apart from the case's own decision.

    None once reviewers decide the case itself: then their vote is the answer, too.
    """
    check = case.check
    return check if check is not None and check.is_apart and case.people_since is None else None


def awaits_people(case: Case) -> bool:
    """Whether somebody may still be asked, for a decision or for a check."""
    check = apart_check(case)
    if check is None:
        return case.state in WAITING
    return check.state is CheckState.OPEN or is_split(check)


def is_split(check: Check) -> bool:
    """Whether those who answered it disagree among themselves."""
    return check.state is CheckState.DISPUTED and check.answered_at is None


def contradicts_ai(check: Check | None) -> bool:
    """Whether the one answer to it waits for adjudicators, because the AI said otherwise."""
    return check is not None and check.state is CheckState.DISPUTED and not is_split(check)


def as_seen(case: Case, *, use_case: UseCase | None = None) -> Case:
    """The case as reviewers may see it; one that is not blind stays as it is.

    It holds nothing of what the AI said, nor what sort of blind case it is. Seen twice is seen
    once.
    """
    if not case.is_blind:
        return case
    check = apart_check(case)
    outcome = case.outcome if check is None else _answer(check, use_case=use_case)
    if outcome is not None and outcome.verdict is Verdict.FLAG and not outcome.flagged:
        # Cleared: decisions keep the button that was pressed, and audits can't.
        outcome = replace(outcome, verdict=_verdict(outcome.label, use_case=use_case))
    return replace(
        case,
        key=f"case {case.id}",
        state=case.state if check is None else _state(check),
        route_to=RouteTo.REVIEW,
        route_reason="",
        label="",
        confidence=None,
        scores={},
        model=None,
        policy_version="",
        draw=0.0,
        audit_rate=0.0,
        reason=None,
        metadata=None,
        callback_url=None,
        sent_by_person=False,
        people_since=case.submitted_at,
        tried=(),
        outcome=None
        if outcome is None
        else _masked(outcome, hides_verdict=use_case is None or not use_case.is_verdict),
        is_known=False,
        check=None,
    )


def unblinded(case: Case) -> Case:
    """The case as adjudicators see it: open, with everything that reviewers did not see."""
    return replace(
        case,
        is_blind=False,
        state=CaseState.OPEN,
        outcome=None,
        check=None,
        votes=0,
        reviews_needed=1,
    )


def _state(check: Check) -> CaseState:
    if check.answered_at is not None:
        return CaseState.DECIDED
    return {
        CheckState.OPEN: CaseState.OPEN,
        CheckState.DISPUTED: CaseState.DISPUTED,
        CheckState.SETTLED: CaseState.DECIDED,
        CheckState.WITHDRAWN: CaseState.WITHDRAWN,
    }[check.state]


def _answer(check: Check, *, use_case: UseCase | None) -> Outcome | None:
    """What was said, as the outcome that it would be were it a decision."""
    if check.answered_at is None or check.label is None or check.verdict is None:
        return None
    answer = Outcome(
        verdict=check.verdict,
        label=check.label,
        by=By.REVIEWER if check.reviewer else By.DEADLINE,
        reviewer=check.reviewer,
        note=None,
        decided_at=check.answered_at,
        revision=1,
        flagged=check.verdict is Verdict.FLAG,
    )
    final, at = check.final_label, check.settled_at
    if final is None or at is None or final == answer.label:
        return answer
    return replace(
        answer,
        verdict=_verdict(final, use_case=use_case),
        label=final,
        reviewer=check.settled_by,
        decided_at=at,
        revision=2,
        flagged=False,
        overruled=Overruled(answer.verdict, answer.label, answer.by, answer.reviewer),
    )


def _verdict(label: str, *, use_case: UseCase | None) -> Verdict:
    """That of somebody who chose the label without knowing the AI's."""
    known = use_case is not None and label in use_case.labels
    return use_case.verdict_for(label, label) if use_case and known else Verdict.APPROVE


def _masked(outcome: Outcome, *, hides_verdict: bool) -> Outcome:
    """Without a note, which only some answers have, and without what tells the AI's label.

    Nor does it count what was undone or cleared: only decisions have such revisions, and no audit.
    """
    hides_verdict = hides_verdict or outcome.is_blind
    before = outcome.overruled
    return replace(
        outcome,
        note=None,
        revision=1 if before is None else 2,
        is_blind=hides_verdict,
        overruled=None if before is None else replace(before, is_blind=hides_verdict),
    )
