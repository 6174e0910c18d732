"""Every name that Slack sends back: commands, actions, callbacks and the values of options."""

from collections.abc import Mapping
from typing import Any

from hitl.review.monthly import Direction
from hitl.vocabulary import Verdict

COMMAND = "/hitl"

DECIDE_PREFIX = "decide."
"""A verdict button's action is this and the verdict; its value is the case's id, no more."""
DECIDE_PATTERN = r"^decide\.(approve|reject|flag)$"
REJECT_AS = "reject_as"
"""The menu of other labels; an option's value is ``<case id>:<label>``."""
LABEL_PREFIX = "label."
"""On a blind card: a label's button is this and its place in the policy, which alone makes it
differ from its neighbours; its value is ``<case id>:<label>``.
"""
LABEL_PATTERN = r"^label\.[0-9]+$"
CHOOSE = "choose"
"""The menu of all labels on a blind card; an option's value is ``<case id>:<label>``."""
MORE = "more"
"""The overflow menu; an option's value is ``<case id>:<one of the MORE_ words>``."""
MORE_NOTE = "note"
MORE_TEXT = "text"
MORE_HISTORY = "history"
MORE_EVERYTHING = "everything"
"""Full text and history in one, where the menu has no room for both."""
MORE_ASK = "ask_submitter"
MORE_HAND_OVER = "hand_over"
MORE_WITHDRAW = "withdraw"
MORE_UNDO = "undo"
MORE_OVERRULE = "overrule"
ADJUDICATE = "adjudicate"
"""A disputed card's button; its value is the case's id."""
ADJUDICATION = "adjudication"
"""The form behind it, which ends the dispute; an option's value is ``verdict_and_label``'s."""
ADJUDICATION_NOTE = "adjudication_note"
"""Its second input, as the name of its block."""
UNDO = "undo"
"""The button beside what somebody was told they had chosen; its value is the case's id."""
CLEAR_FLAG = "clear_flag"
"""On the card of a flagged case; its value is the case's id."""
TURN_FLAG = "turn_flag"
"""The button beside that; the form to overrule follows."""
SIGN_PREFIX = "sign."
"""A button that signs a proposed policy is this and a number, since ids must differ."""
SIGN_PATTERN = r"^sign\.[0-9]$"
WITHDRAW_PROPOSAL = "withdraw_proposal"
WITHDRAW_PROPOSAL_FORM = "withdraw_proposal_form"
SHOW_CASE = "show_case"
SHOW_SIMILAR = "show_similar"
"""Beside how similar cases were decided; its value is ``<case id>:<their ids, by commas>``."""
SHOW_QUEUE = "show_queue"
REFRESH_HOME = "refresh_home"
NOTIFICATIONS = "notifications"
"""The boxes of the Home tab; an option's value is a kind of direct message."""

START_REVIEWING = "start_reviewing"
"""A button; its value is the use case's name, or ``LONGEST_QUEUE``."""
LONGEST_QUEUE = "*"
REVIEW = "review"
"""The modal of review mode."""
SKIP = "skip"
"""Its menu of reasons; an option's value is ``<case id>:<reason>``."""
WRITE_NOTE = "write_note"
"""Its button for a note; the value is the case's id."""
LOOK_AGAIN = "look_again"
"""Its button where no case is left."""
UNDO_LAST = "undo_last"
"""Its button beside what was just decided; the value is that case's id."""

PROPOSE_CERTIFIED = "propose_certified"
"""A digest's button; its value is the use case's name. What is asked for is tested anew."""

MONTHLY_PREFIX = "monthly."
"""A button under the month's question is this and the answer; its value is the question's id."""
MONTHLY_PATTERN = r"^monthly\.(invest|good)$"

START_PRACTICE = "start_practice"
"""A button; its value is the use case's name, or ``LONGEST_QUEUE`` for the one with the most."""
PRACTICE = "practice"
"""The modal of practice."""
PRACTISE_PREFIX = "practise."
"""A label's action is this and its number; its value ``<position>:<label>``, as an option's is."""
PRACTISE_MENU = f"{PRACTISE_PREFIX}menu"
PRACTISE_PATTERN = r"^practise\.(\d+|menu)$"

