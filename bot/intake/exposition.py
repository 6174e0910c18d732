"""What ``/metrics`` tells, in the words of Prometheus."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from bot.intake.doors import Caller
from bot.services import Services
from hitl.reports.answers import Queue
from hitl.reports.stats import queue
from hitl.storage.dead_letters import Backlog, backlog
from hitl.storage.outbox import Sending
from hitl.storage.queue_cards import ALL

MEDIA_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is told at one moment."""

    now: datetime
    queues: list[Queue]
    backlog: list[Backlog]
    slack_paused: bool


def snapshot(connection: Connection, services: Services, caller: Caller) -> Snapshot:
    """Of what the caller may read."""
    return Snapshot(
        now=services.database.now(),
        queues=[
            queue(connection, use_case=name, counted=ALL)
            for name in caller.use_cases_of(services.policy)
        ],
        backlog=backlog(connection, use_cases=caller.use_cases),
        slack_paused=services.health.paused is not None,
    )


def exposition(found: Snapshot) -> bytes:
    """The body of the answer."""
    registry = CollectorRegistry()
    registry.register(_Told(found))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, found: Snapshot) -> None:
        self._found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = self._found.now
        waiting = GaugeMetricFamily("hitl_cases_open", "Cases that wait.", labels=["use_case"])
        age = GaugeMetricFamily(
            "hitl_case_oldest_seconds", "How long the oldest waits.", labels=["use_case"]
        )
        for found in self._found.queues:
            waiting.add_metric([found.use_case], found.open)
            age.add_metric([found.use_case], _seconds(found.oldest_at, now))
        unsent = GaugeMetricFamily("hitl_outbox_waiting", "Not sent yet.", labels=["lane"])
        dead = GaugeMetricFamily("hitl_outbox_dead", "Dead letters.", labels=["lane"])
        for lane in self._found.backlog:
            family = dead if lane.state is Sending.DEAD else unsent
            family.add_metric([lane.lane], lane.count)
        paused = GaugeMetricFamily("hitl_slack_paused", "1 while Slack refuses the app.")
        paused.add_metric([], float(self._found.slack_paused))
        yield from (waiting, age, unsent, dead, paused)


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()
