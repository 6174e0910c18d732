"""The manifest asks Slack for what the code needs, no less and no more."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.scopes import SCOPES as REQUIRED

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"
SCHEMA = ROOT.parent / "shared/data/slack-manifest.schema.2.0.0.json"

SCOPES: dict[str, set[str]] = {
    "apps_connections_open": set(),  # by the app-level token
    "auth_test": set(),
    "chat_getPermalink": set(),
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_conversations": {"channels:read", "groups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""By Web API method, in slack_sdk's spelling: the bot scopes it needs (docs.slack.dev)."""


def read_manifest() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return content


def product_trees() -> Iterator[ast.Module]:
    """The parsed source of the service; the local workspace calls nobody."""
    for file in sorted((ROOT / "bot").rglob("*.py")):
        if "sandbox" not in file.parts:
            yield ast.parse(file.read_text(encoding="utf-8"))


def methods_used() -> set[str]:
    """Every Web API method that the source takes from something called a client."""
    known = {name for name, _ in inspect.getmembers(AsyncWebClient, inspect.iscoroutinefunction)}
    return {
        node.attr
        for tree in product_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).endswith("client")
        and node.attr in known - {"api_call"}
    }


def registered(kind: str) -> set[str]:
    """The arguments of ``app.<kind>(…)`` in the listeners, evaluated."""
    sources = (ROOT / "bot/slack/listeners").glob("*.py")
    calls = re.compile(rf"app\.{kind}\(([^)]+)\)")
    found = [call for file in sources for call in calls.findall(file.read_text(encoding="utf-8"))]
    return {
        str(getattr(ids, name.removeprefix("ids.")) if name.startswith("ids.") else eval(name))  # noqa: S307
        for name in found
        if not name.startswith("re.compile")
    }


def test_every_method_used_has_its_scopes_written_down() -> None:
    assert methods_used() <= set(SCOPES)


def test_the_scopes_are_those_the_code_needs() -> None:
    needed = {scope for method in methods_used() for scope in SCOPES[method]} | {"commands"}
    assert set(read_manifest()["oauth_config"]["scopes"]["bot"]) == needed == REQUIRED


def test_the_commands_are_those_listened_for() -> None:
    commands = {each["command"] for each in read_manifest()["features"]["slash_commands"]}
    assert commands == registered("command") == {ids.COMMAND}


def test_the_shortcuts_are_those_listened_for() -> None:
    shortcuts = {each["callback_id"] for each in read_manifest()["features"]["shortcuts"]}
    assert (
        shortcuts
        == registered("shortcut")
        == {
            ids.WAITING_CASES,
            ids.REVIEW_CASES,
            ids.SEND_TO_REVIEW,
        }
    )


def test_the_events_are_those_listened_for() -> None:
    events = read_manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == registered("event")


def test_every_action_and_form_has_a_listener() -> None:
    actions = {ids.REJECT_AS, ids.MORE, ids.UNDO, ids.SHOW_CASE, ids.SHOW_QUEUE, ids.REFRESH_HOME}
    actions |= {ids.START_REVIEWING, ids.SKIP, ids.WRITE_NOTE, ids.UNDO_LAST, ids.LOOK_AGAIN}
    actions |= {ids.CHOOSE, ids.CLEAR_FLAG, ids.TURN_FLAG, ids.SEND_USE_CASE, ids.ADJUDICATE}
    actions |= {ids.WITHDRAW_PROPOSAL, ids.SHOW_SIMILAR, ids.NOTIFICATIONS, ids.START_PRACTICE}
    actions |= {ids.PROPOSE_CERTIFIED}
    actions |= {ids.ANSWER_MENU, ids.ANSWER_DECLINE}
    actions |= {ids.FEEDBACK_RIGHT, ids.FEEDBACK_WRONG, ids.FEEDBACK_MENU}
    forms = {ids.NOTE_FORM, ids.HAND_OVER_FORM, ids.WITHDRAW_FORM, ids.LABEL_FORM}
    forms |= {
        ids.ADJUDICATION,
        ids.OVERRULE_FORM,
        ids.SEND_FORM,
        ids.WITHDRAW_PROPOSAL_FORM,
        ids.ASK_FORM,
    }
    assert registered("action") == actions
    assert registered("view") == forms


def with_http_addresses() -> str:
    """The manifest as a person edits it who receives Slack over HTTP."""
    text = MANIFEST.read_text(encoding="utf-8")
    text = re.sub(r"^( *)# ((?:request_)?url: )", r"\1\2", text, flags=re.MULTILINE)
    return text.replace("socket_mode_enabled: true", "socket_mode_enabled: false")


def test_over_http_everything_arrives_at_one_address() -> None:
    manifest = yaml.safe_load(with_http_addresses())
    settings = manifest["settings"]
    addresses = {
        manifest["features"]["slash_commands"][0]["url"],
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    }
    assert addresses == {"https://hitl.example.com/slack/events"}
    assert settings["socket_mode_enabled"] is False


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"Slack's manifest schema is not at {SCHEMA.name}")
@pytest.mark.parametrize("text", [MANIFEST.read_text(encoding="utf-8"), with_http_addresses()])
def test_slack_takes_the_manifest(text: str) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(yaml.safe_load(text))


def test_people_can_be_sent_direct_messages_and_are_not_invited_to_write_any() -> None:
    """Slack answers ``messages_tab_disabled`` to ``chat.postMessage`` where the tab is off."""
    tabs = read_manifest()["features"]["app_home"]
    assert tabs["messages_tab_enabled"]
    assert tabs["messages_tab_read_only_enabled"]
