"""What whom a case is about is asked, and how feedback is asked for."""

from bot.slack import blocks, ids
from bot.slack.blocks import Element
from bot.slack.cards.wording import decided_by, outcome_title
from bot.slack.message import Block, Message
from bot.slack.text import clean, clip, mention, moment, mrkdwn, one_line
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.storage.questions import Answer, Answered, Question, QuestionKind, Via, words_of
from hitl.vocabulary import CaseState

_MOST_BUTTONS = 5
"""More labels than this are chosen from a menu."""
_ITEM = 1_500
_LABEL = 75
_TITLE = 150
DECLINES = ""
"""The choice of whoever would rather not decide, or does not know; no label is empty."""


def question_message(case: Case, question: Question, *, use_case: UseCase) -> Message:
    """The question as it stands: with buttons while an answer counts, else with what became."""
    ask = _choice if question.kind is QuestionKind.CHOICE else _feedback
    return ask(case, question, use_case=use_case)


def _choice(case: Case, question: Question, *, use_case: UseCase) -> Message:
    head = [blocks.header(question.wording), *_item(case)]
    if question.answer is not None:
        return _closed(case, head, _chosen(question.answer, question, use_case=use_case))
    if case.state is not CaseState.OPEN:
        return _closed(case, head, _decided_without(case, use_case=use_case))
    buttons = blocks.actions(
        f"question:{question.id}", *_labels(case, question, use_case=use_case), _decline(case)
    )
    return Message(
        f"{mrkdwn(question.wording, _TITLE)} {_title(case)}",
        [*head, buttons, blocks.context(blocks.mrkdwn(_until(case, question)))],
    )


def _feedback(case: Case, question: Question, *, use_case: UseCase) -> Message:
    label = mrkdwn(words_of(case.label, question, use_case=use_case), _LABEL)
    said = f"This was decided automatically: *{label}*."
    asks = question.wording or "Was this right?"
    head = [blocks.header(asks), *_where(case, question), *_item(case), blocks.section(said)]
    if question.answer is not None:
        return _closed(case, head, _told(question.answer, question, use_case=use_case))
    buttons = blocks.actions(
        f"question:{question.id}",
        _button("Yes", ids.FEEDBACK_RIGHT, case, style="primary"),
        *_wrong(case, question, use_case=use_case),
    )
    return Message(f"{mrkdwn(asks, _TITLE)} {label}: {_title(case)}", [*head, buttons])


def _labels(case: Case, question: Question, *, use_case: UseCase) -> list[Element]:
    """In the policy's order: what the AI thinks is not to lead anyone."""
    labels = list(use_case.labels)
    if len(labels) > _MOST_BUTTONS:
        options = [_option(case, question, label, use_case=use_case) for label in labels]
        return [blocks.menu("Choose one…", action_id=ids.ANSWER_MENU, options=options)]
    return [
        blocks.button(
            words_of(label, question, use_case=use_case),
            action_id=f"{ids.ANSWER_PREFIX}{place}",
            value=ids.chosen(case.id, label),
        )
        for place, label in enumerate(labels)
    ]


def _decline(case: Case) -> Element:
    return _button("I'd rather not say", ids.ANSWER_DECLINE, case)


def _wrong(case: Case, question: Question, *, use_case: UseCase) -> list[Element]:
    """A button where only one other label is left, else a menu of them."""
    others = [label for label in use_case.labels if label != case.label]
    if len(others) == 1:
        words = f"No: {words_of(others[0], question, use_case=use_case)}"
        return [
            blocks.button(words, action_id=ids.FEEDBACK_WRONG, value=ids.chosen(case.id, others[0]))
        ]
    options = [
        blocks.option("I don't know what it is", ids.chosen(case.id, DECLINES)),
        *(_option(case, question, label, use_case=use_case) for label in others),
    ]
    return [blocks.menu("No, it is…", action_id=ids.FEEDBACK_MENU, options=options)]


def _option(case: Case, question: Question, label: str, *, use_case: UseCase) -> Element:
    return blocks.option(words_of(label, question, use_case=use_case), ids.chosen(case.id, label))


def _button(
    words: str, action_id: str, case: Case, *, style: blocks.Style | None = None
) -> Element:
    return blocks.button(words, action_id=action_id, value=str(case.id), style=style)


def _where(case: Case, question: Question) -> list[Block]:
    """Which case it is, for reviewers; it says nothing to whom the case is about."""
    if question.slack_user is not None:
        return []
    return [blocks.context(blocks.plain(f"{case.use_case} · case {case.id} · {case.key}", 200))]


def _item(case: Case) -> list[Block]:
    title = [blocks.rich(blocks.line(blocks.span(one_line(case.title or "", _TITLE), "bold")))]
    text = [blocks.rich(blocks.quote(clip(clean(case.text), _ITEM)))] if case.text else []
    return [*(title if case.title else []), *text]


def _title(case: Case) -> str:
    return f"“{mrkdwn(case.title or case.text or case.key, _TITLE)}”"


def _until(case: Case, question: Question) -> str:
    if case.people_since is not None:
        return "Others are looking at this by now; your answer counts if you are first."
    if question.until is None:
        return "Others decide if you don't."
    return f"If you don't answer by {moment(question.until)}, others decide."


def _closed(case: Case, head: list[Block], said: str) -> Message:
    return Message(f"{said} {_title(case)}", [*head, blocks.section(said)])


def _chosen(answer: Answer, question: Question, *, use_case: UseCase) -> str:
    if answer.said is Answered.DECLINED:
        return "You would rather not decide this; others do."
    words = mrkdwn(words_of(answer.label or "", question, use_case=use_case), _LABEL)
    if answer.counted:
        return f"✔ You chose *{words}*. Thank you!"
    return f"You chose *{words}*, but it had been decided before. Thank you all the same!"


def _decided_without(case: Case, *, use_case: UseCase) -> str:
    if case.outcome is None:
        return "This needs no answer any more."
    title = outcome_title(case.outcome, use_case=use_case)
    return f"This needs no answer any more: {decided_by(case.outcome)} decided *{title}*."


def _told(answer: Answer, question: Question, *, use_case: UseCase) -> str:
    # What a caller's product calls its users is a name, even where it looks like an id.
    who = mention(answer.by) if answer.via is Via.SLACK else mrkdwn(answer.by, _TITLE)
    if answer.said is Answered.RIGHT:
        return f"✔ {who} says this was right. Thank you!"
    if answer.label is None:
        return f"✖ {who} says this was wrong. Thank you!"
    words = mrkdwn(words_of(answer.label, question, use_case=use_case), _LABEL)
    stands = " It stands corrected." if answer.counted else ""
    return f"✖ {who} says this was wrong, and *{words}* right. Thank you!{stands}"
