"""How long a case may wait for people, and what happens meanwhile and in the end."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from hitl.policy.aside import ASIDE
from hitl.policy.fields import Length, Must, Who
from hitl.policy.frozen import Frozen
from hitl.vocabulary import Verdict


class HandOverRule(Frozen):
    """From some moment on somebody else may decide too."""

    after: Length
    to: Who


class HandTo(Frozen):
    """An end that asks somebody else instead of deciding."""

    to: Who


_WORDS = ("wait", "ai", *Verdict)


def _by_form(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """A table is told its own mistakes; anything else, what it may be."""
    if isinstance(value, Mapping):
        return HandTo.model_validate(value)
    if not isinstance(value, HandTo) and value not in _WORDS:
        raise ValueError
    return check(value)


Ending = Literal["wait", "ai", Verdict.APPROVE, Verdict.REJECT, Verdict.FLAG] | HandTo
"""What happens at the end; "ai" lets the AI's label stand."""


class Deadline(Frozen):
    """All lengths count from submission; without ``due`` a case waits for ever."""

    remind: Annotated[
        tuple[Length, ...],
        ASIDE,
        Field(strict=False, max_length=20),
        Must('a list of at most 20 lengths of time, as in ["30m", "2h"]'),
    ] = ()
    hand_over: Annotated[
        tuple[Annotated[HandOverRule, Must("a table of after and to")], ...],
        Field(strict=False, max_length=20),
        Must('a list of at most 20 tables like { after = "1h", to = "@senior-moderators" }'),
    ] = ()
    due: Length | None = None
    then: Annotated[
        Ending,
        WrapValidator(_by_form),
        Must(
            '"wait", "ai", "approve", "reject", "flag" or a table like { to = "@group" }',
            choices=_WORDS,
        ),
    ] = "wait"
