"""What a server's answer makes of a webhook: when it is tried again, and when people are told."""

from datetime import timedelta
from functools import partial

import pytest

from bot.delivery.desk import Desk
from bot.delivery.troubles import Treatment, Trouble
from bot.delivery.webhook_retries import PAUSES, settle_webhook_trouble, webhook_rates
from bot.sandbox.workspace import Workspace
from hitl.policy import parse_policy
from hitl.storage.database import Database
from hitl.storage.outbox import WEBHOOK, Parcel, Sending
from hitl.storage.taking import Taken, take
from tests.delivery.calling import SECRET, Calling
from tests.delivery.running import RunningClock, delivered, delivering, rows, until
from tests.receiver import answer, running_receiver

CALLER = "https://caller.example/secret-path?token=secret"
LEASE = timedelta(minutes=1)


async def take_all(calling: Calling) -> Taken:
    return await calling.database.write(
        lambda tx: take(
            tx, lease="me", lease_for=LEASE, rates=webhook_rates, most=99, receiver=WEBHOOK
        )
    )


async def taken(calling: Calling) -> list[Parcel]:
    return (await take_all(calling)).parcels


async def suffer(
    calling: Calling, parcel: Parcel, trouble: Trouble, *, chance: float = 0.0
) -> Sending:
    return await calling.database.write(
        lambda tx: settle_webhook_trouble(tx, parcel, trouble, chance=chance, policy=calling.policy)
    )


async def seconds_to_next(calling: Calling, clock: RunningClock) -> float:
    nothing = await take_all(calling)
    assert not nothing.parcels
    assert nothing.more_at is not None
    return (nothing.more_at - clock()).total_seconds()


async def notices(calling: Calling) -> list[str]:
    return [row.payload["why"] for row in await rows(calling.database) if row.kind == "notice"]


async def test_tries_are_spread_over_three_days_with_growing_pauses(
    calling: Calling, clock: RunningClock
) -> None:
    await calling.told(CALLER)
    for pause in PAUSES:
        [parcel] = await taken(calling)
        assert await suffer(calling, parcel, Trouble(Treatment.POSTPONE, "x")) is Sending.WAITING
        assert await taken(calling) == []
        clock.advance(seconds=pause.total_seconds())
    [last] = await taken(calling)
    assert await suffer(calling, last, Trouble(Treatment.POSTPONE, "answered 500")) is Sending.DEAD
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=3, hours=8)
    assert list(PAUSES) == sorted(PAUSES)
    assert await notices(calling) == ["answered 500"]


async def test_those_who_failed_together_do_not_come_back_together(
    calling: Calling, clock: RunningClock
) -> None:
    await calling.told(CALLER)
    [parcel] = await taken(calling)
    await suffer(calling, parcel, Trouble(Treatment.POSTPONE, "x"), chance=0.999)
    assert 5.9 < await seconds_to_next(calling, clock) <= 6.0


async def test_a_server_that_names_its_wait_is_left_alone_as_long_and_no_try_counts(
    calling: Calling, clock: RunningClock
) -> None:
    await calling.told(CALLER)
    [parcel] = await taken(calling)
    await calling.told(CALLER, "post-2")
    wait = timedelta(minutes=2)
    await suffer(calling, parcel, Trouble(Treatment.WAIT, "answered 429", retry_after=wait))
    assert 119 < await seconds_to_next(calling, clock) <= 120
    clock.advance(seconds=120)
    assert [parcel.attempts for parcel in await taken(calling)] == [1, 1]


async def test_a_server_in_trouble_gets_a_breather_and_others_their_turn(
    calling: Calling, clock: RunningClock
) -> None:
    await calling.told(CALLER)
    [parcel] = await taken(calling)
    await suffer(calling, parcel, Trouble(Treatment.RETRY, "answered 502"))
    await calling.told(CALLER, "post-2")
    await calling.told("https://other.example/", "post-3")
    assert [parcel.lane for parcel in await taken(calling)] == ["webhook/other.example"]
    clock.advance(seconds=30)
    assert len(await taken(calling)) == 2


