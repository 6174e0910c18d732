"""The ``files.*`` methods: upload in three steps; a file is usable a moment after the third."""

from typing import Any

from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.files import StoredFile
from bot.sandbox.kit import Json
from bot.sandbox.webapi.call import Call, Method
from bot.sandbox.webapi.posting import post_as_app


def get_upload_url(call: Call) -> Json:
    """First step: announce a name and a length in bytes."""
    length = call.number("length", default=0)
    if length == 0:
        raise invalid_arguments("must be more than 0: length")
    stored = call.state.files.announce(
        name=call.text("filename"),
        length=length,
        alt_text=call.text("alt_txt"),
        now=call.now,
    )
    url = f"{call.workspace.url}/sandbox/upload/{stored.ticket}"
    return {"upload_url": url, "file_id": stored.id}


def complete_upload(call: Call) -> Json:
    """Third step: name the uploaded files, and share them if a channel is given."""
    listed = call.structure("files")
    if not isinstance(listed, list) or not listed:
        raise invalid_arguments("must be a non-empty array: files")
    chosen = [(_uploaded(call, item), item) for item in listed]
    for stored, item in chosen:
        stored.title = str(item.get("title") or stored.name)
        stored.completed_at = call.now
        stored.ready_at = call.now + call.workspace.config.file_processing
    if call.text("channel_id"):
        _share(call, [stored for stored, _ in chosen])
    return {"files": [_shown(call, stored) for stored, _ in chosen]}


def info(call: Call) -> Json:
    """One file; ``mimetype`` stays empty while Slack is still processing it."""
    stored = call.state.files.get(call.text("file"))
    if stored is None or stored.completed_at is None:
        raise Refused("file_not_found")
    return {"file": _shown(call, stored), "comments": []}


def delete(call: Call) -> Json:
    """Remove a file; messages that showed it show it no more."""
    if not call.state.files.remove(call.text("file")):
        raise Refused("file_not_found")
    return {}


def _uploaded(call: Call, item: Any) -> StoredFile:
    stored = call.state.files.get(str(item.get("id"))) if isinstance(item, dict) else None
    if stored is None or stored.content is None:
        raise Refused("file_not_found")
    return stored


def _share(call: Call, files: list[StoredFile]) -> None:
    # An alt_txt given at the first step makes Slack answer ok and share nothing.
    shared = [stored for stored in files if not stored.alt_text]
    channel = call.state.channel(call.text("channel_id"))
    if call.workspace.config.app.user_id not in channel.members:
        raise Refused("not_in_channel")
    for stored in shared:
        stored.channels.append(channel.id)
    if shared:
        post_as_app(
            call.workspace,
            channel=channel,
            text=call.text("initial_comment"),
            blocks=[],
            thread_ts=call.text("thread_ts") or None,
            files=[_shown(call, stored) for stored in shared],
        )


def _shown(call: Call, stored: StoredFile) -> Json:
    return stored.as_slack(url=call.workspace.url, now=call.now)


METHODS = {
    "files.getUploadURLExternal": Method(
        run=get_upload_url, tier=4, scope="files:write", needs=("filename", "length")
    ),
    "files.completeUploadExternal": Method(
        run=complete_upload, tier=4, scope="files:write", needs=("files",), takes_json=True
    ),
    "files.delete": Method(run=delete, tier=3, scope="files:write", needs=("file",)),
    "files.info": Method(run=info, tier=4, scope="files:read", needs=("file",)),
}
