"""A policy changes at once, or when everybody who must has signed; nothing decided is touched."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

import bot.policy
from hitl.policy import Policy, UseCase, parse_policy
from hitl.review import (
    AlreadySigned,
    NothingChanges,
    PolicyMoved,
    ProposalEnded,
    ProposalOpen,
    Taken,
    UnknownOffice,
    effects_of,
    sign_change,
    submit,
    take_policy,
    withdraw_change,
)
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.policy_changes import (
    Change,
    ChangeNotFound,
    ChangeState,
    Source,
    changes_of,
    deciding_change,
    proposed_change,
)
from hitl.storage.queries import case_by_id
from hitl.storage.running_policy import generation_of, stored_policy
from hitl.storage.tables import outbox, policy_versions
from tests.conftest import Clock
from tests.examples import post

GUARDED = """
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
reviewers = ["@moderators"]
queue_after = {queue_after}
approvers = {{ legal = "@legal", security = "@sec" }}
labels = {{ clean = {{ auto_at = {clean} }}, violation = {{}} }}
"""
FREE = """
[use_cases.digits]
channel = "#digits"
question = "Which digit?"
labels = ["1", "2"]
auto_at = {auto_at}
"""


def guarded(*, clean: float = 0.92, queue_after: int = 30, **changes: Any) -> Policy:
    policy = parse_policy(GUARDED.format(clean=clean, queue_after=queue_after))
    use_case = policy.use_case("content-moderation").model_copy(update=changes)
    return Policy(use_cases={use_case.name: use_case})


def free(auto_at: float = 0.9) -> Policy:
    return parse_policy(FREE.format(auto_at=auto_at))


async def take(
    database: Database, policy: Policy, *, source: Source = Source.APPLY, by: str = "ops"
) -> Taken:
    return await bot.policy.take(database, policy, by=by, source=source)


async def ask_for(database: Database, use_case: UseCase) -> Change:
    return await bot.policy.ask_for(database, use_case, by="U0LEA", source=Source.SLACK)


async def sign(database: Database, change: Change, office: str, by: str = "U0LEA") -> Change:
    return await database.write(lambda tx: sign_change(tx, change.id, office=office, by=by))


async def runs(database: Database) -> Policy:
    policy = (await database.read(stored_policy)).policy
    assert policy is not None
    return policy


async def clean_at(database: Database) -> float | None:
    return (await runs(database)).use_case("content-moderation").labels["clean"].auto_at


async def proposed(database: Database, clean: float = 0.85) -> Change:
    await take(database, guarded())
    [change] = (await take(database, guarded(clean=clean))).proposed
    return change


@pytest.fixture
def replica(database_url: str, clock: Clock) -> Iterator[Database]:
    """A second process's way to the same database."""
    database = Database(database_url, clock=clock)
    yield database
    database.close()


async def test_a_first_policy_runs_at_once_whoever_must_sign_later(database: Database) -> None:
    taken = await take(database, guarded())
    assert [change.version_before for change in taken.applied] == [None]
    assert await runs(database) == guarded()


async def test_without_approvers_a_change_applies_at_once_and_is_recorded(
    database: Database, clock: Clock
) -> None:
    await take(database, free())
    clock.advance(hours=1)
    [change] = (await take(database, free(0.8), by="ops")).applied
    assert (await runs(database)).use_case("digits").labels["1"].auto_at == 0.8
    assert [(d.key, d.before, d.after) for d in change.differences] == [
        ("labels.1.auto_at", 0.9, 0.8),
        ("labels.2.auto_at", 0.9, 0.8),
    ]
    assert (change.by, change.state, change.settled_at) == ("ops", "applied", clock.now)
    assert len(await database.read(changes_of)) == 2


async def test_what_runs_already_changes_nothing(database: Database) -> None:
    await take(database, guarded())
    before = await database.read(generation_of)
    assert await take(database, guarded()) == Taken()
    assert await database.read(generation_of) == before


async def test_every_version_that_ran_is_kept_by_its_hash(database: Database) -> None:
    for policy in (free(0.9), free(0.8), free(0.9)):
        await take(database, policy)
    rows = await database.read(lambda c: c.execute(policy_versions.select()).all())
    assert {row.version for row in rows} == {
        free(auto_at).use_case("digits").version for auto_at in (0.9, 0.8)
    }
    assert len(rows) == 2