NOTE_FORM = "note_form"
HAND_OVER_FORM = "hand_over_form"
ASK_FORM = "ask_form"
WITHDRAW_FORM = "withdraw_form"
LABEL_FORM = "label_form"
OVERRULE_FORM = "overrule_form"
OVERRULE_REASON = "overrule_reason"
"""The second input of the form to overrule, as the name of its block."""
FROM = "|"
"""Behind the case in a form's metadata: what the modal underneath, of review mode, remembers."""
INPUT = "input"
"""The one input of a form; its block is the form's name and the case's id."""

SEND_TO_REVIEW = "send_to_review"
"""The shortcut on messages, and the form that follows."""
SEND_FORM = "send_form"
SEND_USE_CASE = "send_use_case"
SEND_TEXT = "send_text"

ANSWER_PREFIX = "answer."
"""The buttons of labels that a user chooses from; a value is ``<case id>:<label>``."""
ANSWER_PATTERN = r"^answer\.[0-9]+$"
ANSWER_MENU = "answer_menu"
ANSWER_DECLINE = "answer_decline"
"""Its value is the case's id."""
FEEDBACK_RIGHT = "feedback_right"
"""Its value is the case's id."""
FEEDBACK_WRONG = "feedback_wrong"
FEEDBACK_MENU = "feedback_menu"
"""Their values are ``<case id>:<label>``; without a label where nobody knows it."""

WAITING_CASES = "waiting_cases"
"""A global shortcut: what waits."""
REVIEW_CASES = "review_cases"
"""A global shortcut: review mode."""


def decide(verdict: Verdict) -> str:
    """The action of one verdict's button."""
    return f"{DECIDE_PREFIX}{verdict.value}"


def decided(action_id: str) -> Verdict:
    """The verdict of a button's action; the reverse of ``decide``."""
    return Verdict(action_id.removeprefix(DECIDE_PREFIX))


def monthly_answer(action_id: str) -> Direction:
    """The answer of a button under the month's question."""
    return Direction(action_id.removeprefix(MONTHLY_PREFIX))


def label_button(position: int) -> str:
    """The action of one label's button."""
    return f"{LABEL_PREFIX}{position}"


def input_block(form: str, case_id: int) -> str:
    """The block of a form's input."""
    return f"{form}:{case_id}"


def send_label(use_case: str) -> str:
    """The block of the labels; another one for each use case, or Slack would keep the choice."""
    return f"send_label:{use_case}"


def sent_from(channel: str, ts: str, use_case: str) -> str:
    """What the form to send a message remembers."""
    return f"{channel}:{ts}:{use_case}"


def sending(remembered: str) -> tuple[str, str, str]:
    """Channel, timestamp and use case; the reverse of ``sent_from``."""
    channel, ts, use_case = remembered.split(":")
    return channel, ts, use_case


def signature(change_id: int, office: str) -> str:
    """What a button under a proposed policy carries: no number first, which would name a case."""
    return f"change:{change_id}:{office}"


def signed(value: str) -> tuple[int, str]:
    """Number and office; the reverse of ``signature``."""
    _, change_id, office = value.split(":")
    return int(change_id), office


def case_of(view: Mapping[str, Any]) -> int:
    """The case a form is about."""
    case_id, _, _ = view["private_metadata"].partition(FROM)
    return int(case_id)


def answer(view: Mapping[str, Any], *, block: str | None = None) -> Mapping[str, Any]:
    """What was given in the form's first input, or in the named one, in Slack's shape."""
    values = view["state"]["values"]
    name = input_block(block or view["callback_id"], case_of(view))
    given: Mapping[str, Any] = values[name][INPUT]
    return given


def chosen(case_id: int, choice: str) -> str:
    """An option's value: which case, and what was chosen for it."""
    return f"{case_id}:{choice}"


def verdict_and_label(verdict: Verdict, label: str) -> str:
    """What an adjudicator chooses."""
    return f"{verdict}:{label}"


def verdict_with_label(chosen_words: str) -> tuple[Verdict, str]:
    """The reverse of ``verdict_and_label``."""
    verdict, _, label = chosen_words.partition(":")
    return Verdict(verdict), label


def choice(value: str) -> tuple[int, str]:
    """The case and the choice of an option's value; the reverse of ``chosen``."""
    case_id, _, chosen_word = value.partition(":")
    return int(case_id), chosen_word
