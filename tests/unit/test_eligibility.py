"""Who may see, decide and withdraw, and what everyone else is told."""

from dataclasses import replace
from typing import Any

import pytest

from hitl.eligibility import (
    Permission,
    Person,
    Workspace,
    may_decide,
    may_see,
    may_see_reviewers,
    may_withdraw,
)

HERE = Workspace(team_id="T1")
ORGANISATION = Workspace(team_id="T1", enterprise_id="E1")
ANA = Person(id="U1", name="Ana", team_id="T1")
REVIEWERS = frozenset({"U1"})
NOBODY: frozenset[str] = frozenset()

OUTSIDERS: list[tuple[dict[str, Any], str]] = [
    ({"is_bot": True}, "Bots"),
    ({"is_deleted": True}, "Deactivated accounts"),
    ({"is_stranger": True}, "People from other organisations"),
    ({"team_id": "T2"}, "People from other organisations"),
    ({"team_id": "T2", "enterprise_id": "E1"}, "People from other organisations"),
    ({"is_restricted": True}, "Guests"),
    ({"is_ultra_restricted": True}, "Guests"),
]


def decide(
    person: Person, *, workspace: Workspace = HERE, reviewers: frozenset[str] = REVIEWERS
) -> Permission:
    return may_decide(person, workspace=workspace, reviewers=reviewers, ask="@moderators")


def withdraw(
    person: Person, *, leads: frozenset[str], reviewers: frozenset[str] = REVIEWERS
) -> Permission:
    return may_withdraw(person, workspace=HERE, reviewers=reviewers, leads=leads, ask="@leads")


def test_a_reviewer_may_decide() -> None:
    assert decide(ANA)


@pytest.mark.parametrize(("traits", "kind"), OUTSIDERS)
def test_some_accounts_may_do_nothing_whatever_list_they_are_on(
    traits: dict[str, Any], kind: str
) -> None:
    outsider = replace(ANA, **traits)
    assert decide(outsider) == Permission(
        allowed=False, reason=f"{kind} can't decide here. Ask @moderators."
    )
    assert withdraw(outsider, leads=REVIEWERS) == Permission(
        allowed=False, reason=f"{kind} can't withdraw cases here. Ask @leads."
    )


def test_a_member_who_is_no_reviewer_is_told_whom_to_ask() -> None:
    assert decide(ANA, reviewers=frozenset({"U2"})) == Permission(
        allowed=False, reason="Only reviewers can decide here. Ask @moderators."
    )


def test_where_nobody_is_a_reviewer_nobody_decides() -> None:
    assert not decide(ANA, reviewers=NOBODY)


def test_a_colleague_from_the_same_organisation_is_no_outsider() -> None:
    colleague = replace(ANA, team_id="T2", enterprise_id="E1")
    assert decide(colleague, workspace=ORGANISATION)
    assert not decide(replace(colleague, enterprise_id="E2"), workspace=ORGANISATION)


def test_two_unknown_organisations_are_not_the_same_one() -> None:
    assert not decide(replace(ANA, team_id="T2", enterprise_id=None), workspace=HERE)


@pytest.mark.parametrize(("traits", "kind"), OUTSIDERS)
def test_how_others_review_is_shown_to_named_leads_alone(traits: dict[str, Any], kind: str) -> None:
    def look(person: Person, leads: frozenset[str] = REVIEWERS, ask: str = "@leads") -> Permission:
        return may_see_reviewers(person, workspace=HERE, leads=leads, ask=ask)

    assert look(ANA)
    assert look(replace(ANA, **traits)).reason == f"{kind} can't look at this."
    assert look(ANA, NOBODY).reason == "Only leads see how others review. Ask @leads."
    assert look(ANA, NOBODY, "").reason.endswith("The policy names none.")


def test_only_leads_withdraw_where_there_are_leads() -> None:
    assert withdraw(ANA, leads=frozenset({"U1"}), reviewers=NOBODY)
    assert withdraw(ANA, leads=frozenset({"U2"})) == Permission(
        allowed=False, reason="Only leads can withdraw cases here. Ask @leads."
    )


def test_reviewers_withdraw_where_no_lead_is_named() -> None:
    assert withdraw(ANA, leads=NOBODY)
    assert withdraw(ANA, leads=NOBODY, reviewers=NOBODY) == Permission(
        allowed=False, reason="Only reviewers can withdraw cases here. Ask @leads."
    )


@pytest.mark.parametrize(
    ("entitled", "audience", "allowed"),
    [
        (NOBODY, None, True),
        (REVIEWERS, NOBODY, True),
        (NOBODY, REVIEWERS, True),
        (NOBODY, NOBODY, False),
    ],
)
def test_a_case_is_for_those_it_concerns_and_all_members_where_its_channel_is_public(
    entitled: frozenset[str], audience: frozenset[str] | None, *, allowed: bool
) -> None:
    asked = may_see(ANA, workspace=HERE, entitled=entitled, audience=audience, ask="@moderators")
    assert bool(asked) is allowed
    assert allowed or asked.reason.endswith("Ask @moderators.")


@pytest.mark.parametrize(("traits", "_kind"), OUTSIDERS)
def test_some_accounts_see_no_case_whatever_list_they_are_on(
    traits: dict[str, Any], _kind: str
) -> None:
    outsider = replace(ANA, **traits)
    for audience in (REVIEWERS, None):
        assert not may_see(
            outsider, workspace=HERE, entitled=REVIEWERS, audience=audience, ask="@moderators"
        )
