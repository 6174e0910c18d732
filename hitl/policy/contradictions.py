"""What no single value of a use case shows: values that do not go together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hitl.vocabulary import Verdict

_TIES = (Verdict.APPROVE, Verdict.REJECT)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``key`` is the path inside the use case of what has to change."""

    key: tuple[str, ...]
    message: str
    found: Any = None


def contradictions(use_case: Mapping[str, Any]) -> Iterator[Contradiction]:
    """Find them in a use case as plain tables, which may hold wrong values besides.

    A wrong value is never reported here, nor is anything that only follows from one.
    """
    labels = _table(use_case.get("labels"))
    rules = {label: _table(rule) for label, rule in labels.items()}
    yield from _thresholds(use_case, rules)
    yield from _verdicts(use_case, rules)
    yield from _costs(_table(use_case.get("costs")), rules)


def _thresholds(
    use_case: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]
) -> Iterator[Contradiction]:
    if use_case.get("auto_at") is not None or use_case.get("always_review"):
        return
    without = [label for label, rule in rules.items() if rule.get("auto_at") is None]
    if without:
        yield Contradiction(
            ("auto_at",),
            f"is missing; give the use case one, or one to each of {_listed(without)}, "
            "or set always_review = true",
        )


def _verdicts(
    use_case: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]
) -> Iterator[Contradiction]:
    ties = {label: rule.get("verdict") for label, rule in rules.items()}
    if any(tie not in (None, *_TIES) for tie in ties.values()) or not ties:
        return
    untied = [label for label, tie in ties.items() if tie is None]
    flag_label = use_case.get("flag_label")
    if untied and len(untied) < len(ties):
        yield Contradiction(
            ("labels",),
            f"{_listed(untied)} {'has' if len(untied) == 1 else 'have'} no verdict "
            "while others have one; give every label a verdict, or none",
        )
    elif not untied and sorted(ties.values()) != sorted(_TIES):
        yield Contradiction(
            ("labels",),
            "must be exactly two where labels have verdicts: "
            'one with verdict "approve" and one with "reject"',
        )
    elif not untied and flag_label is None:
        yield Contradiction(
            ("flag_label",),
            f"is missing; say which label a flag lets stand: {_listed(ties, 'or')}",
        )
    elif untied and flag_label is not None:
        yield Contradiction(
            ("flag_label",),
            "has no meaning unless the labels have verdicts: a flag lets the AI's label stand",
            found=flag_label,
        )
    if not untied and isinstance(flag_label, str) and flag_label not in ties:
        yield Contradiction(
            ("flag_label",), f"must be one of the labels: {_listed(ties, 'or')}", found=flag_label
        )


def _costs(
    costs: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]
) -> Iterator[Contradiction]:
    if costs.get("review") is not None and costs.get("reviewer_hour") is not None:
        yield Contradiction(
            ("costs",), "has both review and reviewer_hour; give the one that people are paid by"
        )
    for label in _table(costs.get("error")):
        if rules and label not in rules:
            yield Contradiction(
                ("costs", "error", label), f"is no label; the labels are {_listed(rules)}"
            )


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(labels: Any, word: str = "and") -> str:
    quoted = [f'"{label}"' for label in labels]
    if len(quoted) > 10:
        quoted = [*quoted[:9], f"{len(quoted) - 9} others"]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"
