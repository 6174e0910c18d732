"""Lower thresholds that the blind checks guarantee, offered to whoever leads a use case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hitl.policy import UseCase
from hitl.reports.certificates import EVERY_LABEL, Target, ThresholdTest, certificates
from hitl.statistics.certify import Certificate
from hitl.statistics.replay import Replayed


@dataclass(frozen=True, slots=True)
class Lower:
    """A label that could stand from ``then`` on, where now it does from ``now``."""

    label: str
    now: float
    then: float


@dataclass(frozen=True, slots=True)
class Offer:
    """What this week's test guarantees and the policy does not use yet."""

    use_case: str
    model: str | None
    certificates: tuple[Certificate, ...]
    """Those of ``lower`` alone."""
    lower: tuple[Lower, ...]
    now: Replayed | None
    then: Replayed | None
    """None where other thresholds would have to rise, which is not offered."""


def offer_of(connection: Connection, *, use_case: UseCase, now: datetime) -> Offer | None:
    """None where nothing is certified, or nothing lower than what runs."""
    test = certificates(connection, use_case=use_case, target=Target(use_case.max_error), now=now)
    lower = _lower(test, use_case)
    if not lower:
        return None
    named = {each.label for each in lower}
    given = [found for found in test.sides.values() if isinstance(found, Certificate)]
    used = [each for each in given if each.side in named or each.side == EVERY_LABEL]
    is_whole = len(used) == len(given)
    return Offer(
        use_case=use_case.name,
        model=test.model,
        certificates=tuple(used),
        lower=lower,
        now=test.now if is_whole else None,
        then=test.then if is_whole else None,
    )


def lowered(use_case: UseCase, lower: tuple[Lower, ...]) -> UseCase:
    """The use case with these thresholds and all else as it is."""
    content = use_case.model_dump()
    for each in lower:
        content["labels"][each.label]["auto_at"] = each.then
    return UseCase.model_validate(content)


def _lower(test: ThresholdTest, use_case: UseCase) -> tuple[Lower, ...]:
    if use_case.always_review:
        return ()
    found: list[Lower] = []
    for label, rule in use_case.labels.items():
        side = test.sides.get(label) or test.sides.get(EVERY_LABEL)
        if isinstance(side, Certificate) and rule.auto_at and side.threshold < rule.auto_at:
            found.append(Lower(label, rule.auto_at, side.threshold))
    return tuple(found)
