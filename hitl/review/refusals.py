"""Why a case takes no verdict: it is too late for any, or this one does not fit."""

from hitl.cases import Case, Outcome
from hitl.errors import HitlError
from hitl.vocabulary import By, CaseState, Verdict


class AlreadyDecided(HitlError):
    """Somebody was faster; ``outcome`` is what stands."""

    def __init__(self, case_id: int, outcome: Outcome) -> None:
        by = outcome.reviewer or f"the {'AI' if outcome.by is By.AI else outcome.by}"
        super().__init__(f"Case {case_id} was already decided by {by}: {outcome.label}.")
        self.case_id = case_id
        self.outcome = outcome


class CaseWithdrawn(HitlError):
    """The case is no longer needed."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Case {case_id} was withdrawn; it needs no decision any more.")
        self.case_id = case_id


class CaseErased(HitlError):
    """What would be written on the case now, nobody would erase again."""

    def __init__(self, case_id: int) -> None:
        super().__init__(
            f"Case {case_id} was erased: nothing can be written on it any more, and nothing is"
            " left to decide it by."
        )
        self.case_id = case_id


class AlreadyVoted(HitlError):
    """The same person votes once."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"You have already voted on case {case_id}; another person must.")
        self.case_id = case_id


class NeedsOthers(HitlError):
    """The person has met the item before, so what they say now tells nothing new."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Case {case_id} needs another pair of eyes than yours.")
        self.case_id = case_id


class CaseDisputed(HitlError):
    """Reviewers disagree; another vote settles nothing."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Reviewers disagree on case {case_id}; its adjudicators decide.")
        self.case_id = case_id


class LabelRequired(HitlError):
    """The verdict alone does not say which label is right."""

    def __init__(self, allowed: list[str], *, instead_of: str | None = None) -> None:
        instead = f" instead of {instead_of}" if instead_of else ""
        super().__init__(f"Say which label is right{instead}: one of {', '.join(allowed)}.")


class LabelUnknown(HitlError):
    """The policy does not have the label."""

    def __init__(self, label: str, known: list[str]) -> None:
        super().__init__(f"There is no label {label!r}; known: {', '.join(known)}.")


class LabelNotAllowed(HitlError):
    """The label contradicts the verdict."""

    def __init__(self, label: str, verdict: Verdict, allowed: list[str]) -> None:
        super().__init__(f"{label!r} can't go with {verdict}; allowed: {', '.join(allowed)}.")


def refuse_unless_open(case: Case) -> None:
    """Raise what the case's state makes of a late verdict."""
    if case.state is CaseState.WITHDRAWN:
        raise CaseWithdrawn(case.id)
    if case.outcome is not None:
        raise AlreadyDecided(case.id, case.outcome)


def refuse_erased(case: Case) -> None:
    """Raise ``CaseErased`` where what people wrote has left the case for good."""
    if case.erased:
        raise CaseErased(case.id)
