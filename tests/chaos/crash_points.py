"""R2: each step is stopped by SIGKILL at every place it passes, then everything goes on; what comes out is what an undisturbed run leaves.

A recording run in a child process lists the places of a step. For each place a child does the step again, over the same tables, and
kills itself there. The office is then looked after as in life: leases run out, the relay rings, the client asks again with its key. In
the end the tables must hold what they hold without the crash, and the checker must find every promise kept.
"""

import hashlib
import json
import os
import random
import shutil
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.chaos.points import Place, Points, watch, watch_files
from tests.chaos.results import Result
from tests.chaos.ways import ENDS, SECOND, WAY, Scene, Step
from tests.office import Office, running_office
from verify.db import migrate

EFFECTS = (
    "SELECT 'case', id, state, ticket <> '' FROM case_file",
    "SELECT 'letter', case_id, state, number FROM letter",
    "SELECT 'decision', case_id, outcome, decided_by FROM decision",
    "SELECT 'seat', case_id, status, reason FROM seat",
    "SELECT 'acceptance', letter_id, hospital_code, 0 FROM acceptance",
    "SELECT 'late', nonce, outcome, letter_id FROM late_acceptance",
    "SELECT 'checks', case_id, count(*), 0 FROM check_result GROUP BY case_id",
    "SELECT 'findings', case_id, count(*), 0 FROM finding_set GROUP BY case_id",
    "SELECT 'answers', case_id, round, validated_by FROM assessment",
    "SELECT 'tasks', case_id, count(*), sum(done_at IS NULL) FROM task GROUP BY case_id",
    "SELECT 'told', kind, count(*), 0 FROM trust_entry GROUP BY kind",
    "SELECT 'money', kind, sum(amount), count(*) FROM ledger_entry GROUP BY kind",
)
"""What a step is for; a look that a client had to repeat may stand twice in the audit trail."""
KILLED = 9


