"""``/metrics``: what a watching program asks every half minute, in Prometheus' text format.

Numbers are read from the database at each question, because many processes serve and none of them knows the whole.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime

from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from verify import auth, errors
from verify.backup.receipt import last_backup
from verify.composition import Rekom
from verify.doorbell import NORMAL, URGENT
from workflows import checkpoints, trust
from workflows.errors import RekomError
from workflows.vital_signs import VitalSigns, vital_signs

QUEUE = {True: URGENT, False: NORMAL}


def install(app: Flask, rekom: Rekom) -> None:
    """Add the route; without ``REKOM_METRICS_TOKEN`` it is not there."""

    @app.get("/metrics")
    @auth.public
    def metrics() -> Response:
        """Counts and ages of this installation; nothing about a person."""
        wanted = rekom.settings.metrics_token
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
            return errors.answer(404, "http-404")
        registry = CollectorRegistry()
        registry.register(Collector(rekom))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Collector:
    """Reads everything once for each question."""

    def __init__(self, rekom: Rekom) -> None:
        self._rekom = rekom

    def collect(self) -> Iterator[Metric]:
        """Each number with its name and what it means."""
        now = self._rekom.clock()
        with self._rekom.database.read() as session:
            signs = vital_signs(session, now=now)
            witness, counter = checkpoints.newest(session), trust.counter(session)
        yield from _cases(signs)
        yield from _letters(signs)
        yield _gauge(
            "rekom_witness_age_seconds", "Age of the newest witness of the audit trail", _age(witness.at if witness else None, now)
        )
        yield _gauge("rekom_bundle_counter", "Number of the newest trust bundle", counter)
        yield _gauge(
            "rekom_bundle_sealable", "1 while a trust bundle can be given out, 0 where no key may or can seal it", _sealable(self._rekom)
        )
        yield from _backup(self._rekom, now)
        yield from _registries(self._rekom)


def _cases(signs: VitalSigns) -> Iterator[Metric]:
    cases = GaugeMetricFamily("rekom_cases", "Cases by state", labels=["state"])
    for state, number in signs.cases.items():
        cases.add_metric([state.value], number)
    waiting = GaugeMetricFamily("rekom_tasks_due", "Tasks that are due and not done", labels=["queue"])
    oldest = GaugeMetricFamily("rekom_oldest_task_seconds", "How long the oldest of them has been due", labels=["queue"])
    for urgent, line in signs.lines.items():
        waiting.add_metric([QUEUE[urgent]], line.waiting)
        oldest.add_metric([QUEUE[urgent]], line.oldest.total_seconds())
    yield from (cases, waiting, oldest)
    yield _gauge(
        "rekom_oldest_emergency_seconds", "Age of the oldest emergency without a decision; 0 without any", signs.emergency.total_seconds()
    )


def _letters(signs: VitalSigns) -> Iterator[Metric]:
    yield _gauge("rekom_letters_day", "Sealed letters issued in the last 24 hours", signs.letters)
    yield _gauge("rekom_letters_day_quick", "Those of them issued within 10 seconds of the decision", signs.quick_letters)


def _sealable(rekom: Rekom) -> bool:
    """Tried rather than told from a table: whatever is wrong with the keys must not take the other numbers along."""
    try:
        rekom.bundles.newest(rekom.policy_today(rekom.settings.region).office.issuer)
    except RekomError:
        return False
    return True


def _backup(rekom: Rekom, now: datetime) -> Iterator[Metric]:
    last = last_backup(rekom.settings)
    yield _gauge("rekom_backup_age_seconds", "Age of the last backup; -1 without any", _age(last.made_at if last else None, now))
    yield _gauge(
        "rekom_backup_check_age_seconds",
        "Age of the last restore that was tried and counted; -1 without any",
        _age(last.checked_at if last else None, now),
    )


def _registries(rekom: Rekom) -> Iterator[Metric]:
    rests = GaugeMetricFamily("rekom_registry_rests", "1 while a registry is left alone after failures", labels=["registry"])
    quota = GaugeMetricFamily("rekom_registry_quota_left", "Questions a registry still allows today", labels=["registry"])
    for one in rekom.standings():
        rests.add_metric([one.registry], one.breaker == "open")
        if one.quota_left is not None:
            quota.add_metric([one.registry], one.quota_left)
    yield from (rests, quota)


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else -1


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
