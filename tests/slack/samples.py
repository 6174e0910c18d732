"""Use cases and cases to look at, small enough to read at a glance."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hitl.cases import Case, Outcome
from hitl.policy import LabelRule, UseCase, parse_policy
from hitl.vocabulary import By, CaseState, RouteTo, Verdict

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY = parse_policy("""
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
[use_cases.content-moderation.costs]
ai = 0.0002
review = 2.00

[use_cases.digits]
channel = "#digits"
question = "Which digit is this?"
labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
auto_at = 0.9

[use_cases.mail]
channel = "#mail"
question = "Is the label right?"
labels = ["ham", "spam"]
auto_at = 0.85
""")
MODERATION = POLICY.use_case("content-moderation")
DIGITS = POLICY.use_case("digits")
MAIL = POLICY.use_case("mail")


def post(**changes: Any) -> Case:
    """A reply the AI takes for a violation at 70 %."""
    fields: dict[str, Any] = {
        "id": 41,
        "use_case": "content-moderation",
        "key": "post-8841",
        "route_reason": "violation 70 % is under its 87 % threshold",
        "label": "violation",
        "confidence": 0.70,
        "scores": {"violation": 0.70, "clean": 0.30},
        "model": "toxicity@3",
        "title": "Reply in r/cooking",
        "text": "He called it trash, and honestly the recipe is.",
        "reason": "Matches two slur patterns, one quoted",
    }
    return _case(fields | changes)


def digit(**changes: Any) -> Case:
    """A digit the AI takes for a 3 at 62 %."""
    fields: dict[str, Any] = {
        "id": 7,
        "use_case": "digits",
        "key": "scan-7",
        "route_reason": "3 62 % is under its 90 % threshold",
        "label": "3",
        "confidence": 0.62,
        "scores": {"3": 0.62, "8": 0.21, "5": 0.11, "9": 0.04, "1": 0.02},
    }
    return _case(fields | changes)


def by_ana(verdict: Verdict, label: str, **changes: Any) -> dict[str, Any]:
    """The fields of a case that U0ANA decided 41 s after it came in."""
    outcome = Outcome(
        **{
            "verdict": verdict,
            "label": label,
            "by": By.REVIEWER,
            "reviewer": "U0ANA",
            "note": None,
            "decided_at": NOON + timedelta(seconds=41),
            "revision": 1,
            "flagged": verdict is Verdict.FLAG,
        }
        | changes
    )
    return {"state": CaseState.DECIDED, "outcome": outcome}


def labelling(*labels: str) -> UseCase:
    """A use case whose labels are tied to no verdict."""
    return UseCase(
        name="many",
        channel="#many",
        question="Is this the right label?",
        labels={label: LabelRule() for label in labels},
        auto_at=0.9,
    )


def _case(fields: dict[str, Any]) -> Case:
    usual: dict[str, Any] = {
        "state": CaseState.OPEN,
        "submitted_at": NOON,
        "route_to": RouteTo.REVIEW,
        "model": None,
        "policy_version": "0123456789ab",
        "draw": 0.5,
        "audit_rate": 0.02,
    }
    return Case(**(usual | fields))
