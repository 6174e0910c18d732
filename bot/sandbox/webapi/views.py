"""The ``views.*`` methods: modals and Home tabs."""

from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.kit import Json
from bot.sandbox.limits.views import check_view
from bot.sandbox.views import View
from bot.sandbox.webapi.call import Call, Method
from bot.sandbox.workspace import Workspace


def open_view(call: Call) -> Json:
    """Open a modal for the person whose trigger it is."""
    content = _content(call, kind="modal")
    trigger = call.workspace.triggers.use(call.text("trigger_id"), now=call.now)
    call.state.views.refuse_duplicate(_external_id(content))
    view = call.state.new_view(content, user_id=trigger.user)
    for gone in call.state.views.open(view):
        call.state.tell_view("view_closed", gone)
    call.state.tell_view("view_opened", view)
    return {"view": call.state.slack_view(view)}


def push_view(call: Call) -> Json:
    """Stack a modal on the one in which the trigger arose."""
    content = _content(call, kind="modal")
    trigger = call.workspace.triggers.use(call.text("trigger_id"), now=call.now)
    below = call.state.views.find(view_id=trigger.view_id)
    if below is None:
        raise Refused("not_found")
    return {"view": call.state.slack_view(put_on_top(call.workspace, content, onto=below))}


def update_view(call: Call) -> Json:
    """Put other content in an open view; a stale ``hash`` is refused."""
    view = call.state.views.find(view_id=call.text("view_id"), external_id=call.text("external_id"))
    if view is None:
        raise Refused("not_found")
    if call.text("hash") not in ("", view.hash):
        raise Refused("hash_conflict")
    content = _content(call, kind=view.content["type"])
    put_in(call.workspace, content, view=view)
    return {"view": call.state.slack_view(view)}


def publish(call: Call) -> Json:
    """Show a person's Home tab."""
    user = call.state.user(call.text("user_id"))
    content = _content(call, kind="home")
    view = call.state.views.homes.get(user.id)
    if view is not None and call.text("hash") not in ("", view.hash):
        raise Refused("hash_conflict")
    call.state.views.refuse_duplicate(_external_id(content), besides=view)
    if view is None:
        view = call.state.new_view(content, user_id=user.id)
        call.state.views.homes[user.id] = view
    else:
        view.show(content, now=call.now)
    call.state.tell_view("home_published", view)
    return {"view": call.state.slack_view(view)}


def put_on_top(workspace: Workspace, content: Json, *, onto: View) -> View:
    """Stack checked content as a new modal; raises ``push_limit_reached``."""
    state = workspace.state
    state.views.refuse_duplicate(_external_id(content))
    view = state.new_view(content, user_id=onto.user, onto=onto)
    state.views.push(view, onto=onto)
    state.tell_view("view_opened", view)
    return view


def put_in(workspace: Workspace, content: Json, *, view: View) -> None:
    """Replace an open view's content by checked content."""
    workspace.state.views.refuse_duplicate(_external_id(content), besides=view)
    view.show(content, now=workspace.config.clock())
    workspace.state.tell_view("view_updated", view)


def _content(call: Call, *, kind: str) -> Json:
    content = call.structure("view")
    if not isinstance(content, dict):
        raise invalid_arguments("must be an object: view")
    check_view(content, kind=kind, unsupported=call.workspace.config.unsupported_blocks)
    return content


def _external_id(content: Json) -> str:
    return str(content.get("external_id") or "")


METHODS = {
    "views.open": Method(run=open_view, tier=4, needs=("trigger_id", "view"), takes_json=True),
    "views.push": Method(run=push_view, tier=4, needs=("trigger_id", "view"), takes_json=True),
    "views.update": Method(run=update_view, tier=4, needs=("view",), takes_json=True),
    "views.publish": Method(run=publish, tier=4, needs=("user_id", "view"), takes_json=True),
}
