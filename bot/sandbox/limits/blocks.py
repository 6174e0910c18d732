"""Block Kit's blocks, as rules, and which of them stand on which surface.

Source: docs.slack.dev/reference/block-kit/blocks.
"""

from itertools import chain
from typing import Any

from bot.sandbox.limits.elements import (
    ELEMENTS,
    ID,
    PICKED,
    PRESSED,
    TYPED,
    URL,
    plain,
    text,
)
from bot.sandbox.limits.rules import (
    Anything,
    ByType,
    Flag,
    Items,
    Number,
    OneOf,
    Problems,
    Rule,
    Shape,
    Words,
    told,
)


def _some(*kinds: str) -> Rule:
    return ByType(ELEMENTS, frozenset(kinds))


def rows_are_even(block: Any, at: str) -> Problems:
    """All rows of a data table have the same number of cells, and its header no rich text."""
    rows = block["rows"]
    if len({len(row) for row in rows}) > 1:
        yield told("all rows must have the same number of cells", f"{at}/rows")
    if any(cell["type"] == "rich_text" for cell in rows[0]):
        yield told("rich_text is not allowed in the header", f"{at}/rows/0")


def series_fit_the_axis(chart: Any, at: str) -> Problems:
    """Each series has a name of its own and one point a category, under the same labels."""
    categories = set(chart["axis_config"]["categories"])
    names = [series["name"] for series in chart["series"]]
    if len(names) != len(set(names)):
        yield told("series names must be unique", f"{at}/series")
    for number, series in enumerate(chart["series"]):
        if {point["label"] for point in series["data"]} != categories:
            yield told("labels must match the categories", f"{at}/series/{number}")


def folded_needs_folding(block: Any, at: str) -> Problems:
    """``default_collapsed`` makes sense only where ``is_collapsible``."""
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        yield told("default_collapsed requires is_collapsible", at)


def _piece(**rules: Rule) -> Shape:
    return Shape(rules, {"style": Anything()})


_INLINE: dict[str, Rule] = {
    "text": _piece(text=Words(12_000, least=1)),
    "link": Shape(
        {"url": Words(3000, least=1)},
        {"text": Words(3000), "style": Anything(), "unsafe": Flag()},
    ),
    "emoji": Shape({"name": ID}, {"unicode": Words(255), "style": Anything()}),
    "user": _piece(user_id=ID),
    "channel": _piece(channel_id=ID),
    "usergroup": _piece(usergroup_id=ID),
    "broadcast": _piece(range=OneOf(("here", "channel", "everyone"))),
    "date": Shape(
        {"timestamp": Number(), "format": Words(255, least=1)},
        {"fallback": Words(255), "url": URL, "style": Anything()},
    ),
    "color": _piece(value=Words(7, least=7)),
}
_INLINES = Items(ByType(_INLINE, frozenset(_INLINE)), 3000, least=0)
_PLAIN_INLINES = Items(ByType(_INLINE, frozenset({"text", "link"})), 3000, least=0)
_SECTION = Shape({"elements": _INLINES})
_BORDER = {"border": Number(0, 1)}
_PARTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": Shape({"elements": _PLAIN_INLINES}, _BORDER | {"language": ID}),
    "rich_text_quote": Shape({"elements": _INLINES}, _BORDER),
    "rich_text_list": Shape(
        {
            "elements": Items(
                ByType({"rich_text_section": _SECTION}, frozenset({"rich_text_section"})), 500
            ),
            "style": OneOf(("bullet", "ordered")),
        },
        _BORDER | {"indent": Number(0, 8), "offset": Number(0)},
    ),
}
_BLOCK_ID: dict[str, Rule] = {"block_id": ID}
RICH_TEXT = Shape({"elements": Items(ByType(_PARTS, frozenset(_PARTS)), 200)}, _BLOCK_ID)

_CELL_SHAPES: dict[str, Rule] = {
    "raw_text": Shape({"text": Words(12_000)}),
    "raw_number": Shape({"value": Number(whole=False)}, {"text": Words(255)}),
    "rich_text": RICH_TEXT,
}
_ROW = Items(ByType(_CELL_SHAPES, frozenset(_CELL_SHAPES)), 20)

_POINT = Shape({"label": Words(20, least=1), "value": Number(whole=False)})
_SLICE = Shape({"label": Words(20, least=1), "value": Number(0, whole=False)})
_AXES = Shape(
    {"categories": Items(Words(20, least=1), 20)},
    {"x_label": Words(50), "y_label": Words(50)},
)
_SERIES = Items(Shape({"name": Words(20, least=1), "data": Items(_POINT, 20)}), 6)
_PLOT = Shape({"series": _SERIES, "axis_config": _AXES}, also=(series_fit_the_axis,))
_CHARTS: dict[str, Rule] = {
    "pie": Shape({"segments": Items(_SLICE, 6)}),
    "bar": _PLOT,
    "area": _PLOT,
    "line": _PLOT,
}
_IMAGE_SOURCE: dict[str, Rule] = {
    "image_url": URL,
    "slack_file": Shape(optional={"id": ID, "url": URL}, exactly_one=("id", "url")),
}

