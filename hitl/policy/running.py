"""The policy that is in force: one holder for everybody, so that a change reaches all at once."""

from collections.abc import Mapping
from typing import Protocol

from hitl.policy.policy import Policy
from hitl.policy.use_case import UseCase


class InForce(Protocol):
    """A policy to be asked at each use and never to be kept: a ``Policy``, or whichever runs."""

    @property
    def use_cases(self) -> Mapping[str, UseCase]:
        """Every use case by name."""

    def use_case(self, name: str) -> UseCase:
        """Look one up; UnknownUseCase names those there are."""


class RunningPolicy:
    """Answers by the policy that runs now.

    Take a use case from it once for each thing that is done, so that one policy holds throughout.
    """

    def __init__(self, policy: Policy) -> None:
        self.current = policy
        """Replaced as a whole; what was taken from it before stays as it was."""
        self.generation = 0
        """Which of the stored ones it is."""

    @property
    def use_cases(self) -> Mapping[str, UseCase]:
        """Every use case by name."""
        return self.current.use_cases

    def use_case(self, name: str) -> UseCase:
        """Look one up; UnknownUseCase names those there are."""
        return self.current.use_case(name)
