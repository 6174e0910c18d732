"""``/metrics`` for Prometheus, read from the database when asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from starlette.responses import Response

from bot.intake.doors import Caller, Reader
from bot.services import Services
from hitl.reports.answers import Queue
from hitl.reports.stats import queue
from hitl.storage.dead_letters import Backlog, backlog
from hitl.storage.outbox import Sending
from hitl.storage.queue_cards import ALL


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is told at one moment."""

    now: datetime
    queues: list[Queue]
    backlog: list[Backlog]
    slack_paused: bool


def metric_routes(services: Services) -> APIRouter:
    """``GET /metrics``, with a key that may read."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    async def metrics(caller: Reader) -> Response:
        snapshot = await services.database.read(lambda c: _snapshot(c, services, caller))
        registry = CollectorRegistry()
        registry.register(_Told(snapshot))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _snapshot(connection: Connection, services: Services, caller: Caller) -> Snapshot:
    return Snapshot(
        now=services.database.now(),
        queues=[
            queue(connection, use_case=name, counted=ALL)
            for name in caller.use_cases_of(services.policy)
        ],
        backlog=backlog(connection, use_cases=caller.use_cases),
        slack_paused=services.health.paused is not None,
    )


class _Told(Collector):
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = self._snapshot.now
        waiting = GaugeMetricFamily("hitl_cases_open", "Cases that wait.", labels=["use_case"])
        age = GaugeMetricFamily(
            "hitl_case_oldest_seconds", "How long the oldest waits.", labels=["use_case"]
        )
        for found in self._snapshot.queues:
            waiting.add_metric([found.use_case], found.open)
            age.add_metric([found.use_case], _seconds(found.oldest_at, now))
        unsent = GaugeMetricFamily("hitl_outbox_waiting", "Not sent yet.", labels=["lane"])
        dead = GaugeMetricFamily("hitl_outbox_dead", "Dead letters.", labels=["lane"])
        for lane in self._snapshot.backlog:
            family = dead if lane.state is Sending.DEAD else unsent
            family.add_metric([lane.lane], lane.count)
        paused = GaugeMetricFamily("hitl_slack_paused", "1 while Slack refuses the app.")
        paused.add_metric([], float(self._snapshot.slack_paused))
        yield from (waiting, age, unsent, dead, paused)


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()
