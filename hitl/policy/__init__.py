"""What an AI may decide by itself and who decides the rest, as a team has written it down."""

from hitl.policy.deadline import Deadline, Ending, HandOverRule, HandTo
from hitl.policy.learning import Retrain
from hitl.policy.mistakes import Mistake, PolicyError
from hitl.policy.parts import Costs, Digest, LabelRule
from hitl.policy.policy import Policy, UnknownUseCase
from hitl.policy.presets import PRESETS, Preset
from hitl.policy.reading import parse_policy, read_policy
from hitl.policy.running import InForce, RunningPolicy
from hitl.policy.strategy import Endpoint, FeedbackFrom, Strategy
from hitl.policy.use_case import UseCase

__all__ = [
    "PRESETS",
    "Costs",
    "Deadline",
    "Digest",
    "Ending",
    "Endpoint",
    "FeedbackFrom",
    "HandOverRule",
    "HandTo",
    "InForce",
    "LabelRule",
    "Mistake",
    "Policy",
    "PolicyError",
    "Preset",
    "Retrain",
    "RunningPolicy",
    "Strategy",
    "UnknownUseCase",
    "UseCase",
    "parse_policy",
    "read_policy",
]
