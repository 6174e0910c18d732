"""The forms behind More; whoever submits one is checked again, so a form carries only the case."""

from typing import Any

from bot.slack import blocks, ids
from bot.slack.blocks import Element
from bot.slack.cards.actions import label_options, other_labels
from bot.slack.cards.wording import decided_by, outcome_title
from bot.slack.message import Block, View
from bot.slack.text import clip
from hitl.cases import Case, Outcome
from hitl.policy import UseCase

_TITLE = 24
_LONGEST = 3000


def note_form(case: Case) -> View:
    """Something to tell the others on the case."""
    return _form(ids.NOTE_FORM, case, title="Add a note", submit="Add", block=_words("Note"))


def ask_form(case: Case) -> View:
    """A question to whoever sent the case."""
    hint = "It goes to the program that sent the case; the answer appears on the card."
    block = _words("What do you need to know?") | {"hint": blocks.plain(hint, 150)}
    return _form(ids.ASK_FORM, case, title="Ask the submitter", submit="Ask", block=block)


def withdraw_form(case: Case) -> View:
    """The case is not needed any more."""
    why = _words("Reason") | {"optional": True}
    return _form(ids.WITHDRAW_FORM, case, title="Withdraw", submit="Withdraw", block=why)


def hand_over_form(case: Case) -> View:
    """Ask one person by name."""
    people = {
        "type": "users_select",
        "action_id": ids.INPUT,
        "placeholder": blocks.plain("Choose a person", 75),
    }
    block = _input("Who should decide?", people) | {
        "hint": blocks.plain("They are mentioned under the card; others can still decide.", 150)
    }
    return _form(ids.HAND_OVER_FORM, case, title="Hand over", submit="Hand over", block=block)


def label_form(case: Case, *, use_case: UseCase) -> View:
    """Every label a rejection may choose, for policies with more than a card can carry."""
    options = label_options(case, other_labels(case, use_case=use_case))
    menu = blocks.menu("Choose a label", action_id=ids.INPUT, options=options)
    block = _input("Which label is right?", menu)
    return _form(ids.LABEL_FORM, case, title="Reject", submit="Reject", block=block)


def overrule_form(case: Case, outcome: Outcome, *, use_case: UseCase) -> View:
    """Another label than the one that stands, and why; the same one where it takes off a flag."""
    stands = None if outcome.flagged else outcome.label
    labels = [label for label in use_case.labels if label != stands]
    menu = blocks.menu(
        "Choose", action_id=ids.INPUT, options=_outcome_options(case, labels, use_case=use_case)
    )
    block = _input("What is right?", menu)
    why = _words("Reason") | {"block_id": ids.input_block(ids.OVERRULE_REASON, case.id)}
    view = _form(ids.OVERRULE_FORM, case, title="Overrule", submit="Overrule", block=block)
    about, choice = view["blocks"]
    stood = f"Stands now: {outcome_title(outcome, use_case=use_case)}, by {decided_by(outcome)}"
    return view | {"blocks": [about, blocks.context(blocks.mrkdwn(stood)), choice, why]}


def _outcome_options(case: Case, labels: list[str], *, use_case: UseCase) -> list[Element]:
    """By the words of the buttons where those speak of the item."""
    if not use_case.is_verdict:
        return label_options(case, labels)
    return [
        blocks.option(
            use_case.button_text(use_case.verdict_for(label, case.label), case.label),
            ids.chosen(case.id, label),
        )
        for label in labels
    ]


def _form(name: str, case: Case, *, title: str, submit: str, block: Block) -> View:
    # A block id of its own for each case: Slack carries a typed text over where ids repeat.
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": str(case.id),
        "title": blocks.plain(title, _TITLE),
        "submit": blocks.plain(submit, _TITLE),
        "close": blocks.plain("Cancel", _TITLE),
        "blocks": [_about(case), block | {"block_id": ids.input_block(name, case.id)}],
    }


def _about(case: Case) -> Block:
    title = clip(case.title or case.text or case.key, 200)
    return blocks.context(blocks.plain(f"{case.use_case} · case {case.id} · {title}", 200))


def _words(label: str) -> Block:
    box = {"type": "plain_text_input", "action_id": ids.INPUT, "multiline": True}
    return _input(label, box | {"max_length": _LONGEST})


def _input(label: str, element: Element) -> dict[str, Any]:
    return {"type": "input", "label": blocks.plain(label, 75), "element": element}
