"""Other interfaces vote, withdraw and tell the truth under the same rules as Slack."""

import httpx
import pytest

from tests.intake.requests import moderation_case


@pytest.fixture
async def case_path(api: httpx.AsyncClient) -> str:
    case = (await api.post("/v1/cases", json=moderation_case())).json()
    return f"/v1/cases/{case['id']}"


async def test_a_vote_decides(api: httpx.AsyncClient, case_path: str) -> None:
    vote = {"reviewer": "ana@example.com", "verdict": "flag", "note": "borderline"}
    response = await api.post(f"{case_path}/reviews", json=vote)
    assert response.status_code == 201
    outcome = response.json()["outcome"]
    assert outcome.pop("decided_at").endswith("Z")
    assert outcome == {
        "verdict": "flag",
        "label": "clean",
        "by": "reviewer",
        "reviewer": "ana@example.com",
        "note": "borderline",
        "revision": 1,
        "flagged": True,
    }


async def test_a_vote_that_comes_too_late_is_told_what_stands(
    api: httpx.AsyncClient, case_path: str
) -> None:
    await api.post(f"{case_path}/reviews", json={"reviewer": "ana", "verdict": "reject"})
    late = await api.post(f"{case_path}/reviews", json={"reviewer": "ben", "verdict": "approve"})
    assert late.status_code == 409
    problem = late.json()
    assert problem["type"] == "urn:hitl:problem:already-decided"
    assert (problem["outcome"]["reviewer"], problem["outcome"]["label"]) == ("ana", "violation")


async def test_a_withdrawn_case_can_be_withdrawn_again_but_not_voted_on(
    api: httpx.AsyncClient, case_path: str
) -> None:
    for _ in range(2):
        response = await api.post(f"{case_path}/withdraw", json={"reason": "deleted by author"})
        assert (response.status_code, response.json()["state"]) == (200, "withdrawn")
    vote = await api.post(f"{case_path}/reviews", json={"reviewer": "ana", "verdict": "approve"})
    assert vote.status_code == 409


async def test_the_truth_leaves_the_outcome_as_it_was_decided(
    api: httpx.AsyncClient, case_path: str
) -> None:
    await api.post(f"{case_path}/reviews", json={"reviewer": "ana", "verdict": "reject"})
    truth = await api.post(f"{case_path}/truth", json={"label": "clean", "source": "appeal"})
    assert truth.status_code == 200
    assert truth.json()["outcome"]["label"] == "violation"
    wrong = await api.post(f"{case_path}/truth", json={"label": "cleen"})
    assert wrong.status_code == 422
    assert "clean" in wrong.json()["errors"][0]["message"]


@pytest.mark.parametrize("call", ["reviews", "truth"])
async def test_a_case_that_does_not_exist_is_a_404(api: httpx.AsyncClient, call: str) -> None:
    body = {"reviews": {"reviewer": "a", "verdict": "flag"}, "truth": {"label": "clean"}}[call]
    assert (await api.post(f"/v1/cases/77/{call}", json=body)).status_code == 404
