"""What differs between two policies, which of it must be signed, and how it is said."""

from typing import Any

import pytest

from hitl.policy import UseCase, parse_policy
from hitl.policy.changes import Difference, combined, differences, is_same, needs_signing
from hitl.policy.presets import PRESETS
from hitl.policy.stored import (
    PolicyUnreadable,
    content_of,
    policy_digest,
    policy_from,
    use_case_from,
)
from hitl.policy.words import in_words

FULL = """
[use_cases.posts]
preset = "moderation-two-sided"
channel = "#moderation"
fallback_channel = "#fallback"
reviewers = ["@moderators", "channel"]
leads = ["@leads"]
adjudicators = ["@judges"]
reviews_needed = 2
approvers = { legal = "@legal", security = "U0SEC" }
queue_after = 12
order = "oldest"
digest = false
webhooks = ["https://example.com/hitl"]
costs = { review = 2, error = { clean = 50 } }
deadline.due = "2h"
deadline.then = { to = "@late" }
deadline.remind = ["1h"]
deadline.hand_over = [{ after = "90m", to = "@b" }]
escalate = [
  { to = "second_model", endpoints = ["https://models.example.com/x"], auto_at = 0.9 },
  { to = "review" },
]
"""


def posts(more: str = "", **changes: Any) -> UseCase:
    return parse_policy(FULL + more).use_case("posts").model_copy(update=changes)


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_stored_reads_back_as_it_was(preset: str) -> None:
    labels = "" if PRESETS[preset].settings.get("labels") else 'labels = ["z", "b", "a"]'
    text = f'[use_cases.x]\npreset = "{preset}"\nchannel = "#x"\n{labels}'
    for use_case in (parse_policy(text).use_case("x"), posts()):
        again = use_case_from(content_of(use_case))
        assert is_same(use_case, again)
        assert again.digest == use_case.digest


def test_a_digest_of_a_policy_changes_with_anything_it_says() -> None:
    digests = {
        policy_digest(policy_from([content_of(use_case)]))
        for use_case in (
            posts(),
            posts(queue_after=13),
            posts(webhooks=()),
            posts(labels=dict(reversed(posts().labels.items()))),
        )
    }
    assert len(digests) == 4


def test_what_another_release_stored_is_refused_by_its_key() -> None:
    with pytest.raises(PolicyUnreadable, match="posts: shiny"):
        use_case_from({**content_of(posts()), "shiny": 1})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"queue_after": 13}, "queue_after: 12 → 13"),
        ({"always_review": True}, "always_review: no → yes"),
        ({"leads": ("@leads", "@b")}, "leads: @leads → @leads and @b"),
        ({"approvers": {}}, "approvers.legal: @legal → not set"),
        ({"fallback_channel": None}, "fallback_channel: #fallback → not set"),
        (
            {"escalate": posts().escalate[1:]},
            "escalate: to = second_model, endpoints = url = models.example.com/… and auto_at = 0.9",
        ),
        (
            {"webhooks": ("https://hooks.example.com/T0/secret?token=1",)},
            "webhooks: example.com/… → hooks.example.com/…",
        ),
    ],
)
def test_a_difference_is_said_as_people_say_it(change: dict[str, Any], said: str) -> None:
    assert in_words(differences(posts(), posts(**change))[0]).startswith(said)


def test_a_threshold_is_said_in_percent_under_its_label() -> None:
    assert in_words(Difference("labels.clean.auto_at", 0.92, 0.875)) == (
        "clean stands at 92 % → 87.5 %"
    )
    assert in_words(Difference('labels."a.b".auto_at', None, 1.0)) == (
        '"a.b" stands at not set → 100 %'
    )


def test_nothing_differs_between_equals_and_an_order_of_labels_does() -> None:
    assert differences(posts(), posts()) == ()
    turned = posts(labels=dict(reversed(posts().labels.items())))
    assert [each.key for each in differences(posts(), turned)] == ["labels"]


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({"always_review": True}, True),
        ({"reviewers": ("@others",)}, True),
        ({"escalate": posts().escalate[1:]}, True),
        ({"approvers": {}}, True),
        ({"approvers": {"legal": "@legal"}}, True),
        ({"costs": None}, False),
        ({"queue_after": 13, "webhooks": ()}, False),
        ({"audit_rate": 0.5}, False),
    ],
)
def test_what_decides_and_who_approves_must_be_signed(
    change: dict[str, Any], *, needed: bool
) -> None:
    assert needs_signing(posts(), posts(**change)) is needed
    assert not needs_signing(posts(approvers={}), posts(**change))


def test_what_needs_no_signature_is_combined_with_what_was_signed() -> None:
    after = posts(queue_after=5, always_review=True, channel="#other")
    now = combined(decides=posts(), rest=after)
    assert (now.queue_after, now.always_review, now.channel) == (5, False, "#moderation")
    assert now.version == posts().version
    elsewhere = posts(reviewers=("@mods",))
    moved = combined(decides=elsewhere, rest=elsewhere.model_copy(update={"channel": "#other"}))
    assert moved.channel == "#other"


def test_what_does_not_go_together_waits_as_a_whole() -> None:
    after = parse_policy("""
        [use_cases.posts]
        channel = "#other"
        question = "?"
        labels = { good = { auto_at = 0.9 }, bad = { auto_at = 0.9 } }
        costs = { error = { good = 1 } }
    """).use_case("posts")
    assert combined(decides=posts(), rest=after) == posts()
