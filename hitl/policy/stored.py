"""Policies as JSON, as a database keeps them, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from hitl.errors import HitlError
from hitl.policy.aside import digest_of
from hitl.policy.policy import Policy
from hitl.policy.use_case import UseCase

Content = dict[str, Any]
"""What a use case says; a key at its default is left out."""


class PolicyUnreadable(HitlError):
    """What is stored is no policy that this release knows."""


def content_of(use_case: UseCase) -> Content:
    """Everything it says, labels in their order."""
    return use_case.model_dump(mode="json", exclude_defaults=True)


def spelled_out(use_case: UseCase) -> Content:
    """Everything that holds, defaults too; only the tables in a list say no more than they must."""
    said = use_case.model_dump(mode="json", exclude_none=True)
    for key in said:
        value = getattr(use_case, key)
        if isinstance(value, tuple) and any(isinstance(each, BaseModel) for each in value):
            said[key] = [each.model_dump(mode="json", exclude_defaults=True) for each in value]
    return said


def use_case_from(content: Mapping[str, Any]) -> UseCase:
    """The reverse of ``content_of``; raises ``PolicyUnreadable``."""
    try:
        return UseCase.model_validate(content)
    except ValidationError as error:
        keys = ", ".join(sorted({str(key) for e in error.errors() for key in e["loc"][:1]}))
        raise PolicyUnreadable(
            f"the policy that runs can't be read by this release ({content.get('name')}: {keys});"
            " it was stored by another one"
        ) from error


def policy_from(contents: Iterable[Mapping[str, Any]]) -> Policy:
    """The policy of these use cases; raises ``PolicyUnreadable``."""
    use_cases = [use_case_from(content) for content in contents]
    return Policy(use_cases={use_case.name: use_case for use_case in use_cases})


def policy_digest(policy: Policy) -> str:
    """Twelve hexadecimal digits that change with anything a policy says."""
    return digest_of(
        [list(_in_order(content_of(use_case))) for use_case in policy.use_cases.values()]
    )


def _in_order(content: Content) -> Iterable[Any]:
    """The content with the order of its labels, which a JSON object does not count."""
    yield content
    yield list(content["labels"])