async def test_a_version_is_as_old_as_the_last_change_of_what_decides(database: Database) -> None:
    await take(database, guarded())
    await take(database, guarded(queue_after=5))
    since = await database.read(lambda c: deciding_change(c, "content-moderation"))
    assert since is not None
    assert since.version_before is None
    change = await proposed(database)
    for office in ("legal", "security"):
        await sign(database, change, office)
    await take(database, guarded(clean=0.85, queue_after=9))
    since = await database.read(lambda c: deciding_change(c, "content-moderation"))
    assert since is not None
    assert since.id == change.id


async def test_what_decides_waits_for_every_office_and_then_runs(database: Database) -> None:
    change = await proposed(database)
    assert change.missing == ("legal", "security")
    assert await clean_at(database) == 0.92
    signed = await sign(database, change, "legal", by="U0LEA")
    assert signed.missing == ("security",)
    assert await clean_at(database) == 0.92
    done = await sign(database, change, "security", by="U0SAM")
    assert done.state is ChangeState.APPLIED
    assert await clean_at(database) == 0.85
    assert [(s.office, s.by) for s in done.signatures] == [
        ("legal", "U0LEA"),
        ("security", "U0SAM"),
    ]


async def test_what_decides_nothing_applies_while_the_rest_waits(database: Database) -> None:
    await take(database, guarded())
    taken = await take(database, guarded(clean=0.85, queue_after=5))
    assert [d.key for change in taken.applied for d in change.differences] == ["queue_after"]
    use_case = (await runs(database)).use_case("content-moderation")
    assert (use_case.queue_after, use_case.labels["clean"].auto_at) == (5, 0.92)
    [change] = taken.proposed
    assert [d.key for d in change.differences] == ["labels.clean.auto_at"]
    await take(database, guarded(clean=0.85, queue_after=7))
    await sign(database, change, "legal")
    await sign(database, change, "security")
    use_case = (await runs(database)).use_case("content-moderation")
    assert (use_case.queue_after, use_case.labels["clean"].auto_at) == (7, 0.85)


async def test_a_second_proposal_is_refused_naming_the_first_and_changes_nothing(
    database: Database,
) -> None:
    first = await proposed(database)
    both = Policy(use_cases={**free().use_cases, **guarded(clean=0.8).use_cases})
    with pytest.raises(ProposalOpen, match=f"proposal {first.id}, asked for by ops, still waits"):
        await take(database, both)
    assert list((await runs(database)).use_cases) == ["content-moderation"]
    assert await database.read(lambda c: proposed_change(c, "content-moderation")) == first


async def test_the_same_proposal_again_is_the_one_that_waits(database: Database) -> None:
    first = await proposed(database)
    assert await take(database, guarded(clean=0.85)) == Taken(waiting=(first,))


async def test_a_withdrawn_proposal_leaves_what_runs_and_makes_room(database: Database) -> None:
    first = await proposed(database)
    await sign(database, first, "legal")
    ended = await database.write(
        lambda tx: withdraw_change(tx, first.id, by="U0LEA", reason="too low")
    )
    assert (ended.state, ended.settled_by, ended.reason) == ("withdrawn", "U0LEA", "too low")
    assert await clean_at(database) == 0.92
    with pytest.raises(ProposalEnded, match="was withdrawn already"):
        await sign(database, first, "security")
    [second] = (await take(database, guarded(clean=0.8))).proposed
    assert second.id > first.id
    assert second.missing == ("legal", "security")


async def test_approvers_can_only_be_replaced_by_approvers(database: Database) -> None:
    await take(database, guarded())
    [change] = (await take(database, guarded(approvers={}))).proposed
    assert change.approvers == {"legal": "@legal", "security": "@sec"}
    assert (await runs(database)).use_case("content-moderation").approvers == change.approvers


async def test_leaving_the_policy_takes_no_approver_away(database: Database) -> None:
    change = await proposed(database)
    both = await take(database, free())
    assert {c.use_case: c.version for c in both.applied}["content-moderation"] is None
    assert list((await runs(database)).use_cases) == ["digits"]
    with pytest.raises(ProposalEnded):
        await sign(database, change, "legal")
    [again] = (await take(database, guarded(clean=0.5, approvers={}))).proposed
    assert await clean_at(database) == 0.92
    assert again.missing == ("legal", "security")


async def test_a_restart_by_itself_changes_nothing(database: Database) -> None:
    """What was changed in Slack since the file was taken goes on running."""
    await take(database, free(), source=Source.START)
    changed = free(0.8).use_case("digits")
    await ask_for(database, changed)
    assert await take(database, free(), source=Source.START) == Taken()
    assert (await runs(database)).use_case("digits") == changed
    assert (await take(database, free(0.7), source=Source.START)).applied
    assert (await runs(database)).use_case("digits").labels["1"].auto_at == 0.7


