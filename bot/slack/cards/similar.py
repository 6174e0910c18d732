"""How similar past cases were decided: a line on a card, and the cases behind it."""

from collections import Counter
from collections.abc import Sequence

from bot.slack import blocks, ids
from bot.slack.cards.details import modal
from bot.slack.cards.evidence import cut
from bot.slack.cards.wording import outcome_title
from bot.slack.message import Block, View
from bot.slack.text import mention, moment, mrkdwn, one_line
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.precedents import Precedent

_WORD = 60
_TITLE = 150
_TEXT = 400


def similar_line(precedents: Sequence[Precedent], *, use_case: UseCase) -> str:
    """``5 similar: 4 reject, 1 approve``, escaped; by label where verdicts speak of the AI."""
    chosen = Counter(
        each.verdict if use_case.is_verdict else mrkdwn(each.label, _WORD) for each in precedents
    )
    counts = ", ".join(f"{count} {word}" for word, count in chosen.most_common())
    return f"{len(precedents)} similar: {counts}"


def similar_blocks(
    case: Case, precedents: Sequence[Precedent], *, use_case: UseCase
) -> list[Block]:
    """The line with the way to the cases; nothing where nothing is similar."""
    if not precedents:
        return []
    listed = ",".join(str(each.case_id) for each in precedents)
    words = "See it" if len(precedents) == 1 else "See them"
    look = blocks.button(words, action_id=ids.SHOW_SIMILAR, value=f"{case.id}:{listed}")
    line = blocks.section(similar_line(precedents, use_case=use_case), accessory=look)
    # Another id for each case: Slack takes a button it knows for the one that was pressed.
    return [line | {"block_id": f"similar:{case.id}:{listed}"[:255]}]


def similar_view(case: Case, precedents: Sequence[Precedent], *, use_case: UseCase) -> View:
    """Each with its decision, by whom and why; one click further is its card."""
    if not precedents:
        gone = "The decisions on these cases were taken back since."
        return modal("Similar cases", [blocks.section(gone)])
    about = f"Decided by people, the most like case {case.id} first"
    shown = [blocks.context(blocks.plain(about, _TITLE))]
    for each in precedents:
        shown += [blocks.divider(), *_precedent(each, use_case=use_case)]
    return modal("Similar cases", shown)


def _precedent(each: Precedent, *, use_case: UseCase) -> list[Block]:
    decided = f"*{outcome_title(each, use_case=use_case)}*"
    by = mention(each.reviewer) if each.reviewer else "a reviewer"
    how = f"{decided} · by {by} · {moment(each.decided_at, '{ago}')}"
    if each.note:
        how += f"\n“{mrkdwn(each.note, _TEXT)}”"
    show = blocks.button(f"Case {each.case_id}", action_id=ids.SHOW_CASE, value=str(each.case_id))
    words = []
    if each.title or not each.text:
        words.append(blocks.line(blocks.span(one_line(each.title or each.key, _TITLE), "bold")))
    if each.text:
        words.append(blocks.quote(cut(each.text, _TEXT)))
    return [blocks.section(how, accessory=show), blocks.rich(*words)]
