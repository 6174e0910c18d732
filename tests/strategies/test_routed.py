"""A caller that routes in its own process: kept as it says, with a key that may."""

from tests.strategies.conftest import Staging
from tests.strategies.models import REVIEW

ROUTED = {"to": "auto", "draw": 0.004, "audit_rate": 0.01, "policy_version": "0123456789ab"}


async def test_a_routed_prediction_is_kept_as_its_caller_routed_it(staged: Staging) -> None:
    stage = await staged(REVIEW)
    case = await stage.submit(routed=ROUTED)
    assert case["state"] == "decided"
    assert case["route"] == {
        "to": "auto",
        "reason": "the caller routed it, by policy 0123456789ab",
    }
    escalated = await stage.submit("post-2", routed=ROUTED | {"to": "review"})
    assert escalated["route"]["reason"] == "violation 70 % is under its 87 % threshold"
    figures = (await stage.api.get("/v1/stats", params={"use_case": "content-moderation"})).json()
    assert figures["predictions"] is None


async def test_what_can_t_be_a_route_is_refused(staged: Staging) -> None:
    stage = await staged(REVIEW)
    wrong: dict[str, dict[str, object]] = {
        "routed.to": {"to": "ask_user"},
        "routed.draw": {"draw": 1},
        "routed.audit_rate": {"audit_rate": 2},
    }
    for field, change in wrong.items():
        request = {
            "use_case": "content-moderation",
            "key": field,
            "scores": {"violation": 0.7},
            "routed": ROUTED | change,
        }
        refused = await stage.api.post("/v1/cases", json=request)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]
