"""Look for a bug that may or may not be planted: by a day at the office, by crashes in one step, by a restore."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.chaos.crash_points import Stage, chapters, crash_at, places_of, stage
from tests.chaos.planted import BUGS, CRASH, DAY, RESTORE, Bug, loosen
from tests.chaos.results import Result
from tests.chaos.story import Day, with_everybody
from tests.chaos.ways import WAY
from verify.backup.making import make_backup
from verify.backup.restoring import restore
from verify.commands.operator import operator
from verify.composition import Rekom
from workflows.errors import RekomError

MARGIN = 1_000
"""Numbers a restore leaves out."""
TELLING = ("commit", "INSERT letter", "UPDATE case_file", "INSERT idempotency_record", "wake")
"""Names of the places around which a bug of commits shows."""


def find(bug: Bug | None, shows: str, at: str = "") -> list[str]:
    """What the harness finds wrong in an office with this bug, or with none."""
    with stage() as on:
        with_everybody(on)
        loosen(on, bug.gone if bug else ())
        with bug.plant(on) if bug else nullcontext():
            return HUNTS[shows](on, at)


def by_a_day(on: Stage, _: str) -> list[str]:
    """The checker's word on a day at the office, and whether it came to its end."""
    day, stopped = Day(on), []
    try:
        day.tell()
    except (RekomError, SQLAlchemyError, AttributeError) as error:  # a step that did not happen leaves the next one nothing to work on
        stopped = [f"the day stopped: {type(error).__name__}"]
    return [*_proved(on, day.history), *stopped]


def by_crashes(on: Stage, at: str) -> list[str]:
    """The first crash in a step that leaves something else than no crash."""
    (chapter,) = [one for one in chapters(on, WAY[: 1 + [step.name for step in WAY].index(at)], ()) if one.step.name == at]
    for place in places_of(on, chapter):
        if any(word in place[0] for word in TELLING):
            found = crash_at(on, chapter, place)
            if found:
                return found
    return []


def by_a_restore(on: Stage, _: str) -> list[str]:
    """A letter that was given after the backup is real outside; after the restore its number must be nobody else's."""
    history, office = History(), on.office
    office.to_letter(1)
    folder, receipt = make_backup(office.rekom, on.file.parent / "backups")
    lost = office.to_letter(2)
    history.lines.append({"op": "given", "status": 201, "ticket": lost, "number": office.letter(lost).number})
    with _empty(on) as rekom:
        restore(rekom, folder, operator(rekom), bundle_counter=receipt.contents.bundle_counter, skip=MARGIN)
    later = office.to_letter(3)
    history.lines.append({"op": "given", "status": 201, "ticket": later, "number": office.letter(later).number})
    return _proved(on, history)


@contextmanager
def _empty(on: Stage) -> Iterator[Rekom]:
    on.office.rekom.database.engine.dispose()
    for end in ("", "-wal", "-shm"):
        Path(f"{on.file}{end}").unlink(missing_ok=True)
    rekom = Rekom(replace(on.office.rekom.settings), on.office.clock, wakes=False)
    yield rekom
    rekom.database.close()


def _proved(on: Stage, history: History) -> list[str]:
    return wrong(prove(f"sqlite:///{on.file}", history, now=on.office.clock()))


HUNTS: dict[str, Callable[[Stage, str], list[str]]] = {DAY: by_a_day, CRASH: by_crashes, RESTORE: by_a_restore}


def run(bugs: Sequence[Bug], seed: int) -> Result:
    """Each bug must be found, and each way of looking must find nothing where there is none."""
    began, found = time.monotonic(), dict[str, str]()
    failures = []
    for shows, at in sorted({(bug.shows, bug.at) for bug in bugs}):
        failures += [f"without any bug: {fault}" for fault in find(None, shows, at)]
    for bug in bugs:
        faults = find(bug, bug.shows, bug.at)
        found[bug.name] = faults[0] if faults else "not found"
        failures += [] if faults else [f"not found: {bug.name}"]
    about = f"{len(bugs)} planted bugs, each to be found, and nothing found without them"
    replay = f"make chaos ARGS='R18 --bugs {len(bugs)} --seed {seed}'"
    return Result("R18", about, len(bugs), tuple(failures), seed, replay, time.monotonic() - began, found)


def choose(number: int, seed: int) -> list[Bug]:
    """So many of them, chosen by the seed; all where there are no more."""
    return list(BUGS) if number >= len(BUGS) else random.Random(seed).sample(BUGS, number)
