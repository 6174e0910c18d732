"""Whatever happens in whatever order, the outbox keeps its promises."""

import shutil
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from hitl.storage.database import Transaction
from hitl.storage.engines import writing_engine
from hitl.storage.outbox import Kind, Parcel, Sending, put, settle
from hitl.storage.pacing import Rate, hold
from hitl.storage.tables import outbox
from hitl.storage.taking import Taken, take
from tests.conftest import MONDAY

LEASE = timedelta(seconds=30)
IN_ORDER = Rate(interval=timedelta(seconds=1), burst=3, in_order=True)
PACED = Rate(interval=timedelta(seconds=2), burst=2)
RATES = {"slack/post:C1": IN_ORDER, "slack/update": PACED, "slack/free": None}
lanes = st.sampled_from(sorted(RATES))


class Outbox(RuleBasedStateMachine):
    """Puts, takes, ends and forgets parcels while time goes on."""

    prepared_file: Path

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "hitl.db"
        shutil.copy(self.prepared_file, file)
        self._engine = writing_engine(f"sqlite:///{file}")
        self._connection = self._engine.connect()
        self.now = MONDAY
        self.takes = 0
        self.held: list[tuple[Parcel, datetime]] = []
        """Parcels in somebody's hands, and when their leases end."""
        self.in_doubt: set[int] = set()
        """Rows that somebody took and never said what became of."""
        self.taken_at: defaultdict[str, list[datetime]] = defaultdict(list)

    def teardown(self) -> None:
        self._connection.close()
        self._engine.dispose()
        self._folder.cleanup()

    @property
    def tx(self) -> Transaction:
        return Transaction(self._connection, self.now)

    @rule(stream=st.integers(1, 3), lane=lanes)
    def put(self, stream: int, lane: str) -> None:
        put(self.tx, kind=Kind.CARD_POST, stream=f"case:{stream}", lane=lane, use_case="spam")

    @rule(most=st.integers(1, 5))
    def take(self, most: int) -> None:
        self.takes += 1
        taken = self._take(most=most)
        if not taken.parcels:
            self._check_when_there_is_more(taken.more_at)
        for parcel in taken.parcels:
            assert parcel.id not in {held.id for held, _ in self.held}
            assert parcel.id == self._first_waiting_of_stream(parcel)
            assert (parcel.in_doubt_since is not None) == (parcel.id in self.in_doubt)
            self.in_doubt.add(parcel.id)
            self.taken_at[parcel.lane].append(self.now)
            self.held.append((parcel, self.now + LEASE))

    @rule(seconds=st.integers(1, 40))
    def time_goes_on(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.held = [(parcel, until) for parcel, until in self.held if until > self.now]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), state=st.sampled_from(list(Sending)), in_doubt=st.booleans())
    def settle(self, data: st.DataObject, state: Sending, *, in_doubt: bool) -> None:
        held = data.draw(st.sampled_from(self.held))
        in_doubt = in_doubt and state is Sending.WAITING
        retry_at = self.now + timedelta(seconds=3)
        assert settle(self.tx, held[0], state=state, retry_at=retry_at, in_doubt=in_doubt)
        self.held.remove(held)
        if not in_doubt:
            self.in_doubt.remove(held[0].id)

    @rule(name=st.sampled_from(["slack", *RATES]), seconds=st.integers(1, 5))
    def hold(self, name: str, seconds: int) -> None:
        hold(self.tx, name, until=self.now + timedelta(seconds=seconds))

    @invariant()
    def a_lane_never_exceeds_its_rate(self) -> None:
        for lane, moments in self.taken_at.items():
            rate = RATES[lane]
            if rate is None:
                continue
            for first in range(len(moments)):
                within = moments[-1] - moments[first]
                count = len(moments) - first
                assert count <= rate.burst + within / rate.interval

    @invariant()
    def a_lane_that_keeps_order_has_one_taker(self) -> None:
        leases = {held.lease for held, _ in self.held if held.lane == "slack/post:C1"}
        assert len(leases) <= 1

    def _take(self, *, most: int) -> Taken:
        return take(
            self.tx, lease=str(self.takes), lease_for=LEASE, rates=RATES.__getitem__, most=most
        )

    def _check_when_there_is_more(self, more_at: datetime | None) -> None:
        """Not before the moment that was told; and whoever keeps to these moments gets it."""
        before = self.now + 100 * LEASE if more_at is None else more_at - timedelta(microseconds=1)
        assert not self._would_take(at=before).parcels
        while more_at is not None:
            told = self._would_take(at=more_at)
            assert told.parcels or (told.more_at is not None and told.more_at > more_at)
            more_at = None if told.parcels else told.more_at

    def _would_take(self, *, at: datetime) -> Taken:
        now, self.now = self.now, at
        attempt = self._connection.begin_nested()
        taken = self._take(most=1)
        attempt.rollback()
        self.now = now
        return taken

    def _first_waiting_of_stream(self, parcel: Parcel) -> int | None:
        stream = select(outbox.c.stream).where(outbox.c.id == parcel.id).scalar_subquery()
        waiting = outbox.c.state == Sending.WAITING
        return self._connection.scalar(
            select(outbox.c.id)
            .where(outbox.c.stream == stream, waiting)
            .order_by(outbox.c.id)
            .limit(1)
        )


def test_the_outbox_keeps_its_promises(prepared_file: Path) -> None:
    Outbox.prepared_file = prepared_file
    run_state_machine_as_test(
        Outbox, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
