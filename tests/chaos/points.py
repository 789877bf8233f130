"""Where a step can be stopped: each statement, commit, ring, question to the world outside and file it writes.

A recording run lists the places of a step by name; a second process runs the same step and kills itself at one of them.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import event

from tests.office import Office

Place = tuple[str, int]
"""A place by its name and how often it was passed before, counted from 1."""
WRITING = os.O_WRONLY | os.O_RDWR


@dataclass
class Points:
    """The places passed so far; with a ``target`` the process ends there as by SIGKILL."""

    target: Place | None = None
    armed: bool = False
    passed: list[Place] = field(default_factory=list)
    meanwhile: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """What happens the next time a place is passed, once."""
    _counts: Counter[str] = field(default_factory=Counter)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, name: str) -> None:
        """Pass a place, or end there."""
        if name in self.meanwhile:
            self.meanwhile.pop(name)()
        if not self.armed:
            return
        with self._counting:
            self._counts[name] += 1
            place = name, self._counts[name]
            self.passed.append(place)
            if place == self.target:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call with a place before and one behind it."""

        def called(*words: Any, **named: Any) -> Any:
            self.reach(f"before {name}")
            answer = call(*words, **named)
            self.reach(f"after {name}")
            return answer

        return called


@dataclass
class Bell:
    """The doorbell, in memory: what was rung and not yet worked on. A killed process takes what it rang with it, as a wiped Redis does."""

    points: Points
    rung: list[int] = field(default_factory=list)

    def ring(self, task_id: int, *, urgent: bool) -> None:
        """Ring for a task."""
        self.points.reach("before ring")
        self.rung.append(task_id)
        self.points.reach("after ring")

    def wake_relay(self) -> None:
        """After each commit."""
        self.points.reach("before wake")
        self.points.reach("after wake")


def watch(office: Office) -> tuple[Points, Bell]:
    """Put places all over an office."""
    points = Points()
    bell = Bell(points)
    rekom, engine = office.rekom, office.rekom.database.engine
    vars(rekom)["doorbell"] = bell
    vars(rekom.database)["_on_commit"] = bell.wake_relay
    event.listen(engine, "before_cursor_execute", lambda *words: points.reach(_statement(words[2])))
    vars(engine.dialect)["do_commit"] = points.around("commit", engine.dialect.do_commit)
    fakes = office.fakes
    for registry, method in ((fakes.civil, "verify"), (fakes.membership, "membership"), (fakes.poverty, "family")):
        vars(registry)[method] = points.around(method, getattr(registry, method))
    press = rekom.ports.press
    vars(press)["press"] = points.around("press", press.press)
    vars(rekom)["ports"] = replace(rekom.ports, press=press)
    return points, bell


def watch_files(points: Points) -> None:
    """Every file that this process opens for writing from now on; there is no way back, so only a child may ask for it."""
    sys.addaudithook(lambda name, given: points.reach("before a file") if name == "open" and _writes(given) else None)


def _writes(given: tuple[Any, ...]) -> bool:
    return isinstance(given[0], str | bytes) and isinstance(given[2], int) and bool(given[2] & WRITING)


def _statement(sql: str) -> str:
    """A statement's verb and table, the same on every run."""
    words = sql.replace("\n", " ").split()
    at = {"SELECT": "FROM", "DELETE": "FROM", "INSERT": "INTO"}.get(words[0])
    table = words[words.index(at) + 1] if at in words else words[1] if len(words) > 1 else ""
    return f"before {words[0]} {table.strip('(),')}".strip()
