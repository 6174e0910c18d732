"""When a waiting case is reminded of, handed over and ended, as its use case's deadline says; pure.

Everything counts from submission, so that a changed deadline holds for waiting cases too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hitl.policy import Deadline, Ending, HandTo, UseCase
from hitl.policy.lengths import length_of
from hitl.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Remind:
    """Those who may decide are reminded."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class HandOver:
    """Somebody else may decide from here on, and is told."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class End:
    """Time is up."""

    after: timedelta
    then: Ending


Step = Remind | HandOver | End


@dataclass(frozen=True, slots=True)
class Progress:
    """Which steps a case has behind it, under this deadline or one it had before."""

    taken_to: timedelta = timedelta()
    """Reminders and hand-overs up to this long after submission are past."""
    is_overdue: bool = False
    """Its end has come and left it open; nothing follows, even where a deadline is prolonged."""

    def beyond(self, step: Step) -> "Progress":
        """The progress once this step is taken too."""
        if isinstance(step, End):
            return Progress(self.taken_to, is_overdue=True)
        return Progress(step.after, is_overdue=self.is_overdue)


def plan(deadline: Deadline | None) -> tuple[Step, ...]:
    """Every step in order; the end, if there is one, is the last."""
    if deadline is None:
        return ()
    steps: list[Step] = [
        *(HandOver(length_of(rule.after), to=rule.to) for rule in deadline.hand_over),
        *(Remind(length_of(after)) for after in deadline.remind),
    ]
    steps.sort(key=lambda step: step.after)
    if deadline.due is not None:
        steps.append(End(length_of(deadline.due), then=deadline.then))
    return tuple(steps)


def reminders(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same where there is nobody to hand over to and nothing to decide: a reminder each."""
    return tuple(Remind(step.after) for step in steps)


def steps_to_take(
    steps: Sequence[Step], *, waited: timedelta, progress: Progress
) -> tuple[Step, ...]:
    """What is due now of a plan; of reminders that were missed only one that nothing follows."""
    due = [step for step in steps if step.after <= waited and _is_ahead(step, progress)]
    return tuple(step for step in due if not isinstance(step, Remind) or step is due[-1])


def _is_ahead(step: Step, progress: Progress) -> bool:
    return not progress.is_overdue and (isinstance(step, End) or step.after > progress.taken_to)


def decision(then: Ending, *, ai_label: str, use_case: UseCase) -> tuple[Verdict, str] | None:
    """The verdict and label an end comes to; None where people are still waited for.

    They are also where the label to let stand has left the policy since the case came in.
    """
    if then == "ai":
        label: str | None = ai_label
    elif isinstance(then, Verdict):
        label = use_case.label_for(then, ai_label)
    else:
        return None
    if label is None or label not in use_case.labels:
        return None
    return use_case.verdict_for(label, ai_label) if then == "ai" else Verdict(then), label


def handed_to(use_case: UseCase, *, waited: timedelta) -> tuple[str, ...]:
    """Who may decide besides the reviewers by now, as the policy names them."""
    return tuple(dict.fromkeys(_handed_to(plan(use_case.deadline), waited)))


def _handed_to(steps: Sequence[Step], waited: timedelta) -> Iterator[str]:
    for step in steps:
        if step.after > waited:
            return
        match step:
            case HandOver(to=name) | End(then=HandTo(to=name)):
                yield name


def urgent_from(use_case: UseCase) -> timedelta | None:
    """How long a case may wait before it goes ahead of others: three quarters of all its time.

    Its time ends with the last step of the deadline; None where nothing ever happens to it.
    """
    steps = plan(use_case.deadline)
    return steps[-1].after * 3 / 4 if steps else None


def hand_overs(use_case: UseCase) -> tuple[tuple[timedelta, str], ...]:
    """Who may decide from when on besides the reviewers, the first in line first."""
    return tuple(
        (step.after, name)
        for step in plan(use_case.deadline)
        for name in _handed_to((step,), step.after)
    )


def time_left(use_case: UseCase, *, waited: timedelta) -> timedelta | None:
    """How long until a case is due, negative once it is overdue; None for one that may wait."""
    deadline = use_case.deadline
    if deadline is None or deadline.due is None:
        return None
    return length_of(deadline.due) - waited
