"""The messages that ask whom a case is about, or ask for feedback: posted once, then rewritten."""

from bot.delivery.desk import Desk, Sent, Skipped, Unaskable
from bot.delivery.posting import channels_for, post, rendered, say
from bot.delivery.reconcile import find_posted
from bot.delivery.rewriting import rewrite
from bot.delivery.troubles import HOPELESS, Treatment, Trouble, told_as_trouble
from bot.slack.cards.question import question_message
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review.posted import PostedQuestion
from hitl.storage.outbox import Parcel
from hitl.storage.queries import case_by_id
from hitl.storage.questions import Question, QuestionKind, question_by_id
from hitl.vocabulary import CaseState


async def show_question(desk: Desk, parcel: Parcel, *, case_id: int) -> Sent | Skipped:
    """Make the message show the question as it is now; raises ``Trouble``."""
    case, question = await desk.database.read(
        lambda c: (case_by_id(c, case_id), question_by_id(c, parcel.payload["question"]))
    )
    use_case = desk.use_case(parcel)
    if question is None:
        return Skipped("the question is gone")
    if question.place is not None:
        return await _rewrite(desk, case, question, use_case=use_case)
    if not is_to_be_asked(case, question):
        return Skipped("nothing is left to ask")
    if question.slack_user is None:
        return await _post_in_channel(desk, parcel, case, question, use_case=use_case)
    return await _write_to(desk, parcel, case, question, use_case=use_case)


def is_to_be_asked(case: Case, question: Question) -> bool:
    """Whether an answer would still change something."""
    if not question.is_open:
        return False
    return question.kind is QuestionKind.FEEDBACK or case.state is CaseState.OPEN


async def _write_to(
    desk: Desk, parcel: Parcel, case: Case, question: Question, *, use_case: UseCase
) -> Sent | Skipped:
    message = question_message(case, question, use_case=use_case)
    try:
        with told_as_trouble():
            opened = await desk.client.conversations_open(users=question.slack_user)
        channel = opened["channel"]["id"]
        place = await say(desk, parcel, rendered(message), channel=channel)
    except Trouble as trouble:
        if trouble.treatment in HOPELESS:
            return Unaskable(trouble.code or str(trouble), question, use_case)
        raise
    return Sent(PostedQuestion(question.id, place))


async def _post_in_channel(
    desk: Desk, parcel: Parcel, case: Case, question: Question, *, use_case: UseCase
) -> Sent:
    channels = channels_for(parcel, use_case)
    place = await find_posted(desk, parcel, channels=channels)
    if place is None:
        render = rendered(question_message(case, question, use_case=use_case))
        shared = use_case.allow_shared_channel
        place = await post(desk, parcel, render, channels=channels, allow_shared=shared)
    return Sent(PostedQuestion(question.id, place))


async def _rewrite(
    desk: Desk, case: Case, question: Question, *, use_case: UseCase
) -> Sent | Skipped:
    if question.place is None:
        raise ValueError("a message that stands nowhere")
    render = rendered(question_message(case, question, use_case=use_case))
    try:
        await rewrite(desk, question.place, render)
    except Trouble as trouble:
        if trouble.treatment is not Treatment.TELL_IN_THREAD:
            raise
        return Skipped(f"the message can't be rewritten any more: {trouble}")
    return Sent()
