"""Questions by NIK whose answers must not differ, by words, work or time: ``python -m tests.load.alike --rounds 500``.

Somebody of whom nothing is known, somebody who was refused and somebody who withdrew are one answer. So are a number that is no
letter's and another person's letter. Each round asks all of them once, in another order each time, so that a machine's moods
fall on all alike; what is compared is the ratio of their medians.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from tests.load.alone import an_office
from tests.office import Office, person

SAID = ("answer", "title", "reason", "next_step", "letter", "used")
CLOSE = 0.002
"""Seconds by which medians of answers that are alike may differ."""
MANY = 1_000_000
"""Questions an hour and a day: the limits are not what is measured."""


@dataclass
class Asked:
    """What one question brought: the words, the statements of its last asking, and how long each asking took."""

    words: list[Any] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


@contextmanager
def a_patient_office(database: str) -> Iterator[Office]:
    """A test office whose desks may ask as often as they like."""
    limits = dict.fromkeys(("lookups_account", "lookups_address", "lookups_prefix", "lookup_misses", "lookup_stretch_misses"), MANY)
    with an_office(database, **limits) as office:
        yield office


def people(office: Office) -> Mapping[str, Mapping[str, dict[str, str]]]:
    """Groups of questions; within a group nobody may tell them apart."""
    refused, withdrawn = office.to_decision(1), office.open(2)
    office.reject(refused)
    office.withdraw(withdrawn)
    number = office.letter(office.to_letter(3)).number
    nik = [str(person(place)["nik"]) for place in range(5)]
    return {
        "by NIK": {"unknown": {"nik": nik[4]}, "refused": {"nik": nik[1]}, "withdrawn": {"nik": nik[2]}},
        "by number": {
            "no letter's number": {"number": "400.9/999/Dinsos/XI/2026", "nik": nik[4]},
            "another person's letter": {"number": number, "nik": nik[4]},
            "another applicant's letter": {"number": number, "nik": nik[2]},
        },
    }


def ask(office: Office, questions: Mapping[str, dict[str, str]], rounds: int) -> dict[str, Asked]:
    """All questions in each round, shuffled."""
    desk, dice = office.api("rs"), random.Random(5)
    found = {name: Asked() for name in questions}
    for _ in range(rounds):
        for name in dice.sample(list(questions), len(questions)):
            with _statements(office) as seen:
                began = time.perf_counter()
                answer = desk.post("/desk/check", questions[name]).get_json()
                found[name].seconds.append(time.perf_counter() - began)
            found[name].statements = seen
            found[name].words = [answer[part] for part in SAID]
    return found


def alike(asked: Mapping[str, Asked]) -> bool:
    """Whether nobody can tell them apart: the same words and statements, and medians closer than the bar."""
    first, *others = asked.values()
    same = all((other.words, other.statements) == (first.words, first.statements) for other in others)
    medians = [one.median for one in asked.values()]
    return same and max(medians) - min(medians) < CLOSE


@contextmanager
def _statements(office: Office) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(office.rekom.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(office.rekom.database.engine, "before_cursor_execute", note)


def main() -> None:
    """Run and print; ends with 1 where answers can be told apart."""
    parser = argparse.ArgumentParser(description="Answers that must not differ.")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    given, apart = parser.parse_args(), False
    with a_patient_office(given.database) as office:
        for group, questions in people(office).items():
            asked = ask(office, questions, given.rounds)
            least = min(one.median for one in asked.values())
            apart |= not alike(asked)
            sys.stdout.write(f"{group}, {given.rounds} rounds on {given.database}\n")
            for name, one in asked.items():
                said = f"{1000 * one.median:7.2f} ms at the median, {one.median / least:.3f} of the least"
                sys.stdout.write(f"  {name:<27} {said}, {len(one.statements)} statements\n")
    sys.exit(1 if apart else 0)


if __name__ == "__main__":
    main()
