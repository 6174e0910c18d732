"""Taking a case's pictures out of Slack once they are erased here."""

from slack_sdk.errors import SlackApiError

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.troubles import told_as_trouble
from hitl.storage.outbox import Parcel

_GONE = frozenset({"file_not_found", "file_deleted"})


async def remove_files(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Delete each; one that is gone already is as it should be. Raises ``Trouble``."""
    for file in parcel.payload["files"]:
        with told_as_trouble():
            await _delete(desk, file)
    return Sent()


async def _delete(desk: Desk, file: str) -> None:
    try:
        await desk.client.files_delete(file=file)
    except SlackApiError as error:
        if error.response.get("error") not in _GONE:
            raise
