"""What is wrong and what to do about it, and whether people are still needed here."""

from collections.abc import Sequence

from bot.dashboard.shapes import Shape, note, section, table
from hitl.statistics.findings.signal import Finding
from hitl.statistics.sunset import Sunset


def findings(found: Sequence[Finding], *, said_at: str | None) -> Shape:
    """Of one use case, judged among all of them, as of when; None before the first look."""
    if said_at is None:
        return section("findings", "Findings", says=["Being looked for; they show up here."])
    as_of = f"As of {said_at}."
    if not found:
        nothing = "Nothing stands out in the last four weeks, among all use cases together."
        return section("findings", "Findings", says=[nothing, as_of])
    notes = [
        note(
            _sentence(each.rule).removesuffix("."),
            says=[
                _sentence(each.evidence),
                f"Likely cause: {each.cause}",
                f"What helps: {each.fix}",
                f"Next step: {each.next_step}",
            ],
            level="alarm",
        )
        for each in found
    ]
    return section("findings", "Findings", says=[as_of], notes=notes)


def sunset(found: Sunset) -> Shape:
    """Each sign with its numbers and what keeps it from being certain; then one step."""
    rows = [[each.name, each.standing, each.evidence, each.missing or ""] for each in found.signs]
    columns = ["Sign", "Is", "Because", "To be certain"]
    says = [f"Next step: {found.step}", *found.then]
    return section("sunset", "Are people still needed here?", says=says, table=table(columns, rows))


def _sentence(words: str) -> str:
    begun = words[:1].upper() + words[1:]
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."
