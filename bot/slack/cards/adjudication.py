"""What reviewers left open, for an adjudicator: who chose what and why, and a form that ends it."""

from collections.abc import Iterator, Sequence

from bot.slack import blocks, ids
from bot.slack.cards.actions import other_labels
from bot.slack.cards.wording import outcome_title
from bot.slack.message import Block, Message, View
from bot.slack.text import mention, mrkdwn
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.storage.votes import CastVote
from hitl.vocabulary import Verdict

_MOST_RADIOS = 10
"""Slack takes no more."""
_LONGEST_NOTE = 3000


def adjudication_view(
    case: Case, card: Message, votes: Sequence[CastVote], *, use_case: UseCase, is_check: bool
) -> View:
    """The card with the votes in place of its buttons, and what the adjudicator says of them.

    ``is_check``: it is the AI and a person who looked blind that differ, not two people.
    """
    said = [_vote(vote, use_case=use_case) for vote in votes]
    if is_check:
        said.append("They did not see what the AI proposes, and it is something else.")
    shown = [block for block in card.blocks if block["type"] != "actions"]
    return {
        "type": "modal",
        "callback_id": ids.ADJUDICATION,
        "private_metadata": str(case.id),
        "title": blocks.plain(f"Case {case.id}", 24),
        "submit": blocks.plain("Settle", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": [
            *shown,
            blocks.divider(),
            blocks.section("\n".join(said)),
            _choice(case, use_case=use_case),
            _note(case),
        ],
    }


def _vote(vote: CastVote, *, use_case: UseCase) -> str:
    """``@ana chose Reject · remove post: “a slur”``, escaped."""
    chose = f"{mention(vote.reviewer)} chose *{outcome_title(vote, use_case=use_case)}*"
    return f"{chose}: “{mrkdwn(vote.note, 500)}”" if vote.note else chose


def _choice(case: Case, *, use_case: UseCase) -> Block:
    options = [
        blocks.option(words, ids.chosen(case.id, ids.verdict_and_label(verdict, label)))
        for words, verdict, label in _choices(case, use_case=use_case)
    ]
    if len(options) > _MOST_RADIOS:
        element = blocks.menu("Choose", action_id=ids.INPUT, options=options)
    else:
        element = blocks.radio_buttons(action_id=ids.INPUT, options=options)
    return {
        "type": "input",
        "block_id": ids.input_block(ids.ADJUDICATION, case.id),
        "label": blocks.plain("What is right?", 75),
        "element": element,
    }


def _choices(case: Case, *, use_case: UseCase) -> Iterator[tuple[str, Verdict, str]]:
    """In words, with the verdict and the label that they stand for."""
    if use_case.is_verdict:
        for verdict in Verdict:
            label = use_case.label_for(verdict, case.label) or case.label
            yield use_case.button_text(verdict, case.label), verdict, label
        return
    if case.label in use_case.labels:
        yield use_case.button_text(Verdict.APPROVE, case.label), Verdict.APPROVE, case.label
    for label in other_labels(case, use_case=use_case):
        yield use_case.labels[label].button or label, Verdict.REJECT, label
    if case.label in use_case.labels:
        yield use_case.button_text(Verdict.FLAG, case.label), Verdict.FLAG, case.label


def _note(case: Case) -> Block:
    return {
        "type": "input",
        "block_id": ids.input_block(ids.ADJUDICATION_NOTE, case.id),
        "optional": True,
        "label": blocks.plain("Note", 75),
        "element": {
            "type": "plain_text_input",
            "action_id": ids.INPUT,
            "multiline": True,
            "max_length": _LONGEST_NOTE,
            "placeholder": blocks.plain(
                "Why, for those who voted and those who learn from it", 150
            ),
        },
    }
