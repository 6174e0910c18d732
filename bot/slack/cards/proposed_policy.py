"""A proposed policy: what is to change, who has signed, and the buttons to sign and withdraw."""

from collections.abc import Iterator, Mapping

from bot.slack import blocks, ids
from bot.slack.cards.policy_effect import effect_lines
from bot.slack.message import Block, Message, View
from bot.slack.text import counted, mention, moment, mrkdwn
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.storage.policy_changes import Change, ChangeState

_MOST_LINES = 20
_LINE = 120
_NAME = 100
_REASON = 300
_HOW = "It takes effect when all have signed. Until then everything goes on as it is."


def proposal_message(change: Change, *, called: Mapping[str, str]) -> Message:
    """The message in the channel; ``called`` mentions the approvers by office, as mrkdwn."""
    title = f"Policy change for {change.use_case}"
    text = f"{title}: {_first_words(change)}. {_state(change)}"
    shown = [
        blocks.header(title),
        blocks.section(_asked(change)),
        blocks.section(_lines(change)),
        *effect_blocks(change),
        blocks.section("\n".join(_signatures(change, called))),
    ]
    if change.state is ChangeState.PROPOSED:
        return Message(text, [*shown, blocks.context(blocks.mrkdwn(_HOW)), signing_buttons(change)])
    return Message(text, [*shown, blocks.section(f"*{_state(change)}*")])


def withdraw_proposal_form(change: Change) -> View:
    """Why it is not wanted any more."""
    box = {
        "type": "plain_text_input",
        "action_id": ids.INPUT,
        "multiline": True,
        "max_length": 1_000,
    }
    return {
        "type": "modal",
        "callback_id": ids.WITHDRAW_PROPOSAL_FORM,
        "private_metadata": str(change.id),
        "title": blocks.plain("Withdraw", 24),
        "submit": blocks.plain("Withdraw", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": [
            blocks.context(
                blocks.plain(f"{change.use_case} · proposal {change.id}: what runs goes on", 200)
            ),
            {
                "type": "input",
                "block_id": ids.input_block(ids.WITHDRAW_PROPOSAL_FORM, change.id),
                "label": blocks.plain("Reason", 75),
                "element": box,
            },
        ],
    }


def effect_blocks(change: Change) -> list[Block]:
    """What was expected of it when it was proposed."""
    if change.effect is None:
        return []
    words = "\n".join(f"• {line}" for line in effect_lines(change.effect))
    return [blocks.section(f"*Expected, by what was predicted before*\n{words}")]


def signed_words(change: Change) -> str:
    """``signed for legal; waits for security``."""
    signed = [signature.office for signature in change.signatures]
    parts = [f"signed for {listed(signed)}"] if signed else ["nobody has signed"]
    if change.missing:
        parts.append(f"waits for {listed(change.missing)}")
    return "; ".join(parts)


def _asked(change: Change) -> str:
    by, at = mrkdwn_name(change.by), moment(change.asked_at)
    return f"*Proposal {change.id}* · asked for by {by}, {at}"


def mrkdwn_name(person: str) -> str:
    """A Slack user mentioned, anybody else by name."""
    return mention(person) if person else "somebody"


def _lines(change: Change) -> str:
    words = [f"• {mrkdwn(in_words(each), _LINE)}" for each in change.differences]
    shown = words[:_MOST_LINES]
    if len(words) > _MOST_LINES:
        shown.append(f"and {counted(len(words) - _MOST_LINES, 'more key')}")
    return "\n".join(shown) or "Nothing that can be named."


def _first_words(change: Change) -> str:
    return listed((mrkdwn(in_words(each), _LINE) for each in change.differences), most=3)


def _signatures(change: Change, called: Mapping[str, str]) -> Iterator[str]:
    signed = {signature.office: signature for signature in change.signatures}
    for office in change.approvers:
        if office in signed:
            at = moment(signed[office].at)
            yield f"✔ *{office}* · signed by {mrkdwn_name(signed[office].by)}, {at}"
        elif change.state is ChangeState.PROPOSED:
            yield f"☐ *{office}* · {called[office]}"
        else:
            yield f"☐ *{office}* · did not sign"


def _state(change: Change) -> str:
    if change.state is ChangeState.PROPOSED:
        return f"Waits for {listed(change.missing)}"
    at = moment(change.settled_at or change.asked_at)
    by = mrkdwn_name(change.settled_by or "")
    if change.state is ChangeState.APPLIED:
        return f"In force since {at}"
    why = f": “{mrkdwn(change.reason, _REASON)}”" if change.reason else ""
    return f"Withdrawn by {by}, {at}{why}"


def signing_buttons(change: Change) -> Block:
    """One for each office that has not signed, and one to withdraw."""
    sign = [
        blocks.button(
            f"Sign for {office}",
            action_id=f"{ids.SIGN_PREFIX}{number}",
            value=ids.signature(change.id, office),
            style="primary",
        )
        for number, office in enumerate(change.missing)
    ]
    withdraw = blocks.button(
        "Withdraw…", action_id=ids.WITHDRAW_PROPOSAL, value=ids.signature(change.id, "")
    )
    return blocks.actions(f"proposal:{change.id}:{len(change.signatures)}", *sign, withdraw)
