"""Uploads: three steps, a moment of processing, then usable in blocks."""

import asyncio
from typing import Any

import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.workspace import Workspace
from tests.sandbox.running import refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


async def announced(client: AsyncWebClient, content: bytes, **more: Any) -> tuple[str, str]:
    answer = await client.files_getUploadURLExternal(
        filename="mole.png", length=len(content), **more
    )
    return answer["upload_url"], answer["file_id"]


async def sent(url: str, content: bytes) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.post(url, content=content)).status_code


def picture(file_id: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a mole"}


async def test_a_file_is_usable_a_moment_after_it_was_completed(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    url, file_id = await announced(client, PNG)
    assert await refusal(client.files_info(file=file_id)) == "file_not_found"
    assert await sent(url, PNG) == 200
    await client.files_completeUploadExternal(files=[{"id": file_id, "title": "Mole"}])
    early = client.chat_postMessage(channel="C0MOD", text="x", blocks=[picture(file_id)])
    assert await refusal(early) == "invalid_blocks"
    assert (await client.files_info(file=file_id))["file"]["mimetype"] == ""
    async with asyncio.timeout(5):
        while not (await client.files_info(file=file_id))["file"]["mimetype"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await client.chat_postMessage(channel="C0MOD", text="x", blocks=[picture(file_id)])
    async with httpx.AsyncClient(trust_env=False) as http:
        shown = await http.get(f"{workspace.url}/sandbox/files/{file_id}")
    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"


async def test_the_bytes_must_be_as_many_as_announced_and_come_once(
    client: AsyncWebClient,
) -> None:
    url, file_id = await announced(client, PNG)
    assert await sent(url, PNG + b"more") == 400
    assert await sent(url, PNG[:-1]) == 400
    missing = client.files_completeUploadExternal(files=[{"id": file_id, "title": "x"}])
    assert await refusal(missing) == "file_not_found"
    assert await sent(url, PNG) == 200
    assert await sent(url, PNG) == 404


async def test_a_file_of_more_than_ten_megabytes_is_refused(client: AsyncWebClient) -> None:
    large = client.files_getUploadURLExternal(filename="x", length=11 * 1024 * 1024)
    assert await refusal(large) == "file_upload_size_restricted"


async def test_what_is_not_a_picture_is_only_offered_for_saving(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    page = b"<script>alert(1)</script>"
    url, file_id = await announced(client, page)
    await sent(url, page)
    await client.files_completeUploadExternal(files=[{"id": file_id, "title": "x"}])
    await asyncio.sleep(WorkspaceConfig().file_processing + 0.05)
    async with httpx.AsyncClient(trust_env=False) as http:
        shown = await http.get(f"{workspace.url}/sandbox/files/{file_id}")
    assert shown.headers["content-type"] == "application/octet-stream"
    assert shown.headers["content-disposition"] == "attachment"


async def test_an_alt_text_given_with_the_upload_silently_prevents_sharing(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    for alt_text in ("", "a mole"):
        url, file_id = await announced(client, PNG, alt_txt=alt_text)
        await sent(url, PNG)
        await client.files_completeUploadExternal(
            files=[{"id": file_id, "title": "x"}], channel_id="C0MOD"
        )
    assert len(workspace.messages("C0MOD")) == 1


async def test_the_sdks_own_upload_works(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.files_upload_v2(content=PNG, filename="mole.png", channel="C0MOD")
    (message,) = workspace.messages("C0MOD")
    assert message.raw["files"][0]["name"] == "mole.png"
