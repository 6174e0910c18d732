"""The words of the field as closed sets: the same in code, database, API and Slack."""

from enum import StrEnum


class Verdict(StrEnum):
    """What a person pressed."""

    APPROVE = "approve"
    REJECT = "reject"
    FLAG = "flag"


class RouteTo(StrEnum):
    """What the policy does with a prediction."""

    AUTO = "auto"
    REVIEW = "review"
    SECOND_MODEL = "second_model"
    ASK_USER = "ask_user"
    PASSIVE = "passive"


class CaseState(StrEnum):
    """Where a case stands; claims are leases and ``flagged`` belongs to the outcome."""

    OPEN = "open"
    DISPUTED = "disputed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class By(StrEnum):
    """Who an outcome comes from."""

    REVIEWER = "reviewer"
    AI = "ai"
    MODEL = "model"
    USER = "user"
    DEADLINE = "deadline"


class CheckKind(StrEnum):
    """What a blind check is for."""

    AUDIT = "audit"
    """To know how often the AI is right."""
    KNOWN = "known"
    """To know how often reviewers are."""


class CheckState(StrEnum):
    """How far a blind check is."""

    OPEN = "open"
    DISPUTED = "disputed"
    """Its answer is not the AI's label: adjudicators say which is right."""
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    """Nobody is asked any more, and nothing comes of it."""
