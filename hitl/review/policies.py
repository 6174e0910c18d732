"""Changing the policy that runs: at once, or by a proposal where a use case names approvers.

Nothing that was decided is routed again: a case keeps the version it was routed by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hitl.errors import HitlError
from hitl.policy import Policy, UseCase
from hitl.policy.changes import combined, differences, is_same, needs_signing
from hitl.policy.stored import content_of, policy_digest, use_case_from
from hitl.policy.wording import listed, unknown
from hitl.reports.policy_effect import Effect, expected_effect
from hitl.review.policy_messages import show_proposal
from hitl.storage.database import Transaction
from hitl.storage.policy_changes import (
    Change,
    ChangeState,
    Source,
    applied_change,
    change_by_id,
    proposed_change,
    record_change,
    record_signature,
    settle_change,
)
from hitl.storage.policy_versions import record_versions
from hitl.storage.running_policy import (
    policy_to_change,
    put_in_force,
    record_file,
    stored_policy,
)

Effects = Mapping[tuple[str, str, str], Effect]
"""What to expect of proposals, by the use case and the versions before and after."""


class ProposalOpen(HitlError):
    """A use case's policy can't be changed further before its open proposal has ended."""

    def __init__(self, change: Change) -> None:
        super().__init__(
            f"{change.use_case}: proposal {change.id}, asked for by {change.by}, still waits for"
            f" {listed(change.missing)}; nothing was changed. It must be signed or withdrawn first"
            f" (hitl policy withdraw {change.id})."
        )
        self.change = change


class ProposalEnded(HitlError):
    """There is nothing left to sign or to withdraw."""

    def __init__(self, change: Change) -> None:
        super().__init__(f"Proposal {change.id} was {change.state} already.")
        self.change = change


class AlreadySigned(HitlError):
    """An office says yes once."""

    def __init__(self, change: Change, office: str) -> None:
        super().__init__(f"Proposal {change.id} was signed for {office} already.")
        self.change = change


class UnknownOffice(HitlError):
    """Nobody has to sign under this name."""


class PolicyMoved(HitlError):
    """Another policy runs than when the effects were looked for: look again.

    Whoever asked need not hear of it.
    """


class NothingChanges(HitlError):
    """What was asked for is what runs."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a policy that was taken."""

    applied: tuple[Change, ...] = ()
    proposed: tuple[Change, ...] = ()
    waiting: tuple[Change, ...] = ()
    """Proposals from before that ask for just this."""


@dataclass(slots=True)
class _Taking:
    """Who asks, and what has come of it so far."""

    by: str
    source: Source
    effects: Effects
    applied: list[Change] = field(default_factory=list)
    proposed: list[Change] = field(default_factory=list)
    waiting: list[Change] = field(default_factory=list)


def effects_of(connection: Connection, wanted: Iterable[UseCase], *, now: datetime) -> Effects:
    """Of whatever would be proposed now: found before the verb, which others wait for."""
    stored = stored_policy(connection).policy
    running = {} if stored is None else stored.use_cases
    found = {}
    for after in wanted:
        before = running.get(after.name) or _as_it_left(connection, after.name)
        if before is not None and needs_signing(before, after):
            runs = combined(decides=before, rest=after)
            effect = expected_effect(connection, before=runs, after=after, until=now)
            found[_step(runs, after)] = effect
    return found


def _step(before: UseCase, after: UseCase) -> tuple[str, str, str]:
    return after.name, before.version, after.version


def take_policy(
    tx: Transaction, wanted: Policy, *, by: str, source: Source, effects: Effects
) -> Taken:
    """Let the policy run, but for what approvers must sign: that is proposed to them.

    At a start only a file that differs from the one taken before counts, so that a restart by
    itself changes nothing. Raises ``ProposalOpen`` and ``PolicyMoved``, and then changes nothing.
    """
    stored, digest = policy_to_change(tx), policy_digest(wanted)
    if source is Source.START and digest == stored.file_digest:
        return Taken()
    before = {} if stored.policy is None else stored.policy.use_cases
    taking = _Taking(by, source, effects)
    runs = [_take(tx, each, before, taking) for each in wanted.use_cases.values()]
    for name, use_case in before.items():
        if name not in wanted.use_cases:
            _remove(tx, use_case, taking)
    _run(tx, runs, before=stored.policy)
    record_file(tx, digest)
    return Taken(tuple(taking.applied), tuple(taking.proposed), tuple(taking.waiting))


def propose(
    tx: Transaction, wanted: UseCase, *, by: str, source: Source, effects: Effects
) -> Change:
    """Ask for one use case's policy: applied at once, or proposed where it names approvers.

    It says everything: take it from the running one, with what is to be another. Asking for what
    is proposed already finds that proposal. Raises ``ProposalOpen``, ``NothingChanges``,
    ``UnknownUseCase`` and ``PolicyMoved``.
    """
    running = policy_to_change(tx).policy
    if running is None:
        raise NothingChanges("no policy runs yet: start the service first")
    running.use_case(wanted.name)
    taking = _Taking(by, source, effects)
    runs = _take(tx, wanted, running.use_cases, taking)
    _run(tx, ({**running.use_cases, wanted.name: runs}).values(), before=running)
    changes = (*taking.applied, *taking.waiting, *taking.proposed)
    if not changes:
        raise NothingChanges(f"{wanted.name}: this is what runs already")
    return changes[-1]


