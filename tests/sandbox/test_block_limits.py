"""Block Kit's limits: what Slack would refuse is refused, what it takes is taken."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.errors import Refused
from bot.sandbox.limits.blocks import BLOCKS
from bot.sandbox.limits.messages import check_message
from bot.sandbox.limits.views import check_view
from tests.sandbox.cards import actions, button, modal, note_input, section


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(str(n)), "value": str(n)} for n in range(count)]


def select(kind: str, count: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "options": options(count), **more}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": plain(text)}


def table(kind: str, rows: int, cells: int) -> dict[str, Any]:
    row = [{"type": "raw_text", "text": "a"}] * cells
    return {"type": kind, "rows": [row] * rows}


def chart(kind: str, *, series: int = 1, label: str = "Mon", name: str = "s{}") -> dict[str, Any]:
    lines = [
        {"name": name.format(n), "data": [{"label": label, "value": 1}]} for n in range(series)
    ]
    plot = {"type": kind, "series": lines, "axis_config": {"categories": ["Mon"]}}
    return {"type": "data_visualization", "title": "Week", "chart": plot}


def container(*children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "container", "title": plain("Why"), "child_blocks": list(children), **more}


CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("Really?"),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "hello"}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://a"}]}
            ],
        },
    ],
}

TAKEN = {
    "a section of 3,000 characters": [section("x" * 3000)],
    "10 fields": [{"type": "section", "fields": [plain("x" * 100)] * 10}],
    "50 blocks": [{"type": "divider"}] * 50,
    "25 buttons": [actions(*(button("Go", f"go{n}") for n in range(25)))],
    "a button with everything": [
        actions(button("x" * 75, "a" * 255, value="v" * 2000, style="danger", confirm=CONFIRM))
    ],
    "5 options in a menu": [actions(select("overflow", 5))],
    "100 options": [actions(select("static_select", 100, initial_option=options(1)[0]))],
    "rich text": [RICH],
    "markdown": [{"type": "markdown", "text": "# Hi"}],
    "a table": [table("table", 100, 20)],
    "a data table": [table("data_table", 101, 2) | {"caption": "Reviewers"}],
    "charts": [chart("bar", series=6), chart("line")],
    "a pie": [
        {
            "type": "data_visualization",
            "title": "Routes",
            "chart": {"type": "pie", "segments": [{"label": "auto", "value": 3}]},
        }
    ],
    "a folded container": [
        container(section("x"), header("y"), is_collapsible=True, default_collapsed=True)
    ],
    "the same action id in two blocks": [actions(button("A", "go")), actions(button("B", "go"))],
    "an image by address": [{"type": "image", "image_url": "https://a/b.png", "alt_text": "b"}],
    "an uploaded image": [{"type": "image", "slack_file": {"id": "F0READY"}, "alt_text": "b"}],
}

REFUSED = {
    "an unknown type": ([{"type": "hologram"}], "unsupported type: hologram"),
    "no type": ([{"text": "x"}], "unsupported type: None"),
    "not an object": (["x"], "must be an object"),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items"),
    "an empty text": ([section("")], "must be more than 0 characters"),
    "3,001 characters": ([section("x" * 3001)], "must be less than 3001 characters"),
    "11 fields": ([{"type": "section", "fields": [plain("x")] * 11}], "no more than 10 items"),
    "a field of 2,001": ([{"type": "section", "fields": [plain("x" * 2001)]}], "less than 2001"),
    "a section of nothing": ([{"type": "section"}], "at least one is required of: text, fields"),
    "a header in mrkdwn": (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "unsupported type: mrkdwn",
    ),
    "a header of 151": ([header("x" * 151)], "less than 151"),
    "11 in a context": ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10"),
    "26 buttons": (
        [actions(*(button("Go", f"go{n}") for n in range(26)))],
        "no more than 25 items",
    ),
    "a button text of 76": ([actions(button("x" * 76, "go"))], "less than 76"),
    "a value of 2,001": ([actions(button("x", "go", value="v" * 2001))], "less than 2001"),
    "an action id of 256": ([actions(button("x", "a" * 256))], "less than 256"),
    "a block id of 256": ([section("x", block_id="b" * 256)], "less than 256"),
    "an unknown style": ([actions(button("x", "go", style="warning"))], "must be one of"),
    "an unknown property": ([section("x", colour="red")], "invalid additional property: colour"),
    "emoji in mrkdwn": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
        "invalid additional property: emoji",
    ),
    "a confirm title of 101": (
        [actions(button("x", "go", confirm=CONFIRM | {"title": plain("x" * 101)}))],
        "less than 101",
    ),
    "a confirm text of 301": (
        [actions(button("x", "go", confirm=CONFIRM | {"text": plain("x" * 301)}))],
        "less than 301",
    ),
    "6 options in a menu": ([actions(select("overflow", 6))], "no more than 5 items"),
    "11 radio buttons": ([actions(select("radio_buttons", 11))], "no more than 10 items"),
    "101 options": ([actions(select("static_select", 101))], "no more than 100 items"),
    "two options of one value": (
        [actions(select("static_select", 1) | {"options": options(1) * 2})],
        "option values must be unique",
    ),
    "a first option not offered": (
        [actions(select("static_select", 1, initial_option=options(2)[1]))],
        "initial option is not among the options",
    ),
    "an option text of 76": (
        [actions(select("overflow", 1) | {"options": [{"text": plain("x" * 76), "value": "v"}]})],
        "less than 76",
    ),
    "a text input among actions": (
        [actions({"type": "plain_text_input"})],
        "unsupported type: plain_text_input",
    ),
    "one block id twice": (
        [section("x", block_id="b"), section("y", block_id="b")],
        "block_id already exists: b",
    ),
    "one action id twice in a block": (
        [actions(button("A", "go"), button("B", "go"))],
        "action_id already exists: go",
    ),
    "a picture with no source": ([{"type": "image", "alt_text": "x"}], "exactly one"),
    "a picture with no words": (
        [{"type": "image", "image_url": "https://a/b.png"}],
        "missing required field: alt_text",
    ),
    "a picture from nowhere": (
        [{"type": "image", "image_url": "javascript:1", "alt_text": "x"}],
        "must be a valid URL",
    ),
    "a file that is not ready": (
        [{"type": "image", "slack_file": {"id": "F0LATE"}, "alt_text": "x"}],
        "invalid slack file",
    ),
    "an alert in a message": (
        [{"type": "alert", "text": plain("x")}],
        "unsupported type: alert",
    ),
    "two tables": ([table("table", 1, 1), table("table", 1, 1)], "only 1 table allowed"),
    "101 rows": ([table("table", 101, 1)], "no more than 100 items"),
    "21 cells": ([table("table", 1, 21)], "no more than 20 items"),
    "a ragged data table": (
        [
            {
                "type": "data_table",
                "caption": "c",
                "rows": [[{"type": "raw_text", "text": "a"}] * n for n in (1, 2)],
            }
        ],
        "same number of cells",
    ),
    "three charts": ([chart("bar")] * 3, "only 2 data_visualization allowed"),
    "7 series": ([chart("bar", series=7)], "no more than 6 items"),
    "a point off the axis": ([chart("line", label="Sun")], "labels must match the categories"),
    "two series of one name": (
        [chart("bar", series=2, name="one name")],
        "series names must be unique",
    ),
    "an unknown chart": ([chart("radar")], "unsupported type: radar"),
    "11 children": ([container(*[section("x")] * 11)], "no more than 10 items"),
    "a container in a container": (
        [container(container(section("x")))],
        "unsupported type: container",
    ),
    "folded but not foldable": (
        [container(section("x"), default_collapsed=True)],
        "default_collapsed requires is_collapsible",
    ),
}


def check(blocks: Any, *, unsupported: frozenset[str] = frozenset()) -> None:
    check_message(
        text="x",
        blocks=blocks,
        most_text=4000,
        ready_files=frozenset({"F0READY"}),
        unsupported=unsupported,
    )


@pytest.mark.parametrize("blocks", TAKEN.values(), ids=TAKEN)
def test_what_slack_takes_is_taken(blocks: list[dict[str, Any]]) -> None:
    check(blocks)


@pytest.mark.parametrize(("blocks", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_slack_refuses_is_refused(blocks: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(Refused) as refused:
        check(blocks)
    assert refused.value.code == "invalid_blocks"
    assert any(problem in message for message in refused.value.messages), refused.value.messages


def test_many_long_blocks_are_too_long_together() -> None:
    check([section("x" * 2500)] * 5)
    with pytest.raises(Refused, match="msg_blocks_too_long"):
        check([section("x" * 2700)] * 5)


def test_an_older_slack_refuses_newer_blocks() -> None:
    check([chart("bar")])
    with pytest.raises(Refused, match="invalid_blocks"):
        check([chart("bar")], unsupported=frozenset({"data_visualization"}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["text", "fields", "elements", "element", "rows", "chart", "options", "child_blocks", "label"]
)
BLOCKISH = st.recursive(
    st.builds(
        lambda kind, rest: {"type": kind} | rest, st.sampled_from(sorted(BLOCKS)), st.just({})
    ),
    lambda inner: st.dictionaries(FIELDS, inner | st.lists(inner, max_size=2) | JSON).flatmap(
        lambda rest: st.sampled_from(sorted(BLOCKS)).map(lambda kind: {"type": kind} | rest)
    ),
    max_leaves=6,
)


@given(JSON | st.lists(BLOCKISH | JSON, max_size=3))
def test_any_json_is_either_taken_or_refused(blocks: Any) -> None:
    try:
        check(blocks)
    except Refused as refused:
        assert refused.code in {  # noqa: PT017 - most are refused, some taken
            "invalid_blocks",
            "invalid_blocks_format",
            "msg_blocks_too_long",
        }


def long_title(view: dict[str, Any]) -> dict[str, Any]:
    return view | {"title": plain("x" * 25)}


VIEWS: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "a title of 25": (lambda: long_title(modal(section("x"))), "less than 25"),
    "a submit of 25": (lambda: modal(section("x"), submit=plain("x" * 25)), "less than 25"),
    "a close of 25": (lambda: modal(section("x"), close=plain("x" * 25)), "less than 25"),
    "private metadata of 3,001": (
        lambda: modal(section("x"), private_metadata="x" * 3001),
        "less than 3001",
    ),
    "101 blocks": (lambda: modal(*[section("x")] * 101), "no more than 100 items"),
    "an input and no submit": (
        lambda: {k: v for k, v in modal(note_input()).items() if k != "submit"},
        "missing required field: submit",
    ),
    "a table": (lambda: modal(table("table", 1, 1)), "unsupported type: table"),
    "a chart": (lambda: modal(chart("bar")), "unsupported type: data_visualization"),
    "markdown": (
        lambda: modal({"type": "markdown", "text": "x"}),
        "unsupported type: markdown",
    ),
    "one block id twice": (lambda: modal(note_input(), note_input()), "block_id already exists"),
    "a home for a modal": (lambda: {"type": "home", "blocks": []}, "must be one of: modal"),
    "no title": (
        lambda: {k: v for k, v in modal(section("x")).items() if k != "title"},
        "missing required field: title",
    ),
}


@pytest.mark.parametrize(("make", "problem"), VIEWS.values(), ids=VIEWS)
def test_views_that_slack_refuses(make: Callable[[], dict[str, Any]], problem: str) -> None:
    with pytest.raises(Refused) as refused:
        check_view(make(), kind="modal", unsupported=frozenset())
    assert refused.value.code == "invalid_arguments"
    assert any(problem in message for message in refused.value.messages), refused.value.messages


def test_alerts_stand_in_modals_and_a_hundred_blocks_too() -> None:
    alert = {"type": "alert", "level": "warning", "text": plain("Careful")}
    check_view(modal(alert, *[section("x")] * 99), kind="modal", unsupported=frozenset())


def test_a_view_of_more_than_250_kb_is_too_large() -> None:
    view = modal(*[section("x" * 2900)] * 100)
    with pytest.raises(Refused, match="view_too_large"):
        check_view(view, kind="modal", unsupported=frozenset())
