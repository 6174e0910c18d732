"""What whoever just decided is told, with the way back."""

from bot.slack import blocks, ids
from bot.slack.cards.wording import outcome_title
from bot.slack.message import Message
from bot.slack.text import counted, duration, mrkdwn
from hitl.blindness import as_seen
from hitl.cases import Case, Outcome
from hitl.policy import UseCase
from hitl.policy.lengths import length_of
from hitl.vocabulary import By, CaseState


def can_be_undone(outcome: Outcome, *, use_case: UseCase) -> bool:
    """Whether whoever decided may be offered it; whether there still is time is seen later."""
    return outcome.by is By.REVIEWER and bool(length_of(use_case.undo_within))


def confirmation(case: Case, outcome: Outcome, *, use_case: UseCase) -> Message:
    """``You chose Reject · remove post``, and the button that takes it back."""
    title = outcome_title(outcome, use_case=use_case)
    text = f"You chose *{title}* for {_name(case)}."
    time = duration(length_of(use_case.undo_within).total_seconds())
    undo = blocks.button("Undo", action_id=ids.UNDO, value=str(case.id))
    return Message(
        f"{text} You can undo this for {time}.",
        [
            blocks.section(text, accessory=undo),
            blocks.context(blocks.plain(f"You can undo this for {time}", 100)),
        ],
    )


def vote_is_in(case: Case, *, use_case: UseCase) -> Message:
    """What a vote that settles nothing has come to; a dispute can't be undone."""
    needed, case = case.reviews_needed, as_seen(case, use_case=use_case)
    if case.state is CaseState.DISPUTED:
        text = f"Your vote is in: reviewers disagree on {_name(case)}, and adjudicators decide."
        return Message(text, [blocks.section(text)])
    others = counted(needed - case.votes, "other person", "other people")
    text = f"Your vote on {_name(case)} is in and shown to nobody; {others} must look, too."
    if not length_of(use_case.undo_within):
        return Message(text, [blocks.section(text)])
    undo = blocks.button("Undo", action_id=ids.UNDO, value=str(case.id))
    return Message(text, [blocks.section(text, accessory=undo)])


def undone_message(case: Case) -> Message:
    """The case waits again."""
    text = f"↶ Undone: case {case.id}, {_name(as_seen(case))}, waits for a decision again."
    return Message(text, [blocks.section(text)])


def _name(case: Case) -> str:
    return f"“{mrkdwn(case.title or case.text or case.key, 150)}”"
