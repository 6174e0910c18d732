"""A case's submitter answers what a reviewer asked."""

import httpx
import pytest

from bot.services import Services
from hitl.review import ask_submitter
from tests.intake.requests import moderation_case

TOLD = "Twice, on Monday."


@pytest.fixture
async def question(api: httpx.AsyncClient, services: Services) -> tuple[int, int]:
    """The case's id and the question's."""
    case_id = (await api.post("/v1/cases", json=moderation_case())).json()["id"]
    hooked = services.policy.use_case("content-moderation").model_copy(
        update={"webhooks": ("https://hooks.example/all",)}
    )
    asked = await services.database.write(
        lambda tx: ask_submitter(tx, case_id, by="U0ANA", text="Posted before?", use_case=hooked)
    )
    return case_id, asked.inquiries[0].id


async def test_an_answer_is_taken_once_and_the_same_again_is_no_error(
    api: httpx.AsyncClient, question: tuple[int, int]
) -> None:
    case_id, number = question
    body = {"question_id": number, "text": TOLD}
    first = await api.post(f"/v1/cases/{case_id}/replies", json=body)
    again = await api.post(f"/v1/cases/{case_id}/replies", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["answer"] == TOLD
    other = await api.post(f"/v1/cases/{case_id}/replies", json=body | {"text": "Never."})
    assert other.status_code == 409
    assert other.json()["type"] == "urn:hitl:problem:already-answered"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"question_id": 999}, 404),
        ({"question_id": "1"}, 422),
        ({"text": ""}, 422),
        ({"text": "x" * 3_001}, 422),
        ({"text": "a\x00b"}, 422),
        ({"label": "clean"}, 422),
    ],
)
async def test_anything_else_is_refused(
    api: httpx.AsyncClient, question: tuple[int, int], change: dict[str, object], status: int
) -> None:
    case_id, number = question
    body = {"question_id": number, "text": TOLD} | change
    refused = await api.post(f"/v1/cases/{case_id}/replies", json=body)
    assert refused.status_code == status


async def test_a_case_that_does_not_exist_has_no_questions(api: httpx.AsyncClient) -> None:
    refused = await api.post("/v1/cases/999/replies", json={"question_id": 1, "text": TOLD})
    assert refused.status_code == 404
