"""What every verb writes beside its change: the audit event and the outbox rows that follow."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from hitl.audit import words_digest
from hitl.blindness import as_seen, awaits_people
from hitl.cases import Case, Outcome
from hitl.storage import outbox
from hitl.storage.bell import case_topic
from hitl.storage.chain import Happening, append
from hitl.storage.database import Transaction
from hitl.storage.flags import FlagEnd, end_watch, watch
from hitl.storage.label_marks import mark_label
from hitl.storage.slack_copies import card_place
from hitl.storage.statements import insert_all
from hitl.storage.tables import notes, outcomes
from hitl.vocabulary import By

POLICY = "policy"
"""The actor of what the policy did by itself."""
_TEACHES = frozenset({By.REVIEWER, By.USER})
"""Whose outcomes are labels; what a machine or a deadline let stand teaches nothing new."""
# Made once: making a statement costs as much as running it.
_INSERT_NOTE = insert(notes)


def record_event(
    tx: Transaction,
    case_id: int,
    *,
    event: str,
    actor: str,
    data: Mapping[str, Any],
    words: str | None = None,
    position: int | None = None,
) -> None:
    """Append to the case's history and wake whoever waits for the case.

    ``data`` holds nothing that a person wrote, for history stays when that is erased; ``words``
    is its digest. ``position`` is given where the case's row counts the event already.
    """
    append(tx, case_id, Happening(event, actor, data, words), position=position)
    tx.announce(case_topic(case_id))


def record_words(tx: Transaction, case_id: int, *, author: str, text: str) -> str:
    """Keep what a person wrote where it can be erased; its digest, for the event."""
    salt = tx.salt()
    tx.connection.execute(
        _INSERT_NOTE,
        {"case_id": case_id, "author": author, "text": text, "salt": salt, "at": tx.now},
    )
    return words_digest(text, salt=salt)


def record_outcome(tx: Transaction, case_id: int, outcome: Outcome) -> None:
    """Store the outcome as the current one; a second current one is refused by the table.

    A flagged one is watched until another one stands.
    """
    record_outcomes(tx, {case_id: outcome})


def record_outcomes(tx: Transaction, by_case: Mapping[int, Outcome]) -> None:
    """The same for many cases by their ids."""
    rows = [
        {
            "case_id": case_id,
            "revision": outcome.revision,
            "is_current": True,
            "verdict": outcome.verdict,
            "label": outcome.label,
            "by": outcome.by,
            "reviewer": outcome.reviewer,
            "note": outcome.note,
            "flagged": outcome.flagged,
            "overrules": outcome.overruled is not None,
            "decided_at": outcome.decided_at,
        }
        for case_id, outcome in by_case.items()
    ]
    insert_all(tx.connection, outcomes, rows)
    for case_id, outcome in by_case.items():
        _follow_up(tx, case_id, outcome)


def _follow_up(tx: Transaction, case_id: int, outcome: Outcome) -> None:
    if outcome.by in _TEACHES:
        mark_label(tx, case_id)
    if outcome.flagged:
        watch(tx, case_id)
    elif outcome.overruled is not None:
        is_same = outcome.overruled.label == outcome.label
        end_watch(tx, case_id, end=FlagEnd.CLEARED if is_same else FlagEnd.TURNED)


def post_card(tx: Transaction, case_id: int, *, use_case: str, channel: str) -> None:
    """The case must appear in its channel."""
    outbox.put_all(tx, [card_to_post(case_id, use_case=use_case, channel=channel)])


def card_to_post(case_id: int, *, use_case: str, channel: str) -> outbox.Draft:
    """The case's card, to appear in its channel."""
    return outbox.Draft(
        kind=outbox.Kind.CARD_POST,
        stream=outbox.case_stream(case_id),
        lane=outbox.posts_lane(channel),
        use_case=use_case,
        case_id=case_id,
        payload={"channel": channel},
    )


def update_card(tx: Transaction, case: Case, *, response_url: str | None = None) -> None:
    """The card must show the case as it is now; ``response_url`` is the click's own way back.

    A card that nobody has begun to post is drawn as things are then, or not at all for a case
    that waits no more: neither may use up what Slack allows the cards that people wait for.
    """
    if not (case.has_card or _is_being_posted(tx, case)):
        return
    outbox.put(
        tx,
        kind=outbox.Kind.CARD_UPDATE,
        stream=outbox.case_stream(case.id),
        lane=outbox.RESPONSES_LANE if response_url else outbox.UPDATES_LANE,
        case_id=case.id,
        use_case=case.use_case,
        payload={"response_url": response_url} if response_url else {},
    )


def _is_being_posted(tx: Transaction, case: Case) -> bool:
    """Whether somebody has begun to post its card; one that nobody has is settled with this."""
    stream = outbox.case_stream(case.id)
    is_needed = awaits_people(case)
    if outbox.settle_untaken(
        tx,
        stream,
        kind=outbox.Kind.CARD_POST,
        state=outbox.Sending.WAITING if is_needed else outbox.Sending.SKIPPED,
        reason=None if is_needed else f"the case is {as_seen(case).state} already",
    ):
        return False
    is_under_way = outbox.is_waiting(tx.connection, stream, kind=outbox.Kind.CARD_POST)
    # On PostgreSQL it may have been posted since the case was read.
    return is_under_way or card_place(tx.connection, case.id) is not None


def reply_in_thread(
    tx: Transaction, case: Case, *, channel: str, payload: Mapping[str, Any]
) -> None:
    """Something must be said under the card; ``payload`` is what the words are made from."""
    outbox.put(
        tx,
        kind=outbox.Kind.THREAD_REPLY,
        stream=outbox.case_stream(case.id),
        lane=outbox.posts_lane(channel),
        case_id=case.id,
        use_case=case.use_case,
        payload=payload,
    )
