"""Block Kit's elements and composition objects, as rules.

Source: docs.slack.dev/reference/block-kit (composition-objects, block-elements).
"""

from typing import Any

from bot.sandbox.kit import options
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

ID = Words(255, least=1)
URL = Words(3000, least=1, starts=("http://", "https://"))


def plain(most: int) -> Rule:
    """A plain_text object."""
    return ByType({"plain_text": _plain(most)}, frozenset({"plain_text"}))


def text(most: int) -> Rule:
    """A plain_text or mrkdwn object."""
    mrkdwn = Shape({"text": Words(most, least=1)}, {"verbatim": Flag()})
    shapes = {"plain_text": _plain(most), "mrkdwn": mrkdwn}
    return ByType(shapes, frozenset(shapes))


def _plain(most: int) -> Shape:
    return Shape({"text": Words(most, least=1)}, {"emoji": Flag()})


CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": OneOf(("primary", "danger"))},
)
OPTION = Shape({"text": text(75), "value": Words(150, least=1)}, {"description": text(75)})
MENU_OPTION = Shape(
    {"text": plain(75), "value": Words(150, least=1)}, {"description": plain(75), "url": URL}
)
OPTIONS = {
    "options": Items(OPTION, 100),
    "option_groups": Items(Shape({"label": plain(75), "options": Items(OPTION, 100)}), 100),
}


def first_answer_is_an_option(element: Any, at: str) -> Problems:
    """``initial_option(s)`` must repeat an option to the letter."""
    first = element.get("initial_options") or [element.get("initial_option")]
    for answer in first:
        if answer is not None and answer not in options(element):
            yield told("initial option is not among the options", at)


def values_are_unique(element: Any, at: str) -> Problems:
    """Two options of one value could not be told apart."""
    values = [option["value"] for option in options(element)]
    if len(values) != len(set(values)):
        yield told("option values must be unique", at)


def _select(**rules: Rule) -> Shape:
    optional: dict[str, Rule] = {
        "action_id": ID,
        "confirm": CONFIRM,
        "placeholder": plain(150),
    }
    return Shape(optional=optional | {"focus_on_load": Flag()} | rules)


def _static(first: str, rule: Rule) -> Shape:
    common = dict(_select().optional) | OPTIONS | {first: rule, "max_selected_items": Number(1)}
    choices = ("options", "option_groups")
    return Shape(
        optional=common,
        exactly_one=choices,
        also=(first_answer_is_an_option, values_are_unique),
    )


def _choices(first: str, rule: Rule) -> Shape:
    return Shape(
        {"options": Items(OPTION, 10)},
        {"action_id": ID, "confirm": CONFIRM, "focus_on_load": Flag(), first: rule},
        also=(first_answer_is_an_option, values_are_unique),
    )


def _typed(**rules: Rule) -> Shape:
    optional = {
        "action_id": ID,
        "placeholder": plain(150),
        "focus_on_load": Flag(),
        "dispatch_action_config": Anything(),
        "initial_value": Words(3000),
    }
    return Shape(optional=optional | rules)


_IDS = Items(ID, 100, least=0)
_MANY = {"max_selected_items": Number(1)}
FEEDBACK_BUTTON = Shape(
    {"text": plain(75), "value": Words(2000)}, {"accessibility_label": Words(75)}
)

ELEMENTS: dict[str, Rule] = {
    "button": Shape(
        {"text": plain(75)},
        {
            "action_id": ID,
            "url": URL,
            "value": Words(2000),
            "style": OneOf(("primary", "danger")),
            "confirm": CONFIRM,
            "accessibility_label": Words(75),
        },
    ),
    "overflow": Shape(
        {"options": Items(MENU_OPTION, 5)},
        {"action_id": ID, "confirm": CONFIRM},
        also=(values_are_unique,),
    ),
    "image": Shape(
        {"alt_text": Words(2000)},
        {"image_url": URL, "slack_file": Anything()},
        exactly_one=("image_url", "slack_file"),
    ),
    "checkboxes": _choices("initial_options", Items(OPTION, 10)),
    "radio_buttons": _choices("initial_option", OPTION),
    "static_select": _static("initial_option", OPTION),
    "multi_static_select": _static("initial_options", Items(OPTION, 100)),
    "users_select": _select(initial_user=ID),
    "multi_users_select": _select(initial_users=_IDS, **_MANY),
    "conversations_select": _select(
        initial_conversation=ID,
        default_to_current_conversation=Flag(),
        filter=Anything(),
        response_url_enabled=Flag(),
    ),
    "channels_select": _select(initial_channel=ID, response_url_enabled=Flag()),
    "datepicker": _select(initial_date=Words(10, least=10)),
    "timepicker": _select(initial_time=Words(5, least=5), timezone=ID),
    "datetimepicker": _select(initial_date_time=Number(1_000_000_000, 9_999_999_999)),
    "plain_text_input": _typed(
        multiline=Flag(), min_length=Number(0, 3000), max_length=Number(1, 3000)
    ),
    "email_text_input": _typed(),
    "url_text_input": _typed(),
    "number_input": Shape(
        {"is_decimal_allowed": Flag()},
        dict(_typed().optional) | {"min_value": Words(40), "max_value": Words(40)},
    ),
    "rich_text_input": _typed(initial_value=Anything()),
    "feedback_buttons": Shape(
        {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON},
        {"action_id": ID},
    ),
    "icon_button": Shape(
        {"icon": OneOf(("trash",)), "text": plain(75)},
        {
            "action_id": ID,
            "value": Words(2000),
            "confirm": CONFIRM,
            "accessibility_label": Words(75),
            "visible_to_user_ids": _IDS,
        },
    ),
    "plain_text": _plain(3000),
    "mrkdwn": Shape({"text": Words(3000, least=1)}, {"verbatim": Flag()}),
}
"""Everything that may stand inside a block, by type."""

TYPED = frozenset(
    {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
)
PICKED = frozenset(
    {
        "checkboxes", "radio_buttons", "static_select", "multi_static_select", "users_select",
        "multi_users_select", "conversations_select", "channels_select", "datepicker",
        "timepicker", "datetimepicker",
    }
)  # fmt: skip
PRESSED = frozenset({"button", "overflow"})
