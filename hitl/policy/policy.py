"""Every use case of a team."""

from typing import Annotated

from pydantic import Field

from hitl.errors import HitlError
from hitl.policy.fields import Must
from hitl.policy.frozen import Frozen
from hitl.policy.use_case import UseCase
from hitl.policy.wording import unknown


class UnknownUseCase(HitlError):
    """A use case was named that the policy does not have."""

    def __init__(self, name: str, *, known: tuple[str, ...]) -> None:
        super().__init__(unknown("use case", name, known=known))
        self.name = name
        self.known = known


class Policy(Frozen):
    """Every use case of a team, by name."""

    use_cases: Annotated[
        dict[str, Annotated[UseCase, Must("a table")]],
        Field(min_length=1, max_length=200),
        Must("1 to 200 tables, each named for its use case, as in [use_cases.spam]"),
    ]

    def use_case(self, name: str) -> UseCase:
        """Look one up; UnknownUseCase names those there are."""
        try:
            return self.use_cases[name]
        except KeyError:
            raise UnknownUseCase(name, known=tuple(self.use_cases)) from None
