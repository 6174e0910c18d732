"""The outbox hands out what is due: in order, at its pace, to one taker at a time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from hitl.storage.database import Transaction
from hitl.storage.engines import writing_engine
from hitl.storage.outbox import Kind, Parcel, Sending, is_waiting, put, settle, settle_untaken
from hitl.storage.pacing import Rate, hold, release
from hitl.storage.queue_cards import has_waiting_parcel, queue_untaken_cards
from hitl.storage.taking import Taken, has_follower, take
from tests.conftest import Clock

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def no_rates(lane: str) -> None:
    """Every lane as fast as it goes."""


def rate_of(burst: int, *, in_order: bool = False) -> Callable[[str], Rate]:
    return lambda _lane: Rate(interval=SECOND, burst=burst, in_order=in_order)


class Shelf:
    """An outbox in a transaction that is never committed; each act happens at the clock's now."""

    def __init__(self, tx: Transaction, clock: Clock) -> None:
        self._tx = tx
        self._clock = clock
        self._leases = 0
        self.rates: Callable[[str], Rate | None] = no_rates
        self.receiver: str | None = None

    @property
    def tx(self) -> Transaction:
        self._tx.now = self._clock.now
        return self._tx

    def put(self, stream: str, *, lane: str = "slack/post:C1") -> None:
        put(self.tx, kind=Kind.CARD_POST, stream=stream, lane=lane, use_case="spam")

    def take(self, *, most: int = 100) -> list[Parcel]:
        return self._take(most=most).parcels

    def _take(self, *, most: int = 100) -> Taken:
        self._leases += 1
        lease = f"lease {self._leases}"
        return take(
            self.tx,
            lease=lease,
            lease_for=LEASE,
            rates=self.rates,
            most=most,
            receiver=self.receiver,
        )

    def take_ids(self) -> list[int]:
        return [parcel.id for parcel in self.take()]

    def seconds_to_next(self) -> float | None:
        """As whoever takes now is told it; nothing is taken."""
        attempt = self.tx.connection.begin_nested()
        taken = self._take()
        attempt.rollback()
        if taken.parcels:
            return 0.0
        return None if taken.more_at is None else (taken.more_at - self._clock.now).total_seconds()


@pytest.fixture
def shelf(database_url: str, clock: Clock) -> Iterator[Shelf]:
    engine = writing_engine(database_url)
    with engine.connect() as connection:
        yield Shelf(Transaction(connection, clock.now), clock)
    engine.dispose()


def test_a_stream_waits_for_its_first_unsent_row(shelf: Shelf) -> None:
    for stream in ("case:1", "case:1", "case:2"):
        shelf.put(stream)
    first, other = shelf.take()
    assert (first.id, other.id) == (1, 3)
    assert shelf.take_ids() == []
    settle(shelf.tx, first, state=Sending.SENT)
    assert shelf.take_ids() == [2]


@pytest.mark.parametrize("state", [Sending.SENT, Sending.SKIPPED, Sending.DEAD])
def test_whatever_becomes_of_a_row_the_stream_goes_on(shelf: Shelf, state: Sending) -> None:
    shelf.put("case:1")
    shelf.put("case:1")
    settle(shelf.tx, shelf.take()[0], state=state)
    assert shelf.take_ids() == [2]


def test_a_lane_lets_a_burst_go_and_then_one_each_interval(shelf: Shelf, clock: Clock) -> None:
    shelf.rates = rate_of(burst=3)
    for number in range(6):
        shelf.put(f"case:{number}")
    assert len(shelf.take()) == 3
    assert shelf.take() == []
    clock.advance(seconds=1)
    assert len(shelf.take()) == 1
    assert shelf.take() == []
    clock.advance(seconds=20)
    assert len(shelf.take()) == 2


def test_lanes_do_not_slow_each_other(shelf: Shelf) -> None:
    shelf.rates = rate_of(burst=1)
    shelf.put("case:1", lane="slack/post:C1")
    shelf.put("case:2", lane="slack/post:C1")
    shelf.put("case:3", lane="slack/post:C2")
    assert shelf.take_ids() == [1, 3]


def test_a_lane_that_keeps_order_has_one_taker_at_a_time(shelf: Shelf) -> None:
    shelf.rates = rate_of(burst=10, in_order=True)
    shelf.put("case:1")
    shelf.put("case:2")
    first, second = shelf.take()
    shelf.put("case:3")
    settle(shelf.tx, first, state=Sending.SENT)
    assert shelf.take() == []
    assert shelf.seconds_to_next() == LEASE.total_seconds()
    settle(shelf.tx, second, state=Sending.SENT)
    assert shelf.take_ids() == [3]


