"""A caller may say by a vector what an item is like."""

from typing import Any

import httpx
import pytest

from bot.services import Services
from hitl.storage.precedents import embedding_of
from tests.intake.requests import moderation_case


async def test_an_embedding_is_kept_with_its_case(
    api: httpx.AsyncClient, services: Services
) -> None:
    sent = moderation_case(embedding=[3, 4.0, 0])
    answer = await api.post("/v1/cases", json=sent)
    assert answer.status_code == 201
    assert (await api.post("/v1/cases", json=sent)).status_code == 200
    case_id = answer.json()["id"]
    kept = await services.database.read(lambda c: embedding_of(c, case_id))
    assert kept is not None
    assert len(kept) == 12


@pytest.mark.parametrize(
    ("embedding", "words"),
    [
        ([0.5], "at least 2 items"),
        ([0.1] * 4_097, "at most 4096 items"),
        ([0.0, 0.0], "must not be all zeros"),
        ([1e300, 1.0], "less than or equal to 1000000"),
        (["1", 2.0], "should be a valid number"),
        ([True, 2.0], "should be a valid number"),
        ("0.1,0.2", "should be a valid list"),
    ],
)
async def test_what_is_no_vector_is_refused_by_name(
    api: httpx.AsyncClient, embedding: Any, words: str
) -> None:
    answer = await api.post("/v1/cases", json=moderation_case(embedding=embedding))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"].startswith("embedding")
    assert words in error["message"]


async def test_no_number_is_infinite(api: httpx.AsyncClient) -> None:
    body = (
        b'{"use_case": "content-moderation", "key": "k", "label": "clean", "embedding": [NaN, 1]}'
    )
    answer = await api.post("/v1/cases", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
