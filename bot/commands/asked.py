"""What people type about a use case, understood or refused with what would have been."""

from collections.abc import Mapping, Sequence

from bot.commands.policy_in_force import policy_in_force
from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.policy.wording import listed, unknown


class NotUnderstood(HitlError):
    """An option can't be read."""


def chosen_use_case(name: str | None) -> UseCase:
    """Of the policy in force; None is understood where there is only one."""
    policy = policy_in_force()
    if name is None and len(policy.use_cases) > 1:
        raise NotUnderstood(f"name a use case: {listed(policy.use_cases)}")
    return policy.use_case(name or next(iter(policy.use_cases)))


def refuse_without_cases(use_case: str, *, known: Sequence[str]) -> None:
    """Raise ``NotUnderstood`` for a use case that no case ever was of.

    To be told that there is nothing would be a comfort where a name is mistyped.
    """
    if use_case not in known:
        raise NotUnderstood(f"no case was ever of it: {unknown('use case', use_case, known=known)}")


def asked_thresholds(words: Sequence[str], *, use_case: UseCase) -> Mapping[str, float]:
    """``0.9`` for every label, ``clean=0.9`` for one; later words win."""
    found: dict[str, float] = {}
    for word in words:
        label, has_label, share = word.rpartition("=")
        if has_label and label not in use_case.labels:
            raise NotUnderstood(f"--threshold: {unknown('label', label, known=use_case.labels)}")
        named = (label,) if has_label else tuple(use_case.labels)
        found |= dict.fromkeys(named, asked_share(share, name="--threshold"))
    return found


def asked_share(word: str, *, name: str) -> float:
    """``0.02`` or ``2%``, from 0 to 1."""
    text = word.strip()
    try:
        share = float(text.removesuffix("%"))
    except ValueError:
        share = -1.0
    share = share / 100 if text.endswith("%") else share
    if not 0 <= share <= 1:  # also what is not a number fails
        raise NotUnderstood(f"{name}: found {word!r}; must be from 0 to 1, as in 0.02 or 2%")
    return share
