"""A route that the caller's own process took by the same rules, kept as it says."""

from dataclasses import replace

from hitl.policy import UseCase
from hitl.review.submission import Routed
from hitl.routing import Route, RoutingError
from hitl.strategies import ASKING


def as_routed(decision: Route, routed: Routed, *, use_case: UseCase) -> Route:
    """The caller's route; our reason for it where the policy here says the same.

    Raises ``RoutingError`` for one that the use case has no step for.
    """
    if routed.to in ASKING and all(step.to is not routed.to for step in use_case.escalate):
        message = f'found "{routed.to}", which no step of this use case\'s chain is'
        raise RoutingError("routed.to", message)
    shadow = routed.draw < routed.audit_rate
    if decision.to is routed.to:
        return replace(decision, shadow=shadow)
    reason = f"the caller routed it, by policy {routed.policy_version}"
    return replace(decision, to=routed.to, reason=reason, shadow=shadow)
