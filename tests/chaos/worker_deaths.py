"""R17: a worker dies with what it runs; how long until its job runs again, by the settings an office has.

Registries answer slowly, so that there is always a job to be hit: at any moment from its being taken to its end.
"""

import math
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from rq import Worker

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.chaos.loads import again
from tests.chaos.results import Result
from tests.chaos.whole_office import REGISTRIES, Whole, whole_office
from tests.processes import children_of
from verify.config import Settings
from verify.simulator import Fault

LIMIT = 10.0
"""Seconds from a worker's death to its job's next run, for ninety-nine of a hundred deaths."""
ANSWER, AIM = 0.8, 1.5
"""Seconds: how slowly registries answer, and at most from a job's beginning to the blow."""
WORKERS, AT_ONCE = 3, 2
LONGEST = 90.0
"""Seconds after which a job is one that was lost."""
LOOK = 0.02
TRIES = "SELECT case_id, sum(attempts), bool_or(done_at IS NULL) FROM task GROUP BY case_id"


@dataclass(frozen=True, slots=True)
class Death:
    """Whose case was being worked on, how often something was begun for it, and when (``time.monotonic``)."""

    case_id: int
    tries: int
    at: float


@dataclass
class Watch:
    """The office, whom a blow is aimed at, and what came of the blows so far."""

    whole: Whole
    rng: random.Random
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    aimed: dict[int, tuple[int, float]] = field(default_factory=dict)
    open: list[Death] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def met(self) -> int:
        """Workers that died in the middle of a job."""
        return len(self.open) + len(self.seconds) + len(self.lost)

    def tries(self) -> dict[int, tuple[int, bool]]:
        """How often something was begun for each case, and whether something is left to do."""
        return {int(str(case)): (int(str(tries)), bool(left)) for case, tries, left in self.whole.peek(TRIES) or []}

    def feed(self) -> None:
        """As many cases under way as there are workers: a job that runs again waits for nobody."""
        under_way = sum(left for _, left in self.tries().values())
        for _ in range(WORKERS - under_way):
            self.whole.office.open(next(self.numbers))

    def strike(self) -> None:
        """Kill whoever has worked on a job for as long as was drawn for it."""
        for which, worker in enumerate(self.whole.workers):
            horses = children_of(worker.pid)
            if not horses:
                continue
            if self.aimed.get(which, (0, 0.0))[0] != horses[0]:
                self.aimed[which] = horses[0], time.monotonic() + self.rng.uniform(0, AIM)
            if time.monotonic() >= self.aimed[which][1]:
                self._kill(which, worker.pid)
                return

    def _kill(self, which: int, pid: int) -> None:
        at = time.monotonic()
        self.whole.kill_worker(which)
        time.sleep(LOOK)  # what was on its way to the database has arrived
        case_id, tries = self._of(pid), self.tries()
        if case_id and tries[case_id][1]:
            self.open.append(Death(case_id, tries[case_id][0], at))

    def _of(self, pid: int) -> int:
        """The case that a dead worker had in hand; 0 where it had none."""
        found = [one.get_current_job_id() for one in Worker.all(connection=self.whole.office.rekom.doorbell.patient) if one.pid == pid]
        if not found or not found[0]:
            return 0
        rows = self.whole.peek(f"SELECT case_id FROM task WHERE id = {int(found[0].removeprefix('task-'))}")
        return int(str(rows[0][0])) if rows else 0

    def look(self) -> None:
        """Whose job runs again."""
        tries, now = self.tries(), time.monotonic()
        for death in list(self.open):
            if tries.get(death.case_id, (0, True))[0] > death.tries:
                self.seconds.append(now - death.at)
                self.open.remove(death)
            elif now - death.at > LONGEST:
                self.lost.append(f"the job of case {death.case_id} did not run again for {LONGEST:.0f} seconds")
                self.open.remove(death)


def run(size: int, seed: int, limit: float = LIMIT) -> Result:
    """So many deaths; what was lost and whatever the checker finds are failures, what took too long misses the bar."""
    began = time.monotonic()
    folder = tempfile.TemporaryDirectory(prefix="rekom-chaos-")
    with folder as place, whole_office(Path(place), WORKERS, lease=Settings().task_lease_seconds) as whole:
        watch = _watched(whole, size, seed)
        faults = [*watch.lost, *wrong(prove(whole.postgres.url, History()))]
    took = sorted(watch.seconds)
    slowest = took[math.ceil(0.99 * len(took)) - 1] if took else LONGEST
    missed = (f"ninety-nine of a hundred jobs ran again within {slowest:.1f} seconds, more than {limit:.0f}",) if slowest > limit else ()
    figures = {"seconds, half": round(median(took or [0]), 1), "seconds, p99": round(slowest, 1), "seconds, longest": round(took[-1], 1)}
    about = f"{size:,} workers killed in the middle of a job: it runs again within {slowest:.1f} s (p99), nothing is done twice"
    return Result("R17", about, size, tuple(faults), seed, again("R17", size, seed), time.monotonic() - began, figures, missed)


def _watched(whole: Whole, size: int, seed: int) -> Watch:
    for registry in REGISTRIES:
        whole.simulator.faults.set(registry, Fault.SLOW, seconds=ANSWER)
    watch = Watch(whole, random.Random(seed))
    while watch.met < size or watch.open:
        if watch.met < size and len(watch.open) < AT_ONCE:
            watch.feed()
            watch.strike()
        watch.look()
        time.sleep(LOOK)
    until = time.monotonic() + LONGEST
    while any(left for _, left in watch.tries().values()) and time.monotonic() < until:
        time.sleep(LOOK)
    return watch
