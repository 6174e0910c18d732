"""Policies and proposals in Slack: what they say, within Slack's limits whatever they hold."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.cards.policy import PolicyShown, policy_message
from bot.slack.cards.policy_effect import effect_lines
from bot.slack.cards.proposed_policy import proposal_message
from hitl.policy import LabelRule, UseCase, parse_policy
from hitl.policy.changes import Difference
from hitl.storage.policy_changes import Change, ChangeState, Signature, Source
from tests.slack.samples import NOON
from tests.unit.test_cards_limits import HOSTILE, LABELS, assert_sendable

OFFICES = [f"office-{number}" for number in range(10)]


def change(state: ChangeState = ChangeState.PROPOSED, **changes: Any) -> Change:
    values: dict[str, Any] = {
        "id": 3,
        "use_case": "posts",
        "state": state,
        "version": "0123456789ab",
        "version_before": "ba9876543210",
        "content": None,
        "differences": (Difference("labels.clean.auto_at", 0.92, 0.9),),
        "effect": None,
        "approvers": {"legal": "@legal", "security": "@sec"},
        "source": Source.APPLY,
        "by": "olga",
        "asked_at": NOON,
        "settled_at": None,
        "settled_by": None,
        "reason": None,
        "place": None,
        "signatures": (),
    }
    return Change(**values | changes)


def effect(**changes: Any) -> dict[str, Any]:
    nothing = {"count": 0, "known": 0, "wrong": 0}
    return {
        "predictions": 1_000,
        "escalated_before": 310,
        "escalated_after": 240,
        "misfits": 0,
        "newly_stand": {"count": 70, "known": 60, "wrong": 3},
        "no_longer_stand": nothing,
        "currency": "USD",
        "review_cost": -140.0,
        "error_cost": 35.0,
    } | changes


def test_an_effect_is_said_with_what_is_known_and_its_interval() -> None:
    assert list(effect_lines(effect())) == [
        "Escalation: 31 % → 24 % of 1,000 predictions in the last 28 days",
        "70 more would stand by themselves: of the 60 known, 3 wrong (2 % to 14 %)",
        "Cost of these predictions: reviews -$140, errors +$35.00",
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"is_capped": True}, "31 % → 24 % of the newest 1,000 predictions of the last 28 days"),
        ({"predictions": 12}, "too few past predictions to say (12 of 30)"),
        ({"escalated_after": 310}, "Escalation: 31 %, as before"),
        ({"newly_stand": {"count": 7, "known": 0, "wrong": 0}}, "nobody has looked"),
        ({"currency": None}, "Cost: unpriced"),
        ({"review_cost": None}, "reviews unknown without costs.review"),
        ({"error_cost": 0.0}, "errors as before"),
        ({"misfits": 2}, "2 predictions can't be routed by both"),
    ],
)
def test_what_is_not_known_of_an_effect_is_said(changes: dict[str, Any], says: str) -> None:
    assert says in "\n".join(effect_lines(effect(**changes)))


def test_a_proposal_says_what_it_changes_and_who_is_still_to_sign() -> None:
    signed = Signature("legal", "U0LEA", NOON + timedelta(hours=1))
    message = proposal_message(change(signatures=(signed,)), called={"legal": "L", "security": "S"})
    words = str(message.blocks)
    assert "clean stands at 92 % → 90 %" in words
    assert "✔ *legal* · signed by <@U0LEA>" in words
    assert "☐ *security* · S" in words
    assert "Sign for security" in words
    assert "Sign for legal" not in words
    assert message.text.startswith("Policy change for posts: clean stands at 92 % → 90 %.")


@given(
    state=st.sampled_from(ChangeState),
    values=st.lists(st.tuples(HOSTILE, HOSTILE), max_size=60),
    words=HOSTILE,
    signed=st.integers(0, 10),
)
def test_a_proposal_fits_whatever_it_holds(
    state: ChangeState, values: list[tuple[str, str]], words: str, signed: int
) -> None:
    shown = change(
        state,
        differences=tuple(Difference(f"key.{a[:100]}", a, b) for a, b in values),
        approvers=dict.fromkeys(OFFICES, "@" + "g" * 99),
        signatures=tuple(Signature(office, words, NOON) for office in OFFICES[:signed]),
        by=words,
        settled_at=None if state is ChangeState.PROPOSED else NOON,
        settled_by=words,
        reason=words,
        effect=effect(misfits=3, no_longer_stand={"count": 7, "known": 5, "wrong": 1}),
    )
    called = {office: f"<!subteam^S{office}>" for office in OFFICES}
    assert_sendable(proposal_message(shown, called=called))


@given(labels=LABELS, names=HOSTILE, most=st.integers(0, 30))
def test_the_policies_fit_however_many_there_are(labels: list[str], names: str, most: int) -> None:
    use_case = UseCase(
        name="x" * 64,
        channel="#" + "c" * 80,
        question="q" * 300,
        reviewers=tuple(f"@{'r' * 90}{number}" for number in range(50)),
        approvers=dict.fromkeys(OFFICES, f"@{'g' * 99}"),
        labels={label: LabelRule(auto_at=(number + 1) / 20) for number, label in enumerate(labels)},
    )
    proposed = change(differences=tuple(Difference(names[:50], names, names) for _ in range(9)))
    assert_sendable(policy_message([PolicyShown(use_case, proposed, proposed)] * most))


def test_a_policy_says_thresholds_who_is_asked_who_approves_and_since_when() -> None:
    use_case = parse_policy("""
        [use_cases.posts]
        preset = "moderation-two-sided"
        channel = "#moderation"
        reviewers = ["@moderators"]
        approvers = { legal = "@legal" }
    """).use_case("posts")
    by_lea = Signature("legal", "U0LEA", NOON)
    since = change(ChangeState.APPLIED, settled_at=NOON, signatures=(by_lea,))
    words = str(policy_message([PolicyShown(use_case, since, None)]).blocks)
    assert "clean at 92 %; violation at 87 %" in words
    assert "@moderators in #moderation" in words
    assert "legal (@legal)" in words
    assert f"version `{use_case.version}`" in words
    assert "signed for legal (<@U0LEA>)" in words


def test_a_policy_says_each_step_of_a_chain() -> None:
    use_case = parse_policy("""
        [use_cases.posts]
        preset = "moderation-two-sided"
        channel = "#moderation"
        escalate = [
          { to = "second_model", endpoints = ["https://m.example.com/"], at_least = 0.6 },
          { to = "ask_user", within = "1h" },
          { to = "review" },
        ]
    """).use_case("posts")
    words = str(policy_message([PolicyShown(use_case, None, None)]).blocks)
    assert (
        "Otherwise: 1 second model (from 60 %), then the user (within 1h), "
        "then the members of #moderation"
    ) in words
