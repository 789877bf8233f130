"""What the clients themselves wrote down: one JSON line per question, with the answer as it arrived or none.

``op`` is ``intake``, ``decide``, ``check``, ``accept``, ``late``, ``read``, or ``given`` for a number that left on paper;
``status`` is the HTTP status, or null where no answer came and nobody knows what became of it. ``key`` is the Idempotency-Key,
``body`` the SHA-256 of the answer's bytes. No line holds a NIK.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Line = dict[str, Any]


@dataclass
class History:
    """All lines of a run; ``complete`` says that every effect in the tables comes from one of them."""

    lines: list[Line] = field(default_factory=list)
    complete: bool = False

    def of(self, *ops: str) -> list[Line]:
        """The lines of some kinds of questions."""
        return [line for line in self.lines if line["op"] in ops]


def read(path: Path | None, *, complete: bool = False) -> History:
    """A run's history; a last line that a killed client did not finish is no line."""
    if path is None:
        return History()
    return History(list(_lines(path.read_text(encoding="utf-8").splitlines())), complete)


def good(line: Line) -> bool:
    """Whether the client was told that it worked."""
    return line["status"] is not None and 200 <= line["status"] < 300


def refused(line: Line) -> bool:
    """Whether the client was told that nothing happened."""
    return line["status"] is not None and 400 <= line["status"] < 500


def _lines(texts: Iterable[str]) -> Iterable[Line]:
    for text in texts:
        try:
            yield json.loads(text)
        except ValueError:
            return
