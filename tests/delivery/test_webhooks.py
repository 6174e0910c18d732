"""Callers are told at least once, in order, signed, with the case as it was."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bot.delivery.webhook_signing import signed_headers, signing_key
from bot.delivery.webhooks import send_webhook
from hitl.review.callers import CaseEvent, tell_callers
from hitl.storage.outbox import Kind, Sending
from tests.delivery.calling import OLDER_SECRET, SECRET, Calling
from tests.delivery.running import RunningClock, taken_by_one_who_dies, until
from tests.receiver import Receiver, answer, reset, running_receiver, trickle, wait


async def settled(calling: Calling) -> list[str]:
    """The webhooks' states once none waits."""

    async def done() -> list[str] | None:
        found = [row.state for row in await calling.webhooks()]
        return None if Sending.WAITING in found else found

    return list(await until(done))


async def failed(calling: Calling, words: str) -> Any:
    """The first webhook once it waits for another try."""

    async def put_back() -> Any:
        row = (await calling.webhooks())[0]
        return row if row.leased_by is None and row.last_error == words else None

    return await until(put_back)


async def heard(receiver: Receiver, count: int) -> bool:
    return len(receiver.received) >= count


async def test_what_arrives_is_signed_as_standard_webhooks_asks(
    calling: Calling, receiver: Receiver
) -> None:
    case = await calling.told(receiver.url)
    async with calling.delivering(SECRET):
        assert await settled(calling) == ["sent"]
    [request] = receiver.received
    body = Webhook(SECRET).verify(request.content, dict(request.headers))
    assert (body["type"], body["data"]["id"]) == ("case.withdrawn", case.id)
    assert datetime.fromisoformat(body["timestamp"]).utcoffset() == timedelta()
    assert request.headers["Content-Type"] == "application/json"
    assert "." not in request.id


async def test_while_secrets_rotate_receivers_with_either_accept_it(
    calling: Calling, receiver: Receiver
) -> None:
    await calling.told(receiver.url)
    async with calling.delivering(SECRET, OLDER_SECRET):
        await settled(calling)
    [request] = receiver.received
    for secret in (SECRET, OLDER_SECRET):
        Webhook(secret).verify(request.content, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET.replace("A", "B")).verify(request.content, dict(request.headers))


def test_the_signature_is_that_of_the_specification_s_example() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    headers = signed_headers(
        b'{"test": 2432232314}', message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, keys=[key]
    )
    # The example of Svix's documentation, whose scheme the specification took over.
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (reset, "no answer (ServerDisconnectedError)"),
        (wait(1.0), "no answer (TimeoutError)"),
        (answer(500), "answered 500"),
        (answer(302, Location="/elsewhere"), "answered 302"),
        (answer(404), "answered 404"),
    ],
)
async def test_what_failed_is_sent_again_under_the_same_id_with_a_new_time(
    calling: Calling, receiver: Receiver, clock: RunningClock, behaviour: Any, words: str
) -> None:
    receiver.will(behaviour)
    await calling.told(receiver.url)
    async with calling.delivering(SECRET):
        row = await failed(calling, words)
        assert 4 < (row.due_at - clock()).total_seconds() <= 5
        clock.advance(seconds=5)
        assert await settled(calling) == ["sent"]
    first, second = receiver.received
    assert first.id == second.id
    assert first.content == second.content
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 5
    assert {request.path for request in receiver.received} == {"/hook"}


async def test_an_answer_whose_body_never_ends_is_an_answer(
    calling: Calling, receiver: Receiver
) -> None:
    receiver.will(trickle)
    await calling.told(receiver.url)
    async with calling.delivering(SECRET):
        assert await settled(calling) == ["sent"]


async def test_a_sender_that_dies_after_the_answer_is_followed_by_one_with_the_same_id(
    calling: Calling, receiver: Receiver, clock: RunningClock
) -> None:
    await calling.told(receiver.url)
    [parcel] = [
        parcel
        for parcel in await taken_by_one_who_dies(calling.database)
        if parcel.kind is Kind.WEBHOOK
    ]
    async with calling.desk(SECRET) as desk:
        await send_webhook(desk, parcel)
    clock.advance(seconds=31)
    async with calling.delivering(SECRET):
        assert await settled(calling) == ["sent"]
    first, second = receiver.received
    assert (first.id, first.content) == (second.id, second.content)


async def test_a_target_hears_of_a_case_in_order_and_of_others_meanwhile(
    calling: Calling, receiver: Receiver, clock: RunningClock
) -> None:
    receiver.will(answer(500))
    case = await calling.told(receiver.url)
    await calling.database.write(
        lambda tx: tell_callers(tx, case, CaseEvent.DECIDED, targets=[receiver.url])
    )
    other = await calling.told(receiver.url, "post-2")
    async with calling.delivering(SECRET):
        await failed(calling, "answered 500")
        await until(partial(heard, receiver, 2))
        clock.advance(seconds=5)
        assert await settled(calling) == ["sent", "sent", "sent"]
    assert [
        (request.body["data"]["id"], request.body["type"]) for request in receiver.received
    ] == [
        (case.id, "case.withdrawn"),
        (other.id, "case.withdrawn"),
        (case.id, "case.withdrawn"),
        (case.id, "case.decided"),
    ]


async def test_a_slow_server_holds_up_no_other(calling: Calling, receiver: Receiver) -> None:
    async with running_receiver() as slow:
        slow.will(*[wait(60.0)] * 40)
        for number in range(40):
            await calling.told(slow.url, f"slow-{number}")
        await calling.told(receiver.url, "quick")
        soon = timedelta(seconds=0.1)
        async with calling.delivering(SECRET, within=20.0, most_at_once=16, finish_within=soon):
            await until(partial(heard, receiver, 1))
            await asyncio.sleep(0.1)
            assert len(slow.received) == 8


async def test_without_a_secret_nothing_is_sent_and_the_setting_is_named(
    calling: Calling, receiver: Receiver
) -> None:
    await calling.told(receiver.url)
    async with calling.delivering():
        assert await settled(calling) == ["dead"]
    assert "HITL_WEBHOOK_SECRETS is not set" in (await calling.webhooks())[0].last_error
    assert receiver.received == []


async def test_an_internal_address_is_a_dead_letter_at_once(
    calling: Calling, receiver: Receiver
) -> None:
    https = receiver.url.replace("http:", "https:")
    for url in (receiver.url, https, https.replace("127.0.0.1", "localhost")):
        await calling.told(url, url)
    async with calling.delivering(SECRET, allowed="10.0.0.1"):
        assert await settled(calling) == ["dead", "dead", "dead"]
    assert all("HITL_WEBHOOK_ALLOW" in row.last_error for row in await calling.webhooks())
    assert receiver.received == []
