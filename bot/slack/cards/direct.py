"""What somebody is told directly, with the one step that goes on from there."""

from collections.abc import Sequence

from bot.slack import blocks, ids
from bot.slack.message import Message
from bot.slack.text import escape, mention, mrkdwn
from hitl.cases import Case
from hitl.notifications import Told
from hitl.policy import UseCase


def direct_message(kind: Told, case: Case, *, use_case: UseCase, by: Sequence[str] = ()) -> Message:
    """One sentence and a button."""
    name = f"“{mrkdwn(case.title or case.text or case.key, 150)}”"
    where = f"case {case.id} in {use_case.name}"
    if kind is Told.DISPUTE:
        text = f"⚖ Reviewers disagree on {name}, {where}. You may settle it."
        go_on = blocks.button(
            "Adjudicate…", action_id=ids.ADJUDICATE, value=str(case.id), style="primary"
        )
    else:
        asks = " and ".join(map(mention, by)) or "Somebody"
        text = f"{asks} asks you to look at {name}, {where}."
        go_on = blocks.button("Show", action_id=ids.SHOW_CASE, value=str(case.id))
    return Message(text, [blocks.section(text, accessory=go_on)])


def fatigue_message(seen: Sequence[str]) -> Message:
    """What was seen of the person's own day, one thing to do about it, and how to hear no more."""
    signs = " ".join(map(escape, seen))
    text = (
        f":tea: {signs} If it has been a long day, ten minutes away from the screen may help:"
        " what waits is kept, and others can take it."
    )
    alone = (
        "For you alone: nobody else is told, and it is no diagnosis. To hear no more of it, untick"
        " it in this app's *Home* tab."
    )
    return Message(f"{text} {alone}", [blocks.section(text), blocks.context(blocks.mrkdwn(alone))])
