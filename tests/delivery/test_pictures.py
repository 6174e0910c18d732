"""Uploaded pictures are shown on the card as private files of the workspace."""

from functools import partial

import pytest
from sqlalchemy import delete

from bot.delivery.desk import Desk
from bot.sandbox.faults import FaultKind
from bot.sandbox.workspace import Workspace
from hitl.review import NewEvidence, NewPicture, claim_next
from hitl.storage.database import Transaction
from hitl.storage.queries import picture_files
from hitl.storage.tables import outbox
from tests.delivery.running import delivered, delivering, how_posted, rows, unsure_case

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PHOTO = NewEvidence(title="Photo", picture=NewPicture(media_type="image/png", content=PNG))


def forget_cards(tx: Transaction) -> None:
    """Nothing is to be posted any more."""
    tx.connection.execute(delete(outbox))


def shown_files(workspace: Workspace) -> list[str]:
    """The files that the only card's blocks show."""
    [card] = workspace.messages("#moderation")
    return [block["slack_file"]["id"] for block in card.blocks if "slack_file" in block]


async def test_a_picture_is_uploaded_once_and_shown(desk: Desk, workspace: Workspace) -> None:
    case = await unsure_case(desk, evidence=(PHOTO,))
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    known = await desk.database.read(lambda c: picture_files(c, case.id))
    assert shown_files(workspace) == list(known.values())
    stored = workspace.state.files.get(*known.values())
    assert stored is not None
    assert stored.content == PNG


async def test_pictures_of_the_case_in_hand_and_of_the_one_after_are_made_ready(
    desk: Desk, workspace: Workspace
) -> None:
    cases = [await unsure_case(desk, key=f"post-{n}", evidence=(PHOTO,)) for n in range(3)]
    # As the queue card leaves them: without cards of their own.
    await desk.database.write(forget_cards)
    use_case = desk.policy.use_case("content-moderation")
    for _ in range(2):
        await desk.database.write(lambda tx: claim_next(tx, use_case=use_case, reviewer="U0ANA"))
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent", "sent"]
    files = [await desk.database.read(partial(picture_files, case_id=case.id)) for case in cases]
    assert [len(found) for found in files] == [1, 1, 0]
    assert workspace.messages("#moderation") == []


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info"]
)
@pytest.mark.parametrize("kind", ["http_500", "timeout_after"])
async def test_a_passing_failure_costs_no_picture(
    desk: Desk, workspace: Workspace, method: str, kind: FaultKind
) -> None:
    workspace.order_fault(method, kind)
    case = await unsure_case(desk, evidence=(PHOTO,))
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    assert len(shown_files(workspace)) == 1
    assert len(workspace.messages("#moderation")) == 1
    # The card itself was never in doubt.
    assert await how_posted(desk, case.id) == "sent"


@pytest.mark.parametrize(
    ("kind", "error", "attempts"),
    [
        ("error", "missing_scope", 1),
        ("error", "file_upload_size_restricted", 1),
        ("http_500", "internal_error", 3),
    ],
)
async def test_a_case_goes_without_a_picture_that_slack_won_t_take(
    desk: Desk, workspace: Workspace, kind: FaultKind, error: str, attempts: int
) -> None:
    workspace.order_fault("files.getUploadURLExternal", kind, error=error, times=None)
    await unsure_case(desk, evidence=(PHOTO,))
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    assert shown_files(workspace) == []
    [card] = workspace.messages("#moderation")
    assert card.says("Picture: Photo (not uploaded)")
    assert (await rows(desk.database))[0].attempts == attempts
