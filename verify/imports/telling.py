"""How far a run is, said to the database by a thread of its own every second: a page may read it, and the file's lease goes on."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from verify.composition import Rekom
from workflows import imports
from workflows.records.import_file import ImportFile, ImportPhase

log = logging.getLogger(__name__)

TELL_SECONDS = 1.0
"""Half of the two seconds within which a page must hear of it."""


@dataclass
class Teller:
    """What the thread says next. ``overtaken`` once another run has the file: then ``step`` raises, and this run ends."""

    rekom: Rekom
    file: ImportFile
    phase: ImportPhase = ImportPhase.OPENING
    done: int = 0
    total: int = 0
    rows: int = 0
    overtaken: bool = False
    _begun: ImportPhase = field(default=ImportPhase.OPENING, init=False)

    def enter(self, phase: ImportPhase) -> None:
        """A new phase begins, with nothing done in it."""
        self.phase, self.done, self.total, self.rows = phase, 0, 0, 0
        self.say()

    def step(self, done: int, total: int, rows: int) -> None:
        """So far; said with the thread's next turn."""
        if self.overtaken:
            raise imports.Overtaken
        self.done, self.total, self.rows = done, max(done, total), rows

    def say(self) -> None:
        """Once, now."""
        now = self.rekom.clock()
        values: dict[str, object] = {"phase": self.phase, "done": self.done, "total": self.total, "rows_read": self.rows}
        if self.phase is not self._begun:
            values["phase_at"], self._begun = now, self.phase
        with self.rekom.database.write() as session:
            imports.tell(session, self.file, values, now=now, seconds=self.rekom.settings.task_lease_seconds)


@contextmanager
def telling(rekom: Rekom, file: ImportFile, pause: float = TELL_SECONDS) -> Iterator[Teller]:
    """Say it every ``pause`` seconds until the block ends."""
    teller, stop = Teller(rekom, file), threading.Event()
    thread = threading.Thread(target=_say_on, args=(teller, stop.wait, pause), daemon=True, name="import-teller")
    thread.start()
    try:
        yield teller
    finally:
        stop.set()
        thread.join()


def _say_on(teller: Teller, wait: Callable[[float], bool], pause: float) -> None:
    while not wait(pause):
        try:
            teller.say()
        except imports.Overtaken:
            teller.overtaken = True
            return
        except SQLAlchemyError as error:
            log.warning("progress not told: %s", type(error).__name__)
