"""What each way to escalate is good for, what it costs, and what one gives up for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from hitl.vocabulary import RouteTo


@dataclass(frozen=True, slots=True)
class Escalation:
    """One way to get an answer that the AI is not sure of."""

    use_it_for: str
    cost: str
    trade_off: str


ESCALATIONS: Mapping[RouteTo, Escalation] = {
    RouteTo.REVIEW: Escalation(
        use_it_for="high stakes, as in moderation or medicine",
        cost="high: people's time",
        trade_off="The most reliable, and as fast as people are.",
    ),
    RouteTo.ASK_USER: Escalation(
        use_it_for="what the person it is about knows best",
        cost="low",
        trade_off="Not everybody wants to decide; silence goes to the next step.",
    ),
    RouteTo.SECOND_MODEL: Escalation(
        use_it_for="a second opinion before people are asked",
        cost="medium: each call",
        trade_off="Faster than people; it may be just as unsure.",
    ),
    RouteTo.PASSIVE: Escalation(
        use_it_for="low stakes: the answer stands, and feedback is asked",
        cost="low",
        trade_off="Only where a mistake does little harm.",
    ),
}
