"""What Prometheus is told: how much there has been, and how much there is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.readiness import Check
from storage import announcements, callbacks, counts, heartbeats
from storage.announcements import Backlog
from storage.callbacks import Count
from storage.counts import Key, Workload
from storage.database import Database

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

OF_LATE = timedelta(days=1)
"""How far back attempts are told by their status, which changes."""

COUNTERS = {
    "contacts": ("Contacts reported, by how, and the reason where nobody was invited.", ("source", "reason")),
    "attempts": ("Messages and calls that were tried.", ("channel", "kind")),
    "ended": ("Invitations that have ended, by outcome.", ("outcome",)),
    "begun": ("Conversations begun.", ("channel",)),
    "sessions": ("Ends of conversations; one that is taken up again ends once more.", ("channel", "outcome")),
    "turns": ("Inputs taken; without a channel where they belong to no conversation.", ("channel",)),
    "answers": ("Answers taken.", ("channel",)),
    "misunderstood": ("Inputs that could not be taken for an answer.", ("channel", "reason")),
    "opted_out": ("Wishes to be asked no more, in a conversation.", ("channel",)),
}
"""What each counter says, and its labels; each is called nawoord_..._total."""

NAMES = {"ended": "invitations_ended", "begun": "sessions_begun", "sessions": "sessions_ended"}
"""Where the name that is told says more than the one it is counted under."""


def exposition(database: Database, now: datetime, checks: tuple[Check, ...]) -> bytes:
    """Everything, as Prometheus reads it. Raises UnavailableError."""
    with database.read() as connection:
        found = counts.totals(connection)
        workload = counts.workload(connection, now, now - OF_LATE)
        worker_at = heartbeats.last(connection)
        _, untagged = heartbeats.tagging(connection)
        callback_gauges = _of_callbacks(callbacks.count(connection, now), announcements.backlog(connection))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        _Snapshot([*_counters(found), *_gauges(workload, untagged, worker_at, now), *callback_gauges, _checks(checks)])
    )
    return generate_latest(registry)


class _Snapshot(Collector):
    """Numbers that were looked up for one answer."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _counters(found: dict[Key, int]) -> Iterator[Metric]:
    for name, (says, labels) in COUNTERS.items():
        family = CounterMetricFamily(f"nawoord_{NAMES.get(name, name)}", says, labels=labels)
        for (counted, *values), number in sorted(found.items()):
            if counted == name:
                family.add_metric(values, number)
        yield family


def _gauges(workload: Workload, untagged: int, worker_at: datetime | None, now: datetime) -> Iterator[Metric]:
    oldest = (now - workload.oldest_due).total_seconds() if workload.oldest_due else 0
    for name, says, value in (
        ("queue_due", "Invitations for which something is to be done now.", workload.due),
        ("queue_scheduled", "Invitations for which something is to be done later.", workload.scheduled),
        ("queue_oldest_due_seconds", "How long the first of those that are due has been so; 0 if none is.", oldest),
        ("sessions_open", "Conversations that can be answered.", workload.open_sessions),
        ("verbatims_untagged", "Verbatims that wait to be read for their themes.", untagged),
    ):
        yield GaugeMetricFamily(f"nawoord_{name}", says, value)
    if worker_at is not None:
        age = max((now - worker_at).total_seconds(), 0)
        yield GaugeMetricFamily("nawoord_worker_last_tick_seconds", "How long ago a worker came by.", age)
    says = "Attempts of the last 24 hours, by the status they have now."
    made = GaugeMetricFamily("nawoord_attempts_last_day", says, labels=("channel", "status"))
    for labels, number in sorted(workload.made.items()):
        made.add_metric(labels, number)
    yield made


def _of_callbacks(count: Count, backlog: Backlog) -> Iterator[Metric]:
    for name, says, value in (
        ("open", "Customers who agreed to be called back and are not called yet.", count.open),
        ("overdue", "Those of them who should have been called by now.", count.overdue),
    ):
        yield GaugeMetricFamily(f"nawoord_callbacks_{name}", says, value)
    for name, says, value in (
        ("waiting", "Announcements of callbacks that are still to be sent.", backlog.waiting),
        ("given_up", "Announcements of callbacks that never arrived.", backlog.given_up),
    ):
        yield GaugeMetricFamily(f"nawoord_callback_announcements_{name}", says, value)


def _checks(checks: tuple[Check, ...]) -> Metric:
    family = GaugeMetricFamily("nawoord_check", "Whether each check of /readyz holds.", labels=("check",))
    for check in checks:
        family.add_metric([check.name], float(check.ok))
    return family
