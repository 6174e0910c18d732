"""Looking for trouble in many use cases at once without crying wolf."""

from collections.abc import Iterable, Sequence

from hitl.statistics.discoveries import discoveries
from hitl.statistics.findings.facts import Facts
from hitl.statistics.findings.rules import RULES
from hitl.statistics.findings.signal import Finding, Rule, Signal


def find(facts: Iterable[Facts], *, rules: Sequence[Rule] = RULES, q: float = 0.1) -> list[Finding]:
    """What every rule finds in every use case, the surest first.

    A signal must be bad enough by its rule and stand when at most a share ``q`` of those that do
    may be false (Benjamini and Hochberg), over all that was looked at, quiet rules included.
    """
    seen = [
        (each, rule, signal)
        for each in facts
        for rule in rules
        if (signal := rule.look(each)) is not None
    ]
    kept = discoveries([signal.p for _, _, signal in seen], q=q)
    found = [
        _finding(each, rule, signal)
        for (each, rule, signal), stands in zip(seen, kept, strict=True)
        if stands and signal.alarms
    ]
    return sorted(found, key=lambda finding: finding.p)


def _finding(facts: Facts, rule: Rule, signal: Signal) -> Finding:
    return Finding(
        rule=rule.name,
        use_case=facts.use_case,
        evidence=signal.evidence,
        cause=rule.cause,
        fix=rule.fix,
        next_step=rule.next_step,
        p=signal.p,
    )
