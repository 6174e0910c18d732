"""Whoever asks the running policy is answered by the one that runs now."""

import pytest

from hitl.policy import Policy, RunningPolicy, UnknownUseCase
from tests.examples import example_policy


def test_a_change_reaches_everyone_at_once_and_never_half() -> None:
    before = example_policy()
    digits = before.use_case("digits").model_copy(update={"question": "Which one?"})
    running = RunningPolicy(before)
    taken = running.use_case("digits")
    running.current = Policy(use_cases={"digits": digits})
    assert running.use_case("digits").question == "Which one?"
    assert list(running.use_cases) == ["digits"]
    assert taken.question == "Which digit is this?"
    with pytest.raises(UnknownUseCase):
        running.use_case("content-moderation")
