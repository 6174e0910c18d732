"""What an AI may decide by itself and who decides the rest, as a team has written it down."""

from hitl.policy.deadline import Deadline, Ending, HandOverRule, HandTo
from hitl.policy.mistakes import Mistake, PolicyError
from hitl.policy.presets import PRESETS, Preset
from hitl.policy.reading import parse_policy, read_policy
from hitl.policy.use_case import Costs, Digest, LabelRule, Policy, UnknownUseCase, UseCase

__all__ = [
    "PRESETS",
    "Costs",
    "Deadline",
    "Digest",
    "Ending",
    "HandOverRule",
    "HandTo",
    "LabelRule",
    "Mistake",
    "Policy",
    "PolicyError",
    "Preset",
    "UnknownUseCase",
    "UseCase",
    "parse_policy",
    "read_policy",
]
