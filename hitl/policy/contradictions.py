"""What no single value of a use case shows: values that do not go together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import category, normalize

from hitl.policy.chain_faults import chain_faults
from hitl.policy.lengths import maybe_length
from hitl.policy.mistakes import Fault, KeyPath
from hitl.policy.wording import quoted, unknown
from hitl.vocabulary import Verdict

_VERDICTS = (Verdict.APPROVE, Verdict.REJECT)
_Table = Mapping[str, Any]


def contradictions(use_case: _Table) -> Iterator[Fault]:
    """Find them in a use case as plain tables, which may hold wrong values besides.

    A wrong value is not reported here, nor is anything that may only follow from one.
    """
    labels = _table(use_case.get("labels"))
    deadline = _table(use_case.get("deadline"))
    if len(labels) > 1:
        ties = _ties(labels)
        yield from _lookalikes(labels)
        yield from _thresholds(use_case, labels)
        yield from _verdicts(ties)
        yield from _flag(use_case.get("flag_label"), labels, ties)
        yield from _end(deadline, ties)
    yield from _disputes(use_case)
    yield from _steps(deadline)
    yield from chain_faults(use_case)
    yield from _retrain(_table(use_case.get("retrain")))
    yield from _costs(_table(use_case.get("costs")), labels)


def _lookalikes(labels: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for label in labels:
        first = seen.setdefault(_look(label), label)
        if first != label:
            yield Fault(
                ("labels", label),
                f"looks the same as another label: {first!a} and {label!a}; keep one",
            )


def _look(label: str) -> str:
    """The same for labels that no eye tells apart: composed, and without what takes no room."""
    seen = (character for character in normalize("NFC", label) if category(character) != "Cf")
    return normalize("NFC", " ".join("".join(seen).split()))


def _thresholds(use_case: _Table, labels: _Table) -> Iterator[Fault]:
    if use_case.get("auto_at") is not None or use_case.get("always_review"):
        return
    without = [label for label, rule in labels.items() if _table(rule).get("auto_at") is None]
    if without:
        yield Fault(
            ("auto_at",),
            f"is missing; give one to the use case or to {quoted(without)}, "
            "or set always_review = true",
        )


def _verdicts(ties: _Table) -> Iterator[Fault]:
    untied = [label for label, tie in ties.items() if tie is None]
    if untied and len(untied) < len(ties):
        yield Fault(
            ("labels",),
            f"{quoted(untied)} without a verdict beside labels with one; "
            "give every label a verdict, or none",
        )
    elif ties and not untied and sorted(map(str, ties.values())) != sorted(_VERDICTS):
        yield Fault(
            ("labels",),
            "must be exactly two where labels have verdicts, "
            'one with "approve" and one with "reject"',
        )


def _flag(flag_label: Any, labels: _Table, ties: _Table) -> Iterator[Fault]:
    if flag_label is None and ties and all(ties.values()):
        yield Fault(
            ("flag_label",),
            f"is missing; say which label a flag lets stand, {quoted(labels, last='or')}",
        )
    elif isinstance(flag_label, str) and flag_label not in labels:
        yield Fault(("flag_label",), unknown("label", flag_label, known=labels))
    elif flag_label is not None and ties and not any(ties.values()):
        yield Fault(
            ("flag_label",),
            "must be left out unless labels have verdicts: a flag lets the AI's label stand",
            flag_label,
        )


def _costs(costs: _Table, labels: _Table) -> Iterator[Fault]:
    hourly = costs.get("reviewer_hour")
    if hourly is not None and costs.get("review") is not None:
        yield Fault(
            ("costs", "reviewer_hour"), "must be left out where review gives the cost", hourly
        )
    for label in _table(costs.get("error")):
        if labels and label not in labels:
            yield Fault(("costs", "error", label), unknown("label", label, known=labels))


def _retrain(retrain: _Table) -> Iterator[Fault]:
    for one, other in (("every", "after_labels"), ("command", "webhook")):
        given = [retrain[key] for key in (one, other) if retrain.get(key) is not None]
        if retrain and not given:
            yield Fault(("retrain", one), f"is missing; give {one} or {other}")
        if len(given) > 1:
            yield Fault(("retrain", other), f"must be left out where there is {one}", given[1])


def _disputes(use_case: _Table) -> Iterator[Fault]:
    """Where nobody is named to settle a disagreement, a reviewer does who has not voted."""
    needed, reviewers = use_case.get("reviews_needed"), _items(use_case.get("reviewers"))
    if use_case.get("adjudicators") or use_case.get("leads") or not isinstance(needed, int):
        return
    if needed > 1 and reviewers and all(map(_is_one_person, reviewers)):
        people = len(set(reviewers))
        if people <= needed:
            yield Fault(
                ("adjudicators",),
                f"is missing; with reviews_needed = {needed} and {people} reviewers nobody is left"
                " to settle a disagreement",
            )


def _is_one_person(name: Any) -> bool:
    return isinstance(name, str) and name[:1] in {"U", "W"}


def _end(deadline: _Table, ties: _Table) -> Iterator[Fault]:
    then = deadline.get("then", "wait")
    if deadline.get("due") is None and then != "wait":
        yield Fault(("deadline", "then"), "must be left out unless due says when")
    if then == Verdict.REJECT and len(ties) > len(_VERDICTS) and not any(ties.values()):
        yield Fault(
            ("deadline", "then"),
            f"must not reject where {len(ties)} labels leave open which one is right",
            then,
        )


def _steps(deadline: _Table) -> Iterator[Fault]:
    due = maybe_length(deadline.get("due"))
    hand_over = enumerate(_items(deadline.get("hand_over")))
    steps: dict[KeyPath, Any] = {
        ("remind", place): step for place, step in enumerate(_items(deadline.get("remind")))
    } | {("hand_over", place, "after"): _table(step).get("after") for place, step in hand_over}
    for key, step in steps.items():
        after = maybe_length(step)
        if due is not None and after is not None and after >= due:
            yield Fault(("deadline", *key), f'must come before due, "{deadline["due"]}"', step)


def _ties(labels: _Table) -> _Table:
    """Map each label to its verdict; to nothing at all when one of them is wrong."""
    ties = {
        label: rule.get("verdict") if isinstance(rule, Mapping) else rule
        for label, rule in labels.items()
    }
    return ties if all(tie in (None, *_VERDICTS) for tie in ties.values()) else {}


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _table(value: Any) -> _Table:
    return value if isinstance(value, Mapping) else {}
