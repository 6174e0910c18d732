"""Votes through the API obey the same rules where several people are needed."""

import httpx
import pytest

from bot.services import Services
from hitl.policy import parse_policy
from hitl.storage.database import Database
from tests.examples import POLICY
from tests.intake.requests import moderation_case


@pytest.fixture
def services(database: Database) -> Services:
    careful = POLICY.replace("audit_rate = 0.02\n", "audit_rate = 0.02\nreviews_needed = 2\n", 1)
    return Services(database=database, policy=parse_policy(careful), draw=lambda: 0.5)


@pytest.fixture
async def case_path(api: httpx.AsyncClient) -> str:
    case = (await api.post("/v1/cases", json=moderation_case())).json()
    return f"/v1/cases/{case['id']}"


async def test_a_first_vote_leaves_the_case_open_and_is_told_to_nobody(
    api: httpx.AsyncClient, case_path: str
) -> None:
    vote = {"reviewer": "ana", "verdict": "reject", "note": "A slur."}
    first = await api.post(f"{case_path}/reviews", json=vote)
    assert first.status_code == 201
    assert (first.json()["state"], first.json()["outcome"]) == ("open", None)
    read = (await api.get(case_path)).text
    assert "ana" not in read
    assert "A slur." not in read
    again = await api.post(f"{case_path}/reviews", json=vote)
    assert (again.status_code, again.json()["type"]) == (409, "urn:hitl:problem:already-voted")


async def test_two_labels_make_the_case_disputed(api: httpx.AsyncClient, case_path: str) -> None:
    for reviewer, verdict in (("ana", "reject"), ("ben", "approve")):
        vote = {"reviewer": reviewer, "verdict": verdict}
        last = await api.post(f"{case_path}/reviews", json=vote)
    assert (last.status_code, last.json()["state"]) == (201, "disputed")
    assert (await api.get(case_path)).json()["state"] == "disputed"
    third = await api.post(f"{case_path}/reviews", json={"reviewer": "sue", "verdict": "reject"})
    assert (third.status_code, third.json()["type"]) == (409, "urn:hitl:problem:disputed")