async def test_a_withdrawn_proposal_does_not_come_back_with_a_restart(database: Database) -> None:
    change = await proposed(database)
    await database.write(lambda tx: withdraw_change(tx, change.id, by="U0LEA", reason="no"))
    assert await take(database, guarded(clean=0.85), source=Source.START) == Taken()
    assert (await take(database, guarded(clean=0.85))).proposed


async def test_one_use_case_is_proposed_from_elsewhere(database: Database) -> None:
    await take(database, Policy(use_cases={**free().use_cases, **guarded().use_cases}))

    ask = partial(ask_for, database)
    applied = await ask(free(0.8).use_case("digits"))
    assert applied.state is ChangeState.APPLIED
    change = await ask(guarded(clean=0.85).use_case("content-moderation"))
    assert change.state is ChangeState.PROPOSED
    assert await ask(guarded(clean=0.85).use_case("content-moderation")) == change
    with pytest.raises(ProposalOpen):
        await ask(guarded(clean=0.84).use_case("content-moderation"))
    with pytest.raises(NothingChanges):
        await ask(free(0.8).use_case("digits"))
    assert (await runs(database)).use_case("digits").labels["2"].auto_at == 0.8


async def test_an_effect_is_of_the_policy_that_runs_when_it_is_proposed(
    database: Database, clock: Clock
) -> None:
    await take(database, guarded())
    wanted = guarded(clean=0.85)
    look = partial(effects_of, wanted=wanted.use_cases.values(), now=clock.now)
    effects = await database.read(look)
    change = await proposed(database, clean=0.8)
    for office in change.missing:
        change = await sign(database, change, office)
    late = partial(take_policy, wanted=wanted, by="ops", source=Source.APPLY, effects=effects)
    with pytest.raises(PolicyMoved):
        await database.write(late)
    assert await clean_at(database) == 0.8
    assert (await take(database, wanted)).proposed[0].effect is not None


async def test_an_office_signs_once_and_only_an_office_that_was_asked(database: Database) -> None:
    change = await proposed(database)
    await sign(database, change, "legal")
    with pytest.raises(AlreadySigned):
        await sign(database, change, "legal", by="U0SAM")
    with pytest.raises(UnknownOffice, match='did you mean "security"'):
        await sign(database, change, "securty")
    with pytest.raises(ChangeNotFound):
        await database.write(lambda tx: sign_change(tx, 99, office="legal", by="U0LEA"))


async def test_both_offices_may_sign_at_the_same_moment(
    database: Database, replica: Database
) -> None:
    change = await proposed(database)
    await asyncio.gather(sign(database, change, "legal"), sign(replica, change, "security"))
    assert await clean_at(database) == 0.85


async def test_of_two_proposals_at_once_one_is_refused(
    database: Database, replica: Database
) -> None:
    await take(database, guarded())
    asked = [take(each, guarded(clean=at)) for each, at in ((database, 0.8), (replica, 0.7))]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(result) for result in results} == {Taken, ProposalOpen}


async def test_replicas_that_start_together_take_one_file_once(
    database: Database, replica: Database
) -> None:
    await asyncio.gather(*(take(e, free(), source=Source.START) for e in (database, replica) * 3))
    assert len(await database.read(changes_of)) == 1


async def test_what_was_decided_keeps_its_route_and_its_version(database: Database) -> None:
    await take(database, guarded())
    use_case = (await runs(database)).use_case("content-moderation")
    case, _ = await database.write(
        lambda tx: submit(tx, post(violation=0.95), use_case=use_case, draw=0.5)
    )
    change = (await take(database, guarded(always_review=True))).proposed[0]
    for office in ("legal", "security"):
        await sign(database, change, office)
    assert await database.read(lambda c: case_by_id(c, case.id)) == case
    assert case.policy_version == guarded().use_case("content-moderation").version
    assert (await runs(database)).use_case("content-moderation").version != case.policy_version


async def test_a_proposal_has_a_message_that_follows_it(database: Database) -> None:
    change = await proposed(database)
    await sign(database, change, "legal")
    rows = await database.read(
        lambda c: c.execute(outbox.select().where(outbox.c.kind == Kind.PROPOSAL)).all()
    )
    assert [row.payload for row in rows] == [{"change": change.id, "channel": "#moderation"}] * 2
    assert {row.stream for row in rows} == {f"policy:{change.id}"}
