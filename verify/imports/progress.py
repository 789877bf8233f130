"""How far an import is: a bar on a terminal, a plain line every few seconds elsewhere. On standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from workflows.thousands import grouped

LINE_EVERY_SECONDS = 5.0

Step = Callable[[int, int, int], None]
"""Told ``done`` of ``total`` (bytes or rows) and the number of rows so far."""


@contextmanager
def progress(words: str, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> Iterator[Step]:
    """Show one phase until the block ends."""
    console = console or Console(stderr=True)
    if console.is_terminal:
        with _bar(console, words, clock) as step:
            yield step
        return
    lines = _Lines(words, clock)
    yield lines.step
    lines.end()


@contextmanager
def _bar(console: Console, words: str, clock: Callable[[], float]) -> Iterator[Step]:
    speed = TextColumn("{task.fields[rows]} baris · {task.fields[rate]} baris/detik")
    begun = clock()
    with Progress(TextColumn(words), BarColumn(), speed, TextColumn("sisa"), TimeRemainingColumn(), console=console) as shown:
        task = shown.add_task(words, total=None, rows="0", rate="0")

        def step(done: int, total: int, rows: int) -> None:
            rate = int(rows / max(clock() - begun, 0.001))
            shown.update(task, completed=done, total=total or None, rows=grouped(rows), rate=grouped(rate))

        yield step


@dataclass
class _Lines:
    words: str
    clock: Callable[[], float]
    begun: float = field(init=False)
    last: float = field(init=False)
    rows: int = 0

    def __post_init__(self) -> None:
        self.begun = self.last = self.clock()

    def step(self, done: int, total: int, rows: int) -> None:
        self.rows = rows
        now = self.clock()
        if now - self.last < LINE_EVERY_SECONDS or not total or not done:
            return
        self.last = now
        left = (now - self.begun) * (total - done) / done
        self.say(f"{100 * done // total} % · {self._counted(now)} · sisa {left:.0f} detik")

    def end(self) -> None:
        now = self.clock()
        self.say(f"{self._counted(now)} · {now - self.begun:.1f} detik")

    def _counted(self, now: float) -> str:
        rate = int(self.rows / max(now - self.begun, 0.001))
        return f"{grouped(self.rows)} baris · {grouped(rate)} baris/detik"

    def say(self, text: str) -> None:
        sys.stderr.write(f"{self.words}: {text}\n")
        sys.stderr.flush()
