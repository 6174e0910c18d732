"""``api.test``, ``auth.test`` and ``apps.connections.open``."""

from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json
from bot.sandbox.webapi.call import Call, Method


def api_test(call: Call) -> Json:
    """Echo the arguments; ``error`` makes it fail with that code."""
    if call.text("error"):
        raise Refused(call.text("error"))
    return {"args": dict(call.args)}


def auth_test(call: Call) -> Json:
    """Who the token belongs to."""
    config = call.workspace.config
    return {
        "url": f"{call.workspace.url}/",
        "team": config.team.name,
        "team_id": config.team.id,
        "user": config.app.name,
        "user_id": config.app.user_id,
        "bot_id": config.app.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    """A Socket Mode address with a ticket that is good once."""
    address = call.workspace.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/sandbox/socket?ticket={call.workspace.sockets.ticket()}"}


METHODS = {
    "api.test": Method(run=api_test, tier=4, by="anyone", takes_json=True),
    "auth.test": Method(run=auth_test, tier=4, takes_json=True),
    "apps.connections.open": Method(run=open_connection, tier=4, by="app", takes_json=True),
}
