"""Use cases and predictions that many tests speak of."""

from typing import Any

from hitl.policy import Policy, UseCase, parse_policy
from hitl.review import Submission
from hitl.routing import Prediction

POLICY = """
[use_cases.content-moderation]
preset    = "moderation-two-sided"
channel   = "#moderation"
question  = "May this post stay up?"
reviewers = ["@moderators"]
flag_label = "clean"
flag_button = "keep and monitor"
leads     = ["@moderation-leads"]
audit_rate = 0.02
[use_cases.content-moderation.labels]
clean     = { verdict = "approve", auto_at = 0.92, button = "keep post" }
violation = { verdict = "reject",  auto_at = 0.87, button = "remove post" }
[use_cases.content-moderation.costs]
ai = 0.0002
review = 2.00

[use_cases.digits]
channel  = "#digits"
question = "Which digit is this?"
auto_at  = 0.90
labels   = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
"""


def example_policy() -> Policy:
    return parse_policy(POLICY)


def moderation() -> UseCase:
    return example_policy().use_case("content-moderation")


def digits() -> UseCase:
    return example_policy().use_case("digits")


def post(key: str = "post-1", *, violation: float = 0.70, **changes: Any) -> Submission:
    """A post the AI takes for a violation, unsurely unless said otherwise."""
    scores = {"violation": violation, "clean": round(1 - violation, 6)}
    values: dict[str, Any] = {
        "key": key,
        "fingerprint": f"content of {key}",
        "prediction": Prediction(scores=scores, model="toxicity@3"),
        "title": "Reply in r/cooking",
        "text": "You call that a risotto?",
    }
    return Submission(**values | changes)
