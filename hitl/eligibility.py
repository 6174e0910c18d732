"""Who may see, decide, overrule and withdraw: people as data in, an answer with its reason out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack account as it was looked up for this very click."""

    id: str
    name: str
    team_id: str
    enterprise_id: str | None = None
    is_bot: bool = False
    is_deleted: bool = False
    is_restricted: bool = False
    """A guest of several channels."""
    is_ultra_restricted: bool = False
    """A guest of one channel."""
    is_stranger: bool = False
    """Known only through a shared channel; False proves nothing."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the app is installed: one workspace, or an organisation of them."""

    team_id: str
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """True when allowed; ``reason`` is what the person reads either way."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        """Allow ``if may_decide(…)``."""
        return self.allowed


def may_decide(
    person: Person, *, workspace: Workspace, reviewers: frozenset[str], ask: str
) -> Permission:
    """Answer for one person; ``reviewers`` are user ids, ``ask`` names whom to turn to."""
    if obstacle := _obstacle(person, workspace=workspace):
        return Permission(allowed=False, reason=f"{obstacle} can't decide here. Ask {ask}.")
    if person.id not in reviewers:
        return Permission(allowed=False, reason=f"Only reviewers can decide here. Ask {ask}.")
    return Permission(allowed=True, reason=f"{person.name} is a reviewer here.")


def may_answer(person: Person, *, workspace: Workspace, asked: str | None) -> Permission:
    """Answer for one person, who may be a guest here: whom a case is about often is."""
    outside = person.is_stranger or not _belongs(person, workspace=workspace)
    if person.is_bot or person.is_deleted or outside or person.id != asked:
        return Permission(allowed=False, reason="Only whom this was sent to can answer it.")
    return Permission(allowed=True, reason=f"{person.name} is asked here.")


def may_withdraw(
    person: Person,
    *,
    workspace: Workspace,
    reviewers: frozenset[str],
    leads: frozenset[str],
    ask: str,
) -> Permission:
    """Answer for one person: leads may, and reviewers where no lead is named."""
    act = "withdraw cases"
    return _may_lead(person, act, workspace=workspace, reviewers=reviewers, leads=leads, ask=ask)


def may_overrule(
    person: Person,
    *,
    workspace: Workspace,
    reviewers: frozenset[str],
    leads: frozenset[str],
    ask: str,
) -> Permission:
    """Answer for one person: leads may, and reviewers where no lead is named."""
    act = "overrule decisions"
    return _may_lead(person, act, workspace=workspace, reviewers=reviewers, leads=leads, ask=ask)


def may_answer_for(
    person: Person,
    *,
    act: str,
    workspace: Workspace,
    reviewers: frozenset[str],
    leads: frozenset[str],
    ask: str,
) -> Permission:
    """Answer for one person who wants to ``act`` for the use case as a whole: as for overruling."""
    return _may_lead(person, act, workspace=workspace, reviewers=reviewers, leads=leads, ask=ask)


def may_adjudicate(
    person: Person, *, workspace: Workspace, adjudicators: frozenset[str], ask: str
) -> Permission:
    """Answer for one person; whether they have voted themselves is another question."""
    if obstacle := _obstacle(person, workspace=workspace):
        return Permission(allowed=False, reason=f"{obstacle} can't adjudicate here. Ask {ask}.")
    if person.id not in adjudicators:
        return Permission(allowed=False, reason=f"Only adjudicators can do this. Ask {ask}.")
    return Permission(allowed=True, reason=f"{person.name} is an adjudicator here.")


def may_sign(
    person: Person, *, workspace: Workspace, approvers: frozenset[str], act: str, ask: str
) -> Permission:
    """Answer for one person who wants to sign or withdraw a proposed policy, as ``act`` says."""
    if obstacle := _obstacle(person, workspace=workspace):
        return Permission(allowed=False, reason=f"{obstacle} can't {act}. Ask {ask}.")
    if person.id not in approvers:
        return Permission(allowed=False, reason=f"You can't {act}. Ask {ask}.")
    return Permission(allowed=True, reason=f"{person.name} can {act}.")


def may_see_reviewers(
    person: Person, *, workspace: Workspace, leads: frozenset[str], ask: str
) -> Permission:
    """Answer for one person who wants to know how others review; ``ask`` is empty for no leads."""
    if obstacle := _obstacle(person, workspace=workspace):
        return Permission(allowed=False, reason=f"{obstacle} can't look at this.")
    if person.id not in leads:
        whom = f" Ask {ask}." if ask else " The policy names none."
        return Permission(allowed=False, reason=f"Only leads see how others review.{whom}")
    return Permission(allowed=True, reason=f"{person.name} is a lead here.")


def may_see(
    person: Person,
    *,
    workspace: Workspace,
    entitled: frozenset[str],
    audience: frozenset[str] | None,
    ask: str,
) -> Permission:
    """Answer for one person who wants to read a case.

    ``entitled`` are those who act on it, ``audience`` the members of its channel; None where the
    channel is public, which any full member could join.
    """
    if _obstacle(person, workspace=workspace):
        return Permission(
            allowed=False, reason="Only full members of this workspace can look at this."
        )
    if audience is None:
        return Permission(allowed=True, reason="The channel of these cases is public.")
    if person.id not in entitled | audience:
        return Permission(
            allowed=False,
            reason="Only those who decide these cases and members of their private channel can"
            f" look at them. Ask {ask}.",
        )
    return Permission(
        allowed=True, reason=f"{person.name} decides these cases or is in their channel."
    )


def _may_lead(
    person: Person,
    act: str,
    *,
    workspace: Workspace,
    reviewers: frozenset[str],
    leads: frozenset[str],
    ask: str,
) -> Permission:
    if obstacle := _obstacle(person, workspace=workspace):
        return Permission(allowed=False, reason=f"{obstacle} can't {act} here. Ask {ask}.")
    role, entitled = ("lead", leads) if leads else ("reviewer", reviewers)
    if person.id not in entitled:
        return Permission(allowed=False, reason=f"Only {role}s can {act} here. Ask {ask}.")
    return Permission(allowed=True, reason=f"{person.name} is a {role} here.")


def _obstacle(person: Person, *, workspace: Workspace) -> str | None:
    """Name the kind of account that may do nothing here, whatever list it is on."""
    if person.is_bot:
        return "Bots"
    if person.is_deleted:
        return "Deactivated accounts"
    if person.is_stranger or not _belongs(person, workspace=workspace):
        return "People from other organisations"
    if person.is_restricted or person.is_ultra_restricted:
        return "Guests"
    return None


def _belongs(person: Person, *, workspace: Workspace) -> bool:
    if person.team_id == workspace.team_id:
        return True
    return workspace.enterprise_id is not None and person.enterprise_id == workspace.enterprise_id
