"""No card breaks a limit of Slack's, whatever a caller sends."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.limits.messages import UPDATE_TEXT, check_message
from bot.slack import blocks
from bot.slack.cards.case import case_card
from bot.slack.message import Message
from hitl.cases import Case, Evidence, Note
from hitl.policy import UseCase
from hitl.vocabulary import CaseState, Verdict
from tests.slack.samples import MODERATION, NOON, by_ana, digit, labelling, post

HOSTILE = (
    st.text(max_size=300)
    | st.sampled_from(
        ["&", "<!channel>", '"', "\\", "\n", "\u202e", "👩\u200d🚀", "ﷺ", "\x00"]
    ).map(lambda piece: piece * 3_000)
    | st.just("<@U1> & " * 12_500)
)
FILES = {1: "F01", 2: "F02"}
WEB = st.integers(0, 2_980).map(lambda length: f"https://example.org/{'a' * length}")
EVIDENCE = st.one_of(
    st.builds(Evidence, HOSTILE, text=HOSTILE),
    st.builds(
        Evidence, HOSTILE, fields=st.lists(st.tuples(HOSTILE, HOSTILE), max_size=30).map(tuple)
    ),
    st.builds(Evidence, HOSTILE, image_url=WEB | HOSTILE),
    st.builds(Evidence, HOSTILE, image_id=st.integers(1, 3)),
    st.builds(Evidence, HOSTILE, url=WEB | HOSTILE),
)
LABELS = st.lists(
    st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=100),
    min_size=2,
    max_size=12,
    unique=True,
)


def assert_sendable(message: Message) -> None:
    """Slack would take this message as it is, to post and to update."""
    assert 0 < len(message.text) <= 3_000
    assert blocks.fits(message.blocks)
    check_message(
        text=message.text,
        blocks=message.blocks,
        most_text=UPDATE_TEXT,
        ready_files=frozenset(FILES.values()),
        unsupported=frozenset(),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, UseCase]:
    """A case full of things nobody wants to see, and the use case it belongs to."""
    content: dict[str, Any] = {
        "key": draw(HOSTILE),
        "title": draw(st.none() | HOSTILE),
        "text": draw(st.none() | HOSTILE),
        "reason": draw(st.none() | HOSTILE),
        "route_reason": draw(HOSTILE),
        "evidence": tuple(draw(st.lists(EVIDENCE, max_size=4))) * draw(st.sampled_from([1, 15])),
        "notes": tuple(
            draw(st.lists(st.builds(Note, HOSTILE, HOSTILE, st.just(NOON)), max_size=5))
        ),
        "state": draw(st.sampled_from([CaseState.OPEN, CaseState.DISPUTED, CaseState.WITHDRAWN])),
    }
    if draw(st.booleans()):
        decided = by_ana(
            draw(st.sampled_from(Verdict)), "clean", reviewer=draw(HOSTILE), note=draw(HOSTILE)
        )
        return post(**(content | draw(st.sampled_from([{}, decided])))), MODERATION
    labels = draw(LABELS)
    scores = {label: draw(st.floats(0, 1)) for label in labels}
    label = max(labels, key=scores.__getitem__)
    named = {"label": label, "confidence": scores[label], "scores": scores}
    return digit(**(content | named)), labelling(*labels)


@settings(max_examples=80, deadline=None)
@given(cases(), st.booleans())
def test_every_card_is_within_slacks_limits(given_case: tuple[Case, UseCase], plain: bool) -> None:
    case, use_case = given_case
    later = NOON + timedelta(days=400)
    assert_sendable(case_card(case, use_case=use_case, now=later, files=FILES, plain=plain))


def test_a_thousand_labels_are_offered_as_far_as_a_card_can_carry_them() -> None:
    labels = [f"intent number {n} with a rather long name" for n in range(1_000)]
    case = digit(label=labels[0], scores=dict.fromkeys(labels, 0.001))
    message = case_card(case, use_case=labelling(*labels), now=NOON)
    assert_sendable(message)
    menu = message.blocks[-1]["elements"][1]
    assert menu["options"][0]["text"]["text"] == labels[1]
    assert menu["options"][-1]["text"]["text"] == "Another label…"


def test_where_labels_fill_a_card_less_is_shown_of_the_item() -> None:
    labels = [f"intent number {n} with a rather long name" for n in range(300)]
    evidence = tuple(Evidence(f"Piece {n}", text='"' * 500) for n in range(8))
    case = digit(label=labels[0], scores={}, text='"' * 1_500, evidence=evidence)
    message = case_card(case, use_case=labelling(*labels), now=NOON)
    assert_sendable(message)
    assert "more characters, see Full text" in str(message.blocks)


def test_a_card_that_nothing_makes_fit_takes_its_plain_form() -> None:
    quotes = '"' * 500
    labels = ['"' * 60 + str(n) for n in range(300)]
    fields = {"title": quotes, "text": quotes, "reason": quotes, "route_reason": quotes}
    notes = (Note(quotes, quotes, NOON),) * 3
    scores = dict.fromkeys(labels[:3], 0.2)
    case = digit(label=labels[0], scores=scores, notes=notes, key=quotes, **fields)
    message = case_card(case, use_case=labelling(*labels), now=NOON)
    assert_sendable(message)
    assert message.blocks[0]["type"] == "section"


def test_fifty_pieces_of_evidence_are_shown_in_part_and_counted() -> None:
    evidence = tuple(Evidence(f"Piece {n}", text="words " * 100) for n in range(50))
    message = case_card(post(evidence=evidence), use_case=MODERATION, now=NOON)
    assert_sendable(message)
    assert "more pieces of evidence, see Full text" in str(message.blocks)
