"""Redis as a doorbell: it carries ids and may be wiped, slow or gone at any moment without anything being lost."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

WAKE = "rekom:wake"
URGENT, NORMAL = "darurat", "biasa"
QUEUES = (URGENT, NORMAL)
"""In the order a worker empties them."""

TASK_FUNCTION = "verify.jobs.run_task"
IMPORT_FUNCTION = "verify.jobs.run_import"
JOB_SECONDS = 300
LIMITS = {TASK_FUNCTION: JOB_SECONDS, IMPORT_FUNCTION: 7200}
"""The functions a worker runs, each with the seconds after which it is ended."""


class TaskJob(Job):
    """A job that runs a known function: whoever can write to Redis still cannot choose what a worker runs."""

    def perform(self) -> Any:
        """Run it, or refuse anything but ours."""
        if self.func_name not in LIMITS:
            raise PermissionError(f"worker refuses {self.func_name!r}")
        return super().perform()

    def restore(self, raw_data: Any) -> None:
        """Read the job, without whom to call back or tell: RQ would import and call any name that stands there."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []


@dataclass(frozen=True)
class Doorbell:
    """One Redis address. ``impatient`` is for requests, which must not wait; ``patient`` for workers, which may."""

    url: str

    @cached_property
    def impatient(self) -> Redis:
        """Gives up after a quarter of a second."""
        return Redis.from_url(self.url, socket_timeout=0.25, socket_connect_timeout=0.25, retry=Retry(ExponentialBackoff(), 0))

    @cached_property
    def _listening(self) -> Redis:
        return Redis.from_url(self.url, socket_connect_timeout=2, retry=Retry(ExponentialBackoff(), 0))

    @cached_property
    def patient(self) -> Redis:
        """Outlives an outage of minutes: without this a worker dies with the first lost connection."""
        return worker_connection(self.url)

    def wake_relay(self) -> None:
        """Tell the relay to look now; silence costs only the time to its next look."""
        try:
            self.impatient.publish(WAKE, "1")
        except RedisError:
            log.info("relay not woken: Redis does not answer")

    def listen(self) -> PubSub:
        """A line on which the relay hears that it is woken."""
        # Not patient: the relay has its own way of waiting, and must hear that it is to stop.
        line: PubSub = self._listening.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        line.subscribe(WAKE)
        return line

    def ring(self, task_id: int, *, urgent: bool) -> None:
        """Put a task's id into its queue; ringing twice for the same task is harmless."""
        self._ring(URGENT if urgent else NORMAL, TASK_FUNCTION, task_id, job_name(task_id))

    def ring_import(self, file_id: int) -> None:
        """The same for a file that waits for a worker."""
        self._ring(NORMAL, IMPORT_FUNCTION, file_id, f"import-{file_id}")

    def _ring(self, place: str, function: str, row_id: int, name: str) -> None:
        queue = Queue(place, connection=self.impatient, serializer=JSONSerializer, job_class=TaskJob)
        try:
            _enqueue(queue, function, row_id, name)
        except DuplicateJobError:
            self._ring_again(queue, function, row_id, name)

    def _ring_again(self, queue: Queue, function: str, row_id: int, name: str) -> None:
        # The relay rings only for tasks nobody holds, so a job that is known but not waiting in a queue was
        # left behind by a worker that died; one that died before it began still calls its job "queued".
        # A worker that goes on after a wipe writes its sign of life where its job was: a name without a job.
        job = queue.fetch_job(name)
        if job is not None and queue.get_job_position(name) is not None:
            return
        if job is not None:
            job.delete()
        queue.connection.delete(TaskJob.key_for(name))
        with suppress(DuplicateJobError):
            _enqueue(queue, function, row_id, name)


def _enqueue(queue: Queue, function: str, row_id: int, name: str) -> None:
    options: dict[str, Any] = {"result_ttl": 0, "failure_ttl": 0, "job_timeout": LIMITS[function], "unique": True}
    queue.enqueue(function, row_id, job_id=name, **options)


def job_name(task_id: int) -> str:
    """The id of the RQ job for a task."""
    return f"task-{task_id}"


def worker_connection(url: str) -> Redis:
    """A connection that keeps trying for some minutes."""
    return Redis.from_url(
        url, retry=Retry(ExponentialBackoff(cap=2, base=0.1), 120), retry_on_error=[RedisConnectionError, RedisTimeoutError]
    )
