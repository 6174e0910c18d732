"""The ``users.*`` and ``usergroups.*`` methods."""

from bot.sandbox.directory import User, UserGroup
from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json
from bot.sandbox.webapi.call import Call, Method
from bot.sandbox.webapi.conversations import READ_SCOPES, TYPES


def info(call: Call) -> Json:
    """One user."""
    return {"user": _shown(call, call.state.user(call.text("user")))}


def listing(call: Call) -> Json:
    """The users of the workspace, deactivated ones included."""
    page, metadata = call.page(list(call.state.users.values()))
    return {"members": [_shown(call, user) for user in page], "cache_ts": int(call.now), **metadata}


def lookup_by_email(call: Call) -> Json:
    """The active user of an address; deactivated ones are not found."""
    wanted = call.text("email").lower()
    for user in call.state.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": _shown(call, user)}
    raise Refused("users_not_found")


def conversations(call: Call) -> Json:
    """The conversations a user (the app, if none is named) is a member of."""
    member = call.text("user") or call.workspace.config.app.user_id
    call.state.user(member)
    kinds = {TYPES.get(name) for name in (call.text("types") or "public_channel").split(",")}
    found = [c for c in call.state.channels.values() if member in c.members and c.kind in kinds]
    for channel in found:
        call.require_scope(READ_SCOPES[channel.kind])
    viewer = call.workspace.config.app.user_id
    page, metadata = call.page([channel.as_slack(viewer=viewer) for channel in found])
    return {"channels": page, **metadata}


def groups(call: Call) -> Json:
    """The user groups."""
    shown = [
        _group(call, group)
        for group in call.state.groups.values()
        if call.flag("include_disabled") or not group.disabled
    ]
    return {"usergroups": shown}


def group_users(call: Call) -> Json:
    """The members of a user group."""
    group = call.state.groups.get(call.text("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


def _group(call: Call, group: UserGroup) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": call.workspace.config.team.id,
        "is_usergroup": True,
        "name": group.name or group.handle,
        "handle": group.handle,
        "date_delete": 1 if group.disabled else 0,
        "user_count": len(group.users),
    }
    return shown | ({"users": list(group.users)} if call.flag("include_users") else {})


def _shown(call: Call, user: User) -> Json:
    config = call.workspace.config
    profile = {"real_name": user.real_name, "display_name": user.name}
    if user.email and "users:read.email" in config.scopes:
        profile["email"] = user.email
    shown: Json = {
        "id": user.id,
        "team_id": (user.team or config.team).id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    # Slack leaves the field out for people of the workspace: its absence proves nothing.
    return shown | ({"is_stranger": True} if user.is_stranger else {})


METHODS = {
    "users.info": Method(run=info, tier=4, scope="users:read", needs=("user",)),
    "users.list": Method(run=listing, tier=2, scope="users:read"),
    "users.lookupByEmail": Method(
        run=lookup_by_email, tier=3, scope="users:read.email", needs=("email",)
    ),
    "users.conversations": Method(run=conversations, tier=3),
    "usergroups.list": Method(run=groups, tier=2, scope="usergroups:read"),
    "usergroups.users.list": Method(
        run=group_users, tier=2, scope="usergroups:read", needs=("usergroup",)
    ),
}