def sign_change(tx: Transaction, change_id: int, *, office: str, by: str) -> Change:
    """Say yes for an office, which the last one needs to let the change run.

    Whether ``by`` may is asked before. Raises ``ProposalEnded``, ``AlreadySigned``,
    ``UnknownOffice`` and ``ChangeNotFound``.
    """
    running = policy_to_change(tx).policy
    change = _open_change(tx, change_id)
    if office not in change.approvers:
        raise UnknownOffice(unknown("office", office, known=change.approvers))
    if not record_signature(tx, change_id, office=office, by=by):
        raise AlreadySigned(change, office)
    if change.missing == (office,):
        settle_change(tx, change_id, state=ChangeState.APPLIED, by=by)
        if running is not None and change.content is not None:
            rest = running.use_case(change.use_case)
            runs = combined(decides=use_case_from(change.content), rest=rest)
            _run(tx, ({**running.use_cases, runs.name: runs}).values(), before=running)
    return show_proposal(tx, change_id)


def withdraw_change(tx: Transaction, change_id: int, *, by: str, reason: str | None) -> Change:
    """End a proposal; what runs goes on. Raises ``ProposalEnded`` and ``ChangeNotFound``."""
    policy_to_change(tx)
    _open_change(tx, change_id)
    settle_change(tx, change_id, state=ChangeState.WITHDRAWN, by=by, reason=reason)
    return show_proposal(tx, change_id)


def _open_change(tx: Transaction, change_id: int) -> Change:
    change = change_by_id(tx.connection, change_id)
    if change.state is not ChangeState.PROPOSED:
        raise ProposalEnded(change)
    return change


def _take(tx: Transaction, after: UseCase, running: dict[str, UseCase], taking: _Taking) -> UseCase:
    """The use case as it runs from now on."""
    before = running.get(after.name) or _as_it_left(tx.connection, after.name)
    if before is None or not needs_signing(before, after):
        if after.name not in running or not is_same(before, after):
            taking.applied.append(_apply(tx, before, after, taking))
        return after
    runs = combined(decides=before, rest=after)
    if after.name not in running or not is_same(before, runs):
        taking.applied.append(_apply(tx, before, runs, taking))
    _propose(tx, runs, after, taking)
    return runs


def _as_it_left(connection: Connection, name: str) -> UseCase | None:
    """A use case that comes back is as guarded as it was: leaving takes no approver away."""
    change = applied_change(connection, name)
    if change is None or change.content is None:
        return None
    return use_case_from(change.content)


def _apply(tx: Transaction, before: UseCase | None, after: UseCase, taking: _Taking) -> Change:
    return _record(tx, before, after, taking, state=ChangeState.APPLIED)


def _propose(tx: Transaction, before: UseCase, after: UseCase, taking: _Taking) -> None:
    pending = proposed_change(tx.connection, after.name)
    if pending is None:
        effect = taking.effects.get(_step(before, after))
        if effect is None:
            raise PolicyMoved
        change = _record(tx, before, after, taking, state=ChangeState.PROPOSED, effect=effect)
        taking.proposed.append(show_proposal(tx, change.id))
        return
    asked = use_case_from(pending.content or {})
    if asked.version != after.version or asked.approvers != after.approvers:
        raise ProposalOpen(pending)
    taking.waiting.append(pending)


def _remove(tx: Transaction, use_case: UseCase, taking: _Taking) -> None:
    """Nothing of it stands by itself any more, so nobody has to sign that."""
    pending = proposed_change(tx.connection, use_case.name)
    if pending is not None:
        reason = "the use case left the policy"
        settle_change(tx, pending.id, state=ChangeState.WITHDRAWN, by=taking.by, reason=reason)
    taking.applied.append(_record(tx, use_case, None, taking, state=ChangeState.APPLIED))


def _record(
    tx: Transaction,
    before: UseCase | None,
    after: UseCase | None,
    taking: _Taking,
    *,
    state: ChangeState,
    effect: Effect | None = None,
) -> Change:
    is_proposed = state is ChangeState.PROPOSED
    last = after or before
    change_id = record_change(
        tx,
        {
            "use_case": "" if last is None else last.name,
            "state": state,
            "version": None if after is None else after.version,
            "version_before": None if before is None else before.version,
            "content": None if last is None else content_of(last),
            "differences": _told(before, after),
            "effect": effect,
            "approvers": dict(before.approvers) if is_proposed and before else None,
            "source": taking.source,
            "by": taking.by,
            "settled_at": None if is_proposed else tx.now,
            "settled_by": None if is_proposed else taking.by,
        },
    )
    return change_by_id(tx.connection, change_id)


def _told(before: UseCase | None, after: UseCase | None) -> list[list[object]]:
    if before is None or after is None:
        return []
    return [[each.key, each.before, each.after] for each in differences(before, after)]


def _run(tx: Transaction, use_cases: Iterable[UseCase], *, before: Policy | None) -> None:
    policy = Policy(use_cases={use_case.name: use_case for use_case in use_cases})
    record_versions(tx, policy)
    if before is None or policy_digest(before) != policy_digest(policy):
        put_in_force(tx, policy)