async def test_a_server_that_only_ever_asks_for_time_is_given_up_in_the_end(
    calling: Calling, clock: RunningClock
) -> None:
    await calling.told(CALLER)
    clock.advance(days=4, seconds=1)
    [parcel] = await taken(calling)
    state = await suffer(calling, parcel, Trouble(Treatment.WAIT, "answered 429"))
    assert state is Sending.DEAD


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds", "attempts"),
    [
        (429, "7", 7, 0),
        (502, None, 30, 1),
        (503, "7", 7, 0),
        (504, None, 30, 1),
        (429, "not a number", 30, 1),
        (429, "999999999", 86_400, 0),
        (429, "9" * 30, 30, 1),
        (429, "9" * 5_000, 30, 1),
        (429, "Fri, 01 Jan 2100 00:00:00 GMT", 86_400, 0),
        (429, "Fri, 01 Jan 2100 00:00:00 -0000", 30, 1),
        (500, "7", 5, 1),
        (400, None, 5, 1),
    ],
)
async def test_an_answer_says_how_long_to_wait(
    calling: Calling,
    clock: RunningClock,
    status: int,
    retry_after: str | None,
    seconds: float,
    attempts: int,
) -> None:
    async with running_receiver() as receiver:
        headers = {} if retry_after is None else {"Retry_After": retry_after}
        receiver.will(answer(status, **headers))
        await calling.told(receiver.url)
        async with calling.delivering(SECRET):
            await until(partial(_is_answered, calling, f"answered {status}"))
    [row] = await calling.webhooks()
    assert row.attempts == attempts
    assert seconds - 3 < await seconds_to_next(calling, clock) <= seconds


async def test_a_wait_that_is_over_already_is_a_short_one(
    calling: Calling, clock: RunningClock
) -> None:
    async with running_receiver() as receiver:
        receiver.will(answer(429, Retry_After="0"))
        await calling.told(receiver.url)
        async with calling.delivering(SECRET):
            await until(partial(_is_answered, calling, "answered 429"))
    assert 0.0 < await seconds_to_next(calling, clock) <= 1.0


async def _is_answered(calling: Calling, words: str) -> bool:
    [row] = await calling.webhooks()
    return row.leased_by is None and row.last_error == words


async def test_one_who_is_gone_is_never_asked_again_about_this_and_people_are_told(
    calling: Calling, desk: Desk, workspace: Workspace
) -> None:
    async with running_receiver() as receiver:
        receiver.will(answer(410))
        case = await calling.told(f"{receiver.url}?token=secret")
        async with calling.delivering(SECRET):
            await until(partial(_is_dead, calling))
        assert len(receiver.received) == 1
        server = receiver.url.split("/")[2]
    async with delivering(desk, receiver="slack"):
        await until(partial(_is_said, workspace))
        await delivered(calling.database)
    [notice] = [message for message in workspace.messages("#moderation") if not message.buttons]
    assert notice.says(f"{server} could not be told case.withdrawn of case {case.id}")
    assert notice.says("answered 410")
    assert not notice.says("secret")


async def _is_dead(calling: Calling) -> bool:
    return [row.state for row in await calling.webhooks()] == ["dead"]


async def _is_said(workspace: Workspace) -> bool:
    return any(message.says("could not be told") for message in workspace.messages("#moderation"))


async def test_people_are_told_once_an_hour_of_each_target(
    calling: Calling, clock: RunningClock
) -> None:
    async def fail(target: str, key: str) -> None:
        await calling.told(target, key)
        for parcel in await taken(calling):
            await suffer(calling, parcel, Trouble(Treatment.BURY, "answered 410"))

    await fail(CALLER, "1")
    await fail(CALLER, "2")
    await fail("https://other.example/", "3")
    assert len(await notices(calling)) == 2
    clock.advance(minutes=61)
    await fail(CALLER, "4")
    assert len(await notices(calling)) == 3


async def test_a_use_case_that_left_the_policy_has_no_channel_to_tell(
    calling: Calling, database: Database
) -> None:
    await calling.told(CALLER)
    other = Calling(database, parse_policy('[use_cases.x]\npreset = "spam"\nchannel = "#x"'))
    [parcel] = await taken(other)
    assert await suffer(other, parcel, Trouble(Treatment.BURY, "gone")) is Sending.DEAD
    assert await notices(other) == []


async def test_one_whose_lease_has_passed_on_changes_nothing(
    calling: Calling, clock: RunningClock
) -> None:
    await calling.told(CALLER)
    [late] = await taken(calling)
    clock.advance(seconds=61)
    await calling.database.write(
        lambda tx: take(tx, lease="other", lease_for=LEASE, rates=webhook_rates, most=9)
    )
    await suffer(calling, late, Trouble(Treatment.BURY, "gone"))
    assert [row.state for row in await calling.webhooks()] == ["waiting"]
    assert await notices(calling) == []
