"""The RQ worker as Rekom ships it: everything imported before it forks, one function allowed, quick to notice trouble."""

import logging

from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from verify import jobs
from verify.composition import prepare
from verify.config import Settings
from verify.doorbell import LIMITS, QUEUES, URGENT, TaskJob, worker_connection

log = logging.getLogger(__name__)

# Imported here and not by the forked job: with it come the steps, the adapters and the letter press.
assert {f"{run.__module__}.{run.__name__}" for run in (jobs.run_task, jobs.run_import)} == set(LIMITS)


def queues(*, only_urgent: bool) -> list[str]:
    """What a worker empties, in this order. One kept for emergencies never is in the middle of somebody's routine case."""
    return [URGENT] if only_urgent else list(QUEUES)


def run(settings: Settings, *, burst: bool = False, only_urgent: bool = False) -> None:
    """Work until told to stop (SIGTERM finishes the running job first). ``burst`` stops when the queues are empty."""
    configure_mappers()
    prepare(settings)
    worker = Worker(
        queues(only_urgent=only_urgent),
        connection=worker_connection(settings.redis_url),
        job_class=TaskJob,
        serializer=JSONSerializer,
        worker_ttl=30,
        job_monitoring_interval=5,
        maintenance_interval=10,
    )
    worker.log = log
    worker.work(burst=burst, logging_level="WARNING", with_scheduler=False)
