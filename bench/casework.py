"""Goals 6 and 14: a case through our queue, and the whole way from a KTP to a letter, against the same calls in one process."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

from sqlmodel import select

from bench.contest import Bar, Measure, contest, share
from bench.goal import Outcome, Size, WrongAnswer, demand
from bench.place import office
from bench.serving import REAL_PRESS, busy_office
from tests.office import Office
from verify.documents.letter import TypstPress
from workflows import desk
from workflows.desk import DeskAnswer
from workflows.records.finding_set import FindingSet
from workflows.records.letter import Letter

CASES, LETTERS = 200, 100
PATIENCE, LOOK_EVERY = 60.0, 0.001
"""Seconds."""


@dataclass
class Line:
    """One office that serves residents one after another; ``settle`` lets the machine do what is due for a case."""

    office: Office
    settle: Callable[[str, type[FindingSet] | type[Letter], int], None]
    numbers: Iterator[int]

    def checks(self) -> float:
        """Seconds from a case's commit to its findings: four checks and the rules, each a durable step."""
        ticket = self.office.open(next(self.numbers))
        began = time.perf_counter()
        self.settle(ticket, FindingSet, 1)
        return time.perf_counter() - began

    def letter(self) -> float:
        """Seconds from the KTP to a sealed letter, when people answer at once."""
        began, office = time.perf_counter(), self.office
        ticket = office.open(next(self.numbers))
        self.settle(ticket, FindingSet, 1)
        office.assess(ticket)
        self.settle(ticket, FindingSet, 2)
        office.validate(ticket)
        office.approve(ticket)
        self.settle(ticket, Letter, 1)
        return time.perf_counter() - began


def run_steps(size: Size) -> Outcome:
    """Seconds a case, half and nineteen of twenty of them."""
    return _compared(size, Line.checks, size.of(CASES, 2), (("p50", 0.5), ("p95", 0.95)), Bar(2.0, 1.25, higher=False))


def run_headline(size: Size) -> Outcome:
    """Seconds a resident, nineteen of twenty of them, with the press that sets type."""
    return _compared(size, Line.letter, size.of(LETTERS, 2), (("p95", 0.95),), Bar(3.0, 1.5, higher=False))


def _compared(size: Size, way: Callable[[Line], float], cases: int, parts: tuple[tuple[str, float], ...], bar: Bar) -> Outcome:
    measures: list[Measure] = []
    with _through_the_queue() as ours, _here() as plain:
        for line in (ours, plain):  # connections, caches, and the first page's fonts
            way(line)
        for label, part in parts:

            def one(line: Line, part: float = part) -> float:
                return share([way(line) for _ in range(cases)], part)

            measures.append(contest(label, lambda one=one: one(ours), lambda one=one: one(plain), bar, rounds=size.rounds))
        return Outcome(measures, checked=_checked(ours.office) + _checked(plain.office))


@contextmanager
def _through_the_queue() -> Iterator[Line]:
    with busy_office(**{REAL_PRESS: "1"}) as made:
        yield Line(made, lambda ticket, table, least: _wait(made, ticket, table, least), count(1))


@contextmanager
def _here() -> Iterator[Line]:
    with office("postgresql") as made:
        press = TypstPress(made.rekom.key_store.ring, made.rekom.settings.public_url)
        vars(made.rekom)["ports"] = replace(made.rekom.ports, press=press)
        yield Line(made, lambda *_: made.drain(), count(1))


def _wait(made: Office, ticket: str, table: type[FindingSet] | type[Letter], least: int) -> None:
    """Look until the worker has written so many rows, of letters sealed ones."""
    case_id, until = made.case(ticket).id, time.monotonic() + PATIENCE
    query = select(table.id).where(table.case_id == case_id)
    query = query.where(Letter.token.is_not(None)) if table is Letter else query
    while time.monotonic() < until:
        with made.read() as session:
            if len(session.exec(query).all()) >= least:
                return
        time.sleep(LOOK_EVERY)
    raise WrongAnswer(f"a case stood still for {PATIENCE:.0f} seconds")


def _checked(made: Office) -> int:
    """Every letter is good at a desk, and no task is left or was done twice."""
    demand(not made.due(), "a task was left")
    with made.read() as session:
        letters = session.exec(select(Letter)).all()
        for letter in letters:
            demand(desk.judge(session, letter, None, now=made.clock()).answer == DeskAnswer.VALID, "a letter is not good at the desk")
        demand(len({letter.number for letter in letters}) == len(letters), "a number was given twice")
        return len(letters) or len(session.exec(select(FindingSet.id)).all())
