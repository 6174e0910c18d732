"""A deadline's steps come in order, each once, and its end says what it says."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.deadlines import (
    End,
    HandOver,
    Progress,
    Remind,
    Step,
    decision,
    handed_to,
    plan,
    steps_to_take,
    time_left,
)
from hitl.policy import Deadline, Ending, HandTo, UseCase
from hitl.policy.lengths import length_of
from hitl.vocabulary import Verdict
from tests.examples import digits, moderation

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FULL = {
    "remind": ["30m", "2h"],
    "hand_over": [{"after": "1h", "to": "@seniors"}],
    "due": "4h",
    "then": {"to": "@boss"},
}

lengths = st.builds("{}{}".format, st.integers(1, 300), st.sampled_from("smhd"))
hand_overs = st.builds(
    lambda after, to: {"after": after, "to": to}, lengths, st.sampled_from(["@a", "@b", "channel"])
)
deadlines = st.builds(
    lambda remind, hand_over, due: deadline(remind=remind, hand_over=hand_over, due=due),
    st.lists(lengths, max_size=5),
    st.lists(hand_overs, max_size=5),
    st.none() | st.just("301d"),
)
waits = st.timedeltas(timedelta(), timedelta(days=400))


def deadline(**settings: Any) -> Deadline:
    return Deadline.model_validate(settings)


def with_deadline(use_case: UseCase, **settings: Any) -> UseCase:
    return use_case.model_copy(update={"deadline": deadline(**settings)})


def after(steps: tuple[Step, ...], progress: Progress) -> Progress:
    for step in steps:
        progress = progress.beyond(step)
    return progress


def without_reminders(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if not isinstance(step, Remind)]


def test_a_plan_is_what_the_policy_says_in_order() -> None:
    assert plan(deadline(**FULL)) == (
        Remind(30 * MINUTE),
        HandOver(HOUR, to="@seniors"),
        Remind(2 * HOUR),
        End(4 * HOUR, then=HandTo(to="@boss")),
    )


def test_without_a_deadline_nothing_ever_happens() -> None:
    assert plan(None) == ()
    assert handed_to(moderation(), waited=timedelta(days=400)) == ()
    assert time_left(moderation(), waited=HOUR) is None


@given(deadlines)
def test_a_plan_has_every_step_and_the_end_last(given_deadline: Deadline) -> None:
    steps = plan(given_deadline)
    *before, last = steps or (None,)
    assert not any(isinstance(step, End) for step in before)
    assert isinstance(last, End) == (given_deadline.due is not None)
    moments = [step.after for step in steps if not isinstance(step, End)]
    assert moments == sorted(moments)
    wanted = [*given_deadline.remind, *(rule.after for rule in given_deadline.hand_over)]
    assert moments == sorted(map(length_of, wanted))


@given(deadlines, st.lists(waits, max_size=20))
def test_whenever_one_looks_each_step_comes_at_most_once_and_not_too_early(
    given_deadline: Deadline, looks: list[timedelta]
) -> None:
    steps, progress, taken = plan(given_deadline), Progress(), list[Step]()
    for waited in sorted(looks):
        now = steps_to_take(steps, waited=waited, progress=progress)
        assert all(step.after <= waited for step in now)
        progress = after(now, progress)
        assert steps_to_take(steps, waited=waited, progress=progress) == ()
        taken += now
    assert all(taken.count(step) <= steps.count(step) for step in taken)


@given(deadlines)
def test_one_who_looks_all_the_time_takes_every_step(given_deadline: Deadline) -> None:
    steps, progress, taken = plan(given_deadline), Progress(), list[Step]()
    for waited in sorted({step.after for step in steps}):
        now = steps_to_take(steps, waited=waited, progress=progress)
        progress = after(now, progress)
        taken += now
    # Of a reminder and something else at the same moment, one is enough.
    assert {step.after for step in taken} == {step.after for step in steps}
    assert without_reminders(taken) == without_reminders(steps)


@pytest.mark.parametrize(
    ("waited", "taken"),
    [
        (29 * MINUTE, []),
        (30 * MINUTE, [Remind(30 * MINUTE)]),
        (HOUR, [HandOver(HOUR, to="@seniors")]),
        (3 * HOUR, [HandOver(HOUR, to="@seniors"), Remind(2 * HOUR)]),
        (9 * HOUR, [HandOver(HOUR, to="@seniors"), End(4 * HOUR, then=HandTo(to="@boss"))]),
    ],
)
def test_of_missed_reminders_only_one_that_nothing_follows_is_made_up_for(
    waited: timedelta, taken: list[Step]
) -> None:
    assert list(steps_to_take(plan(deadline(**FULL)), waited=waited, progress=Progress())) == taken


@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ({"remind": ["10m", "20m", "29m"]}, []),
        ({"remind": ["30m"]}, []),
        ({"remind": ["31m"]}, [Remind(31 * MINUTE)]),
        ({"due": "10m"}, [End(10 * MINUTE, then="wait")]),
    ],
)
def test_a_changed_policy_repeats_no_reminder_and_keeps_its_end(
    changed: dict[str, Any], taken: list[Step]
) -> None:
    reminded = Progress(taken_to=30 * MINUTE)
    steps = plan(deadline(**changed))
    assert list(steps_to_take(steps, waited=35 * MINUTE, progress=reminded)) == taken


def test_an_end_that_left_the_case_open_is_not_said_again_when_the_policy_prolongs_it() -> None:
    steps = plan(deadline(due="8h", remind=["6h"]))
    overdue = Progress(is_overdue=True)
    assert steps_to_take(steps, waited=9 * HOUR, progress=overdue) == ()


@pytest.mark.parametrize(
    ("waited", "names"),
    [
        (59 * MINUTE, ()),
        (HOUR, ("@seniors",)),
        (4 * HOUR, ("@seniors", "@boss")),
    ],
)
def test_others_may_decide_from_their_moment_on(waited: timedelta, names: tuple[str, ...]) -> None:
    assert handed_to(with_deadline(moderation(), **FULL), waited=waited) == names


def test_time_left_runs_out() -> None:
    use_case = with_deadline(moderation(), due="4h")
    assert time_left(use_case, waited=HOUR) == 3 * HOUR
    assert time_left(use_case, waited=5 * HOUR) == -HOUR


@pytest.mark.parametrize(
    ("use_case", "then", "ai_label", "answer"),
    [
        (moderation(), "wait", "violation", None),
        (moderation(), HandTo(to="@boss"), "violation", None),
        (moderation(), "ai", "violation", (Verdict.REJECT, "violation")),
        (moderation(), "ai", "clean", (Verdict.APPROVE, "clean")),
        (moderation(), Verdict.APPROVE, "violation", (Verdict.APPROVE, "clean")),
        (moderation(), Verdict.REJECT, "clean", (Verdict.REJECT, "violation")),
        (moderation(), Verdict.FLAG, "violation", (Verdict.FLAG, "clean")),
        (digits(), "ai", "7", (Verdict.APPROVE, "7")),
        (digits(), Verdict.FLAG, "7", (Verdict.FLAG, "7")),
        (digits(), "ai", "a label of an older policy", None),
        (digits(), Verdict.APPROVE, "a label of an older policy", None),
    ],
)
def test_an_end_comes_to_a_verdict_and_label_or_goes_on_waiting(
    use_case: UseCase, then: Ending, ai_label: str, answer: tuple[Verdict, str] | None
) -> None:
    assert decision(then, ai_label=ai_label, use_case=use_case) == answer
