"""What no single step of a chain shows: steps and keys that do not go together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hitl.policy.lengths import length_of, maybe_length
from hitl.policy.mistakes import Fault
from hitl.policy.strategy import ENDS, KEYS_OF, LONGEST_REQUEST, USUAL_TIME, Strategy
from hitl.policy.wording import quoted, unknown
from hitl.vocabulary import RouteTo

_Table = Mapping[str, Any]
_SET_BY_ITSELF: Mapping[str, Any] = {
    name: field.get_default(call_default_factory=True)
    for name, field in Strategy.model_fields.items()
}


def chain_faults(use_case: _Table) -> Iterator[Fault]:
    """Find them in a use case as plain tables; wrong values are reported elsewhere."""
    chain = use_case.get("escalate")
    if not isinstance(chain, list | tuple) or not chain:
        return
    if any(not isinstance(step, Mapping) or step.get("to") not in KEYS_OF for step in chain):
        return
    yield from _ends(chain)
    yield from _second_questions(chain)
    for place, step in enumerate(chain):
        yield from _stray_keys(place, step)
        yield from _unknown_answers(place, step, use_case.get("labels"))
        if step["to"] == RouteTo.SECOND_MODEL:
            yield from _endpoints(place, step)
    if use_case.get("always_review") is True and chain[0]["to"] != RouteTo.REVIEW:
        message = "must be left out where always_review sends everything to people"
        yield Fault(("escalate",), message)
    yield from _lateness(use_case, chain)


def _ends(chain: Sequence[_Table]) -> Iterator[Fault]:
    """A chain comes to its end whatever happens, and has no step that nothing can come to."""
    for place, step in enumerate(chain[:-1]):
        if step["to"] in ENDS and step.get("at_least") is None:
            message = "ends the chain: nothing comes after it, unless it has at_least"
            yield Fault(("escalate", place, "to"), message, step["to"])
    last, place = chain[-1], len(chain) - 1
    if last["to"] not in ENDS:
        message = 'must end with { to = "review" } or { to = "passive" }, which always end a case'
        yield Fault(("escalate",), message)
    elif (share := last.get("at_least")) is not None:
        message = "must be left out of the last step, which takes whatever is left"
        yield Fault(("escalate", place, "at_least"), message, share)


def _second_questions(chain: Sequence[_Table]) -> Iterator[Fault]:
    asking = [place for place, step in enumerate(chain) if step["to"] == RouteTo.ASK_USER]
    for place in asking[1:]:
        message = "must not ask the user a second time"
        yield Fault(("escalate", place, "to"), message, RouteTo.ASK_USER.value)


def _stray_keys(place: int, step: _Table) -> Iterator[Fault]:
    own = KEYS_OF[step["to"]] | {"to", "at_least"}
    for key, value in step.items():
        owners = [kind for kind, keys in KEYS_OF.items() if key in keys]
        if key not in own and owners and value not in (None, _SET_BY_ITSELF[key]):
            message = f"must be left out here: it goes with {quoted(owners, last='or')}"
            yield Fault(("escalate", place, key), message)


def _unknown_answers(place: int, step: _Table, labels: Any) -> Iterator[Fault]:
    answers = step.get("answers")
    if isinstance(answers, Mapping) and isinstance(labels, Mapping) and labels:
        for label in answers:
            if label not in labels:
                key = ("escalate", place, "answers", label)
                yield Fault(key, unknown("label", label, known=labels))


def _endpoints(place: int, step: _Table) -> Iterator[Fault]:
    endpoints = step.get("endpoints") or ()
    if not endpoints:
        message = "is missing; name at least one address to ask"
        yield Fault(("escalate", place, "endpoints"), message)
    if not isinstance(endpoints, list | tuple):
        return
    most = min(_time_of(step) or LONGEST_REQUEST, LONGEST_REQUEST)
    for number, endpoint in enumerate(endpoints):
        written = endpoint.get("within") if isinstance(endpoint, Mapping) else None
        within = maybe_length(written)
        if within is not None and within > most:
            key = ("escalate", place, "endpoints", number, "within")
            message = "must be no longer than the step's own within, and than 60s"
            yield Fault(key, message, written)


def _lateness(use_case: _Table, chain: Sequence[_Table]) -> Iterator[Fault]:
    deadline = use_case.get("deadline")
    written = deadline.get("due") if isinstance(deadline, Mapping) else None
    due = maybe_length(written)
    takes = [_time_of(step) for step in chain if step["to"] in USUAL_TIME]
    if due is None or None in takes:
        return
    if sum(filter(None, takes), timedelta()) >= due:
        message = f'must leave people some time before the deadline is due, "{written}"'
        yield Fault(("escalate",), message)


def _time_of(step: _Table) -> timedelta | None:
    """How long the step may take; None where that is written wrong."""
    written = step.get("within")
    return length_of(USUAL_TIME[step["to"]]) if written is None else maybe_length(written)