BLOCKS: dict[str, Rule] = {
    "section": Shape(
        optional=_BLOCK_ID
        | {
            "text": text(3000),
            "fields": Items(text(2000), 10),
            "accessory": _some(*PRESSED, *PICKED, "image"),
            "expand": Flag(),
        },
        at_least_one=("text", "fields"),
    ),
    "header": Shape({"text": plain(150)}, _BLOCK_ID | {"level": Number(1, 4)}),
    "divider": Shape(optional=_BLOCK_ID),
    "image": Shape(
        {"alt_text": Words(2000)},
        _BLOCK_ID | _IMAGE_SOURCE | {"title": plain(2000)},
        exactly_one=tuple(_IMAGE_SOURCE),
    ),
    "context": Shape({"elements": Items(_some("plain_text", "mrkdwn", "image"), 10)}, _BLOCK_ID),
    "actions": Shape({"elements": Items(_some(*PRESSED, *PICKED), 25)}, _BLOCK_ID),
    "context_actions": Shape(
        {"elements": Items(_some("feedback_buttons", "icon_button"), 5)}, _BLOCK_ID
    ),
    "input": Shape(
        {"label": plain(2000), "element": _some(*TYPED, *PICKED)},
        _BLOCK_ID | {"hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
    ),
    "rich_text": RICH_TEXT,
    "markdown": Shape({"text": Words(12_000, least=1)}, _BLOCK_ID),
    "table": Shape(
        {"rows": Items(_ROW, 100)},
        _BLOCK_ID
        | {
            "column_settings": Items(
                Shape(
                    optional={
                        "align": OneOf(("left", "center", "right")),
                        "is_wrapped": Flag(),
                    }
                ),
                20,
            )
        },
    ),
    "data_table": Shape(
        {"rows": Items(_ROW, 101, least=2), "caption": Words(3000, least=1)},
        _BLOCK_ID | {"page_size": Number(1, 100), "row_header_column_index": Number(0, 19)},
        also=(rows_are_even,),
    ),
    "data_visualization": Shape(
        {"title": Words(50, least=1), "chart": ByType(_CHARTS, frozenset(_CHARTS))}, _BLOCK_ID
    ),
    "alert": Shape(
        {"text": text(3000)},
        _BLOCK_ID | {"level": OneOf(("default", "info", "warning", "error", "success"))},
    ),
}
"""Every block that is known, by type; ``container`` joins below, because it holds the others."""

_CHILDREN = frozenset({"actions", "context", "divider", "header", "image", "section", "table"})
BLOCKS["container"] = Shape(
    {"child_blocks": Items(ByType(BLOCKS, _CHILDREN), 10)},
    _BLOCK_ID
    | {
        "title": plain(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": text(150),
        "width": OneOf(("narrow", "standard", "wide", "full")),
        "icon": ELEMENTS["image"],
        "is_collapsible": Flag(),
        "default_collapsed": Flag(),
        "has_header_divider": Flag(),
    },
    at_least_one=("title", "rich_text_title"),
    also=(folded_needs_folding,),
)

EVERYWHERE = frozenset(
    {"section", "header", "divider", "image", "context", "actions", "input", "rich_text"}
)
SURFACES: dict[str, frozenset[str]] = {
    "message": EVERYWHERE
    | {"table", "markdown", "data_table", "data_visualization", "container", "context_actions"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE,
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_OF_A_KIND = {"table": 1, "data_visualization": 2}


def block_problems(blocks: Any, *, surface: str, unsupported: frozenset[str], at: str) -> Problems:
    """Everything wrong with an array of blocks on a surface."""
    allowed = SURFACES[surface] - unsupported
    yield from Items(ByType(BLOCKS, allowed), MOST_BLOCKS[surface], least=0).problems(blocks, at)


def repeated_ids(blocks: list[dict[str, Any]], *, at: str) -> Problems:
    """Block ids must differ within a surface, action ids within a block."""
    seen: set[str] = set()
    for block in chain.from_iterable([b, *b.get("child_blocks", ())] for b in blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            yield told(f"block_id already exists: {block_id}", at)
        if block_id is not None:
            seen.add(block_id)
        if block["type"] in ("actions", "context_actions"):
            ids = [e["action_id"] for e in block["elements"] if "action_id" in e]
            for action_id in {i for i in ids if ids.count(i) > 1}:
                yield told(f"action_id already exists: {action_id}", at)