def test_a_held_lane_waits_and_the_others_do_not(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1", lane="slack/post:C1")
    shelf.put("case:2", lane="slack/post:C2")
    hold(shelf.tx, "slack/post:C1", until=clock.now + 30 * SECOND)
    assert shelf.take_ids() == [2]
    clock.advance(seconds=30)
    assert 1 in shelf.take_ids()


def test_holding_a_receiver_holds_all_its_lanes(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1", lane="slack/post:C1")
    shelf.put("case:2", lane="webhook/x")
    hold(shelf.tx, "slack", until=clock.now + 30 * SECOND)
    assert shelf.take_ids() == [2]
    release(shelf.tx, "slack")
    assert shelf.take_ids() == [1]


def test_a_shorter_hold_does_not_shorten_a_longer_one(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1")
    hold(shelf.tx, "slack/post:C1", until=clock.now + 30 * SECOND)
    hold(shelf.tx, "slack/post:C1", until=clock.now + SECOND)
    assert shelf.seconds_to_next() == 30


def test_a_dead_takers_row_is_taken_again_and_is_in_doubt(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1")
    assert shelf.take()[0].in_doubt_since is None
    clock.advance(seconds=29)
    assert shelf.take() == []
    clock.advance(seconds=1)
    [again] = shelf.take()
    assert again.attempts == 2
    assert again.in_doubt_since == clock.now


def test_a_row_known_unsent_is_in_no_doubt(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1")
    settle(shelf.tx, shelf.take()[0], state=Sending.WAITING, retry_at=clock.now + SECOND)
    assert shelf.take() == []
    clock.advance(seconds=1)
    assert shelf.take()[0].in_doubt_since is None


def test_a_row_put_back_in_doubt_stays_in_doubt(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1")
    retry_at = clock.now + SECOND
    settle(shelf.tx, shelf.take()[0], state=Sending.WAITING, retry_at=retry_at, in_doubt=True)
    clock.advance(seconds=5)
    assert shelf.take()[0].in_doubt_since == retry_at


def test_settling_after_the_lease_passed_on_changes_nothing(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1")
    [late] = shelf.take()
    clock.advance(seconds=31)
    [current] = shelf.take()
    assert not settle(shelf.tx, late, state=Sending.DEAD)
    assert settle(shelf.tx, current, state=Sending.SENT)


def test_an_attempt_that_does_not_count_is_taken_back(shelf: Shelf, clock: Clock) -> None:
    shelf.put("case:1")
    settle(shelf.tx, shelf.take()[0], state=Sending.WAITING, retry_at=clock.now, counts=False)
    assert shelf.take()[0].attempts == 1


def test_nothing_is_due_when_nothing_waits(shelf: Shelf) -> None:
    assert shelf.seconds_to_next() is None
    shelf.put("case:1")
    assert shelf.seconds_to_next() == 0
    settle(shelf.tx, shelf.take()[0], state=Sending.SENT)
    assert shelf.seconds_to_next() is None


def test_a_lane_may_limit_how_many_are_out(shelf: Shelf, clock: Clock) -> None:
    shelf.rates = lambda _lane: Rate(interval=SECOND / 1000, burst=9, most_out=2)
    for number in range(4):
        shelf.put(stream=f"case:{number}")
    first, _ = shelf.take()
    assert shelf.take() == []
    assert shelf.seconds_to_next() == LEASE / SECOND
    settle(shelf.tx, first, state=Sending.SENT)
    assert len(shelf.take()) == 1
    clock.now += LEASE
    assert len(shelf.take()) == 2


def test_a_receiver_s_rows_are_taken_apart_from_all_others(shelf: Shelf) -> None:
    shelf.put("case:1", lane="webhook/a.example")
    shelf.put("case:2", lane="webhooks/b.example")
    shelf.receiver = "slack"
    assert shelf.take() == []
    assert shelf.seconds_to_next() is None
    shelf.receiver = "webhook"
    assert shelf.seconds_to_next() == 0
    assert [parcel.lane for parcel in shelf.take()] == ["webhook/a.example"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_statement_is_planned_anew_because_a_state_was_given_apart(shelf: Shelf) -> None:
    """SQLite does so where a parameter is compared with what an index is restricted to."""
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        ran.append(statement)

    event.listen(shelf.tx.connection, "before_cursor_execute", note)
    shelf.rates = rate_of(burst=1, in_order=True)
    shelf.put("case:1")
    settle_untaken(shelf.tx, "case:1", kind=Kind.CARD_POST, state=Sending.WAITING)
    is_waiting(shelf.tx.connection, "case:1", kind=Kind.CARD_POST)
    [parcel] = shelf.take()
    settle(shelf.tx, parcel, state=Sending.SENT)
    has_follower(shelf.tx.connection, parcel, now=shelf.tx.now, opens_lane=True)
    has_waiting_parcel(shelf.tx.connection, "case:1")
    queue_untaken_cards(shelf.tx, "spam", lane="slack/post:C1")
    conditions = [statement.partition("WHERE")[2] for statement in ran]
    assert sum("state = 'waiting'" in each for each in conditions) >= 7
    assert not [each for each in conditions if "state = ?" in each]


def test_a_parcel_is_followed_by_what_it_kept_waiting(shelf: Shelf) -> None:
    def is_followed(parcel: Parcel, *, opens_lane: bool) -> bool:
        return has_follower(shelf.tx.connection, parcel, now=shelf.tx.now, opens_lane=opens_lane)

    shelf.put("case:1")
    [parcel] = shelf.take()
    settle(shelf.tx, parcel, state=Sending.SENT)
    assert not is_followed(parcel, opens_lane=True)
    shelf.put("case:2")
    assert is_followed(parcel, opens_lane=True)
    assert not is_followed(parcel, opens_lane=False)
    shelf.put("case:1", lane="slack/update")
    assert is_followed(parcel, opens_lane=False)
    shelf.take()
    assert not is_followed(parcel, opens_lane=True)