@dataclass
class Stage:
    """One office over one file, whose tables and time can be put back to where they were."""

    scene: Scene
    points: Points
    file: Path
    saved: dict[str, tuple[Path, datetime]] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """Who works here."""
        return self.scene.office

    def save(self, name: str) -> None:
        """Keep the tables as they are under a name."""
        self._let_go()
        self.saved[name] = self.file.with_suffix(f".{len(self.saved)}"), self.office.clock.now
        shutil.copy(self.file, self.saved[name][0])

    def go_back(self, name: str) -> None:
        """The tables, the time and the bell as they were."""
        self._let_go()
        for end in ("-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)
        kept, self.office.clock.now = self.saved[name]
        shutil.copy(kept, self.file)
        self.scene.bell.rung.clear()

    def _let_go(self) -> None:
        engine = self.office.rekom.database.engine
        with engine.connect() as connection:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def effects(self) -> list[tuple[Any, ...]]:
        """What there is, in an order of its own."""
        with self.office.read() as session:
            return sorted((tuple(row) for sql in EFFECTS for row in session.execute(text(sql))), key=repr)


@contextmanager
def stage(**settings: Any) -> Iterator[Stage]:
    """An empty office with everybody signed in."""
    with tempfile.TemporaryDirectory(prefix="rekom-chaos-") as place:
        file = Path(place) / "rekom.db"
        migrate(f"sqlite:///{file}")
        with running_office(f"sqlite:///{file}", Path(place), **settings) as office:
            points, bell = watch(office)
            people = {name: office.api(name) for name in ("loket", "peksos", "validator", "kadis", "rs", "rs2")}
            people["loket"].get("/applications")  # what a first request makes once is made
            yield Stage(Scene(office, bell, people), points, file)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step with the tables it begins on, the tasks that were rung, and what it leaves when nothing happens."""

    step: Step
    before: str
    rung: tuple[int, ...]
    after: list[tuple[Any, ...]]


def chapters(on: Stage, way: Iterable[Step] = (*WAY, *SECOND), ends: Iterable[Step] = ENDS) -> list[Chapter]:
    """Play everything once, undisturbed: one step after the other, then each end where the way ended."""
    played = [_play(on, step) for step in way]
    on.save("ends")
    for step in ends:
        on.go_back("ends")
        played.append(_play(on, step))
    return played


def _play(on: Stage, step: Step) -> Chapter:
    rung = tuple(on.scene.bell.rung)
    on.save(step.name)
    on.scene.bell.rung[:] = rung
    answer = step.act(on.scene)
    assert answer is None or answer.status_code < 500, step.name
    kept = list(on.scene.bell.rung)
    now = on.office.clock.now
    on.save(f"after {step.name}")
    on.scene.come_to_rest()
    after = on.effects()
    on.go_back(f"after {step.name}")
    on.scene.bell.rung[:], on.office.clock.now = kept, now
    return Chapter(step, step.name, rung, after)


def places_of(on: Stage, chapter: Chapter) -> list[Place]:
    """Every place the step passes, by a recording run."""
    _, said = _in_a_child(on, chapter, None)
    return [(name, number) for name, number in json.loads(said)]


def crash_at(on: Stage, chapter: Chapter, place: Place) -> list[str]:
    """Kill the step there and look after the office; returns what is wrong afterwards."""
    on.go_back(chapter.before)
    on.scene.remember()
    status, _ = _in_a_child(on, chapter, place)
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == KILLED):
        return [f"{chapter.step.name} did not come by {place}"]
    on.office.clock.pass_by(seconds=on.office.rekom.settings.task_lease_seconds + 1)  # the child's time went on too
    on.scene.come_to_rest()
    answer = chapter.step.act(on.scene)
    on.scene.seen.clear()
    if answer is not None and answer.status_code >= 500:
        return [f"{chapter.step.name} at {place}: asked again, answered {answer.status_code}"]
    on.scene.come_to_rest()
    found, now = on.effects(), on.office.clock()
    faults = [] if found == chapter.after else [f"left {_difference(found, chapter.after)}"]
    faults += wrong(prove(f"sqlite:///{on.file}", History(), now=now))
    return [f"{chapter.step.name} at {place[0]} ({place[1]}): {fault}" for fault in faults]


def _difference(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> str:
    more, fewer = Counter(found) - Counter(wanted), Counter(wanted) - Counter(found)
    return f"{list(more)} instead of {list(fewer)}"


def _in_a_child(on: Stage, chapter: Chapter, target: Place | None) -> tuple[int, str]:
    """Do the step in a process of its own; returns how it ended and the places it passed where it ended by itself."""
    on.go_back(chapter.before)
    on.scene.bell.rung[:] = chapter.rung
    on.office.rekom.database.engine.dispose()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child runs this thread alone and never comes back
        child = os.fork()
    if child == 0:
        _be_the_child(on, chapter.step, target, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    on.scene.bell.rung.clear()
    return status, said


def _be_the_child(on: Stage, step: Step, target: Place | None, writing: int) -> None:
    try:
        watch_files(on.points)
        on.points.target, on.points.armed = target, True
        step.act(on.scene)
        on.points.armed = False
        os.write(writing, json.dumps(on.points.passed).encode())
    finally:
        os._exit(0)


def fingerprint(places: Iterable[Place]) -> str:
    """A step's places as one short word: another word means another step."""
    return hashlib.sha256(json.dumps(sorted(places)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Choice:
    """Where to crash: a ``share`` of each step's places, all of a step whose places are not the ``known`` ones, ``most`` in all."""

    share: float = 1.0
    known: dict[str, str] | None = None
    most: int | None = None

    def among(self, places: dict[str, list[Place]], rng: random.Random) -> list[tuple[str, Place]]:
        """Steps and places, in the order of the steps."""
        chosen = [(name, place) for name, found in places.items() for place in self._of_step(name, found, rng)]
        if self.most is None or len(chosen) <= self.most:
            return chosen
        return [chosen[at] for at in sorted(rng.sample(range(len(chosen)), self.most))]

    def _of_step(self, name: str, found: list[Place], rng: random.Random) -> list[Place]:
        changed = self.known is not None and self.known.get(name) != fingerprint(found)
        wanted = len(found) if changed else max(1, round(len(found) * self.share))
        return found if wanted >= len(found) else rng.sample(found, wanted)


def run(choice: Choice, seed: int) -> Result:
    """Record the places of every step, then crash at those chosen."""
    began = time.monotonic()
    with stage() as on:
        played = {chapter.step.name: chapter for chapter in chapters(on)}
        places = {name: places_of(on, chapter) for name, chapter in played.items()}
        chosen = choice.among(places, random.Random(seed))
        failures = [fault for name, place in chosen for fault in crash_at(on, played[name], place)]
    total = sum(map(len, places.values()))
    about = f"{len(chosen):,} of {total:,} places of {len(places)} steps, the process killed at each"
    replay = f"make chaos ARGS='R2 --share {choice.share:g} --seed {seed}'"
    figures = {"places": total, "steps": {name: fingerprint(found) for name, found in places.items()}}
    return Result("R2", about, len(chosen), tuple(failures), seed, replay, time.monotonic() - began, figures)
