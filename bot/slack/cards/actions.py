"""What can be pressed on a case card; a value names the case and never says who may."""

from collections.abc import Iterator, Mapping

from bot.slack import blocks, ids
from bot.slack.blocks import Element, Style
from bot.slack.cards.proposal import likeliest_first
from bot.slack.cards.undo import can_be_undone
from bot.slack.message import Block
from bot.slack.text import clip
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review import can_ask_submitter
from hitl.vocabulary import Verdict

_MENU_CHARACTERS = 4_000
"""Of the menu of labels: it must leave room for the item on the same card."""
MOST_LABEL_BUTTONS = 12
"""Labels; more are quicker found in a menu that can be typed into."""
_BUTTON_LENGTH = 75
ANOTHER_LABEL = ""
"""The choice that opens the form with every label; no label is empty."""

_LOOK = {ids.MORE_NOTE: "Add a note…", ids.MORE_TEXT: "Full text", ids.MORE_HISTORY: "History"}
_LOOK_AND_ASK = {
    ids.MORE_NOTE: "Add a note…",
    ids.MORE_ASK: "Ask the submitter…",
    ids.MORE_EVERYTHING: "Full text and history",
}
"""Slack takes five choices at most."""
_ERASED = {ids.MORE_TEXT: "Full text", ids.MORE_HISTORY: "History"}
"""Nothing can be written on it any more, and nothing is left to decide it by."""
_UNDO = {ids.MORE_UNDO: "Undo"}
_OVERRULE = {ids.MORE_OVERRULE: "Overrule…"}
_ACT = {ids.MORE_HAND_OVER: "Hand over…", ids.MORE_WITHDRAW: "Withdraw…"}


def waiting_actions(case: Case, *, use_case: UseCase) -> Block:
    """The three verdicts, and the menu of everything rarer."""
    more = _more(case, _looks(case, use_case=use_case) | _ACT)
    return blocks.actions(block_id(case), *verdict_buttons(case, use_case=use_case), more)


def disputed_actions(case: Case, *, use_case: UseCase) -> Block:
    """The way to the votes, and the menu of everything rarer."""
    look = blocks.button(
        "Adjudicate…", action_id=ids.ADJUDICATE, value=str(case.id), style="primary"
    )
    more = _more(case, _looks(case, use_case=use_case) | _ACT)
    return blocks.actions(block_id(case), look, more)


def settled_menu(case: Case, *, use_case: UseCase) -> Element:
    """What can still be done with a case that is decided or withdrawn."""
    if case.erased:
        return _more(case, _ERASED)
    outcome = case.outcome
    undo = outcome is not None and can_be_undone(outcome, use_case=use_case)
    act = (_UNDO if undo else {}) | (_OVERRULE if outcome is not None else {})
    return _more(case, _LOOK | act)


def block_id(case: Case) -> str:
    """Another one with each visible change: Slack keeps a menu's choice as long as it stays."""
    revision = case.outcome.revision if case.outcome else 0
    answered = sum(each.answered_at is not None for each in case.inquiries)
    words = len(case.notes) + len(case.inquiries) + answered
    return f"case:{case.id}:{case.state}:{revision}:{words}:{case.votes}"


def other_labels(case: Case, *, use_case: UseCase) -> list[str]:
    """The labels a rejection may choose: likeliest first, then in the policy's order."""
    ranked = [label for label, _ in likeliest_first(case)] + list(use_case.labels)
    known = dict.fromkeys(label for label in ranked if label in use_case.labels)
    known.pop(case.label, None)
    return list(known)


def label_options(case: Case, labels: list[str]) -> list[Element]:
    """Options of a menu from which a rejection takes its label."""
    return [blocks.option(label, ids.chosen(case.id, label)) for label in labels]


def _looks(case: Case, *, use_case: UseCase) -> dict[str, str]:
    return _LOOK_AND_ASK if can_ask_submitter(case, use_case=use_case) else _LOOK


def _more(case: Case, words: Mapping[str, str]) -> Element:
    options = [blocks.option(text, ids.chosen(case.id, word)) for word, text in words.items()]
    return blocks.overflow(action_id=ids.MORE, options=options)


def verdict_buttons(case: Case, *, use_case: UseCase) -> list[Element]:
    """What can be chosen: three verdicts, or fewer where the AI's label has left the policy.

    Of a blind case without verdicts of its own, the labels.
    """
    if case.is_blind and not use_case.is_verdict:
        return label_buttons(case, use_case=use_case)
    reject = _reject(case, use_case=use_case)
    if not use_case.is_verdict and case.label not in use_case.labels:
        return [reject]  # a label that has left the policy can't be let stand any more
    return [
        _verdict(Verdict.APPROVE, case, use_case=use_case, style="primary"),
        reject,
        _verdict(Verdict.FLAG, case, use_case=use_case),
    ]


def label_buttons(case: Case, *, use_case: UseCase) -> list[Element]:
    """The labels in the policy's order, one click each; a menu where they are too many."""
    if len(use_case.labels) > MOST_LABEL_BUTTONS:
        options = list(_within_reach(case, list(use_case.labels)))
        return [blocks.menu("Choose the label", action_id=ids.CHOOSE, options=options)]
    return [
        blocks.button(
            clip(rule.button or label, _BUTTON_LENGTH),
            action_id=ids.label_button(position),
            value=ids.chosen(case.id, label),
        )
        for position, (label, rule) in enumerate(use_case.labels.items())
    ]


def _verdict(
    verdict: Verdict, case: Case, *, use_case: UseCase, style: Style | None = None
) -> Element:
    return blocks.button(
        use_case.button_text(verdict, case.label),
        action_id=ids.decide(verdict),
        value=str(case.id),
        style=style,
    )


def _reject(case: Case, *, use_case: UseCase) -> Element:
    if use_case.label_for(Verdict.REJECT, case.label) is not None:
        # Red where it condemns the item; correcting the AI is nothing to be warned of.
        style: Style | None = "danger" if use_case.is_verdict else None
        return _verdict(Verdict.REJECT, case, use_case=use_case, style=style)
    words = use_case.button_text(Verdict.REJECT, case.label)
    options = list(_within_reach(case, other_labels(case, use_case=use_case)))
    return blocks.menu(words, action_id=ids.REJECT_AS, options=options)


def _within_reach(case: Case, labels: list[str]) -> Iterator[Element]:
    """As many of the labels, from the first, as a card can carry; a form offers the rest."""
    room = _MENU_CHARACTERS
    for position, option in enumerate(label_options(case, labels), start=1):
        room -= blocks.size(option) + 1
        is_full = room < 0 or position == blocks.MOST_OPTIONS
        if is_full and position < len(labels):
            yield blocks.option("Another label…", ids.chosen(case.id, ANOTHER_LABEL))
            return
        yield option
