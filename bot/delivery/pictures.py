"""Uploaded pictures become private files of the workspace, which a card's blocks can show."""

import asyncio
import logging

from bot.delivery.desk import Desk
from bot.delivery.troubles import MISSING_PERMISSION, Treatment, Trouble, told_as_trouble
from hitl.cases import Case
from hitl.storage.outbox import Parcel
from hitl.storage.queries import picture_files
from hitl.storage.slack_copies import PictureBytes, pictures_to_upload, record_upload

log = logging.getLogger(__name__)

_TRIES = 3
_POLLS = 20
_POLL_EVERY_SECONDS = 0.25
_PASSING = frozenset({Treatment.RETRY, Treatment.RECONCILE, Treatment.POSTPONE})


async def uploaded_pictures(desk: Desk, parcel: Parcel, case: Case) -> dict[int, str]:
    """Slack's file of each picture of the case, uploading those it has not got yet.

    A picture that Slack won't take is left out: a case without it beats no case. Raises
    ``Trouble`` where waiting may help.
    """
    if not case.has_pictures:
        return {}
    await upload_pictures(desk, parcel, case_id=case.id)
    return await desk.database.read(lambda c: picture_files(c, case.id))


async def upload_pictures(desk: Desk, parcel: Parcel, *, case_id: int) -> None:
    """Have Slack keep those it has not got yet; as ``uploaded_pictures`` does."""
    for picture in await desk.database.read(lambda c: pictures_to_upload(c, case_id)):
        await _upload(desk, picture, parcel=parcel)


async def _upload(desk: Desk, picture: PictureBytes, *, parcel: Parcel) -> None:
    try:
        slack_file = await _uploaded(desk, picture)
    except Trouble as trouble:
        if trouble.treatment in _PASSING and parcel.attempts < _TRIES:
            # The message itself was not posted, so it is in no doubt.
            raise Trouble(Treatment.POSTPONE, f"a picture's upload: {trouble}") from trouble
        if _is_about_everything(trouble):
            raise
        log.warning("Case %s goes without picture %s: %s", parcel.case_id, picture.id, trouble)
        return
    await desk.database.write(lambda tx: record_upload(tx, picture.id, slack_file=slack_file))


def _is_about_everything(trouble: Trouble) -> bool:
    if trouble.treatment is Treatment.PAUSE:
        return trouble.code not in MISSING_PERMISSION
    return trouble.treatment is Treatment.WAIT


async def _uploaded(desk: Desk, picture: PictureBytes) -> str:
    extension = picture.media_type.rpartition("/")[2]
    name = f"picture-{picture.id}.{extension}"
    return await uploaded(desk, picture.content, name=name, title=picture.title)


async def uploaded(desk: Desk, content: bytes, *, name: str, title: str) -> str:
    """The id of a new private file, once Slack has processed it; raises ``Trouble``."""
    client = desk.client
    with told_as_trouble():
        ticket = await client.files_getUploadURLExternal(filename=name, length=len(content))
        file_id: str = ticket["file_id"]
        await _send_bytes(desk, ticket["upload_url"], content)
        await client.files_completeUploadExternal(files=[{"id": file_id, "title": title}])
        for _ in range(_POLLS):
            answer = await client.files_info(file=file_id)
            if answer["file"].get("mimetype"):
                return file_id
            await asyncio.sleep(_POLL_EVERY_SECONDS)
    raise Trouble(Treatment.POSTPONE, "the file is still being processed")


async def _send_bytes(desk: Desk, url: str, content: bytes) -> None:
    client = desk.client
    request = desk.session.post(url, data=content, proxy=client.proxy, ssl=client.ssl or True)
    async with request as answer:
        answer.raise_for_status()
