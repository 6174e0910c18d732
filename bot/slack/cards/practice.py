"""The modal of practice: five items without the AI's answer, then how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bot.slack import blocks, ids
from bot.slack.cards.actions import MOST_LABEL_BUTTONS
from bot.slack.cards.evidence import Room, evidence_blocks, item_blocks
from bot.slack.message import Block, View
from bot.slack.practice import HOW_MANY, Practice
from bot.slack.text import counted, mrkdwn, seconds_said
from hitl.cases import Case
from hitl.policy import UseCase

TARGET_SECONDS = 10
_ROOM = Room(item=1_500, piece=500, pieces=8)
_NAME = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """One case with what was said, what is right, and how long it took."""

    case: Case
    said: str
    right: str
    seconds: float


def opening_practice() -> View:
    """Shown at once, while the cases are chosen."""
    return _modal([blocks.section("One moment: choosing five cases to practise on.")])


def practice_view(
    practice: Practice, case: Case, *, use_case: UseCase, files: Mapping[int, str]
) -> View:
    """One item, blind, with a button for each label it may have."""
    number = f"*Case {practice.position + 1} of {len(practice.cases)}*"
    how = f"{number} · the target is {TARGET_SECONDS} s each · nothing here is a real decision"
    shown = [
        blocks.context(blocks.mrkdwn(how)),
        blocks.header(use_case.question),
        *item_blocks(case, room=_ROOM),
        *evidence_blocks(case, room=_ROOM, files=files),
        _labels(practice, use_case=use_case),
    ]
    return _modal(shown) | {"private_metadata": practice.packed()}


def practised_view(answered: Sequence[Answered], *, use_case: UseCase) -> View:
    """How many were right and how fast, then each case with the right answer."""
    right = sum(each.said == each.right for each in answered)
    middle = median(each.seconds for each in answered)
    reached = middle < TARGET_SECONDS
    target = "under the target" if reached else f"the target is under {TARGET_SECONDS} s"
    again = blocks.button("Five more", action_id=ids.START_PRACTICE, value=use_case.name)
    review = blocks.button(
        "Start reviewing", action_id=ids.START_REVIEWING, value=use_case.name, style="primary"
    )
    return _modal(
        [
            blocks.header(
                f"{right} of {len(answered)} right, the median in {seconds_said(middle)}"
            ),
            blocks.context(blocks.mrkdwn(f"{'✔' if reached else '…'} {target}")),
            *(block for each in answered for block in _feedback(each, use_case=use_case)),
            blocks.divider(),
            blocks.actions("practised", again, review),
        ]
    )


def too_few_view(known: int, *, use_case: UseCase) -> View:
    """How to come by enough known answers."""
    name = use_case.name
    there = f"*{name}* has {counted(known, 'case')} with a known answer; practice needs {HOW_MANY}."
    how = (
        "Every dispute or check that an adjudicator settles gives one. A program adds them with"
        " `POST /v1/known-answers`: an item and its right label."
    )
    return _modal([blocks.section(there), blocks.section(how)])


def refused_practice(reason: str) -> View:
    """Why there is none; ``reason`` is mrkdwn, ready to show."""
    return _modal([blocks.section(reason)])


def _modal(shown: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": ids.PRACTICE,
        "title": blocks.plain("Practice", 24),
        "close": blocks.plain("Stop", 24),
        "blocks": shown,
    }


def _labels(practice: Practice, *, use_case: UseCase) -> Block:
    """As on a blind card: a button each, or a menu, which Slack keeps as long as its name stays."""
    here = practice.position
    name = f"practise:{here}:{practice.cases[here]}"
    labels = list(use_case.labels)
    if len(labels) <= MOST_LABEL_BUTTONS:
        buttons = [
            blocks.button(
                _words(label, use_case=use_case),
                action_id=f"{ids.PRACTISE_PREFIX}{number}",
                value=f"{here}:{label}",
            )
            for number, label in enumerate(labels)
        ]
        return blocks.actions(name, *buttons)
    options = [blocks.option(label, f"{here}:{label}") for label in labels]
    menu = blocks.menu("Which label is right?", action_id=ids.PRACTISE_MENU, options=options)
    return blocks.actions(name, menu)


def _words(label: str, *, use_case: UseCase) -> str:
    """As on the buttons of a card where those speak of the item."""
    if use_case.is_verdict:
        return use_case.button_text(use_case.verdict_for(label, label), label)
    rule = use_case.labels.get(label)
    return (rule and rule.button) or label


def _feedback(each: Answered, *, use_case: UseCase) -> list[Block]:
    is_right = each.said == each.right
    said = f"You: *{_escaped(each.said, use_case)}* · {seconds_said(each.seconds)}"
    if not is_right:
        said += f" · right: *{_escaped(each.right, use_case)}*"
    title = mrkdwn(each.case.title or each.case.text or each.case.key, 150)
    return [
        blocks.divider(),
        blocks.section(f"{'✔' if is_right else '✖'} {title}"),
        blocks.context(blocks.mrkdwn(said)),
    ]


def _escaped(label: str, use_case: UseCase) -> str:
    return mrkdwn(_words(label, use_case=use_case), _NAME)
