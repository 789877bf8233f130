"""Goals 1 to 4: a hospital's complete check over HTTP against an empty route, textbook stacks and a naive log; and a hundred at once."""

import json
import os
import queue
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice

from sqlmodel import func, select

from bench.asking import Asked, ask, request
from bench.contest import Bar, Measure, contest
from bench.goal import Missing, Outcome, Size, WrongAnswer, demand
from bench.machine import children
from bench.peers import NAIVE, PEERS, Peer, serving
from bench.place import office
from bench.serving import web
from tests.many_letters import make_letters
from tests.office import Office
from tests.simrs import simrs
from workflows import advance
from workflows import letters as revoking
from workflows.records.audit_event import AuditEvent
from workflows.records.letter import Letter

LETTERS, REQUESTS = 2_000, 8_000
ASKERS = 8
PATIENCE = 60.0
"""Seconds."""
CHECK, CHECKS = "/api/v1/hospital/check", "/api/v1/hospital/checks"
BATCH = 100
MOMENT = re.compile(rb'"checked_at":"[^"]+"')
"""What two answers to one question may differ in, where a second ended between them."""


@dataclass
class Door:
    """A running server with the questions it is asked."""

    port: int
    pid: int
    questions: Sequence[bytes]
    last: Asked | None = field(default=None)

    def ask(self, count: int, connections: int, *, keep: bool = False) -> Asked:
        """That many questions; each must be answered with 200."""
        self.last = ask(self.port, self.pid, list(islice(cycle(self.questions), count)), connections, keep=keep)
        if set(self.last.statuses) != {200}:
            raise WrongAnswer(f"statuses {self.last.statuses}")
        return self.last

    def seconds(self, count: int, connections: int) -> float:
        """Wall time an answer."""
        return self.ask(count, connections).seconds / count

    def cpu(self, count: int, connections: int) -> float:
        """Processor time an answer."""
        return self.ask(count, connections).cpu / count


def run_check(size: Size) -> Outcome:
    """Our check against an empty Flask route on the same server: time and processor time, 16 and 64 connections."""
    count = size.of(REQUESTS, 20)
    with checking(size) as (made, door, codes), web(made.rekom.settings, "bench.empty:app") as (port, pid):
        right = checked(made, door, codes)
        empty = Door(port, pid, door.questions)
        bar = Bar(0.8, 2.5, higher=True)
        return Outcome([*both(door, empty, count, bar, size, (16, 64))], checked=right)


def run_textbook(size: Size) -> Outcome:
    """Our check against the same question answered by stacks as their guides build them, on PostgreSQL."""
    count, measures, missing = size.of(REQUESTS, 20), [], []
    with checking(size) as (made, door, codes):
        right = checked(made, door, codes)
        for peer in PEERS:
            try:
                measures.append(against(peer, made, codes, door, count, size))
            except Missing as error:
                missing.append(str(error))
    return Outcome(measures, checked=right, facts={"missing": missing})


def against(peer: Peer, made: Office, codes: list[str], door: Door, count: int, size: Size) -> Measure:
    """Processor time of our check against a peer's, both on their own server."""
    with serving(peer, made, codes) as (port, pid):
        other = Door(port, pid, door.questions)
        return contest(
            peer.name, lambda: door.cpu(count, 16), lambda: other.cpu(count, 16), Bar(8.0, 25.0, higher=True), rounds=size.rounds
        )


def run_logged(size: Size) -> Outcome:
    """Our check, whose look is on the disk before its answer leaves, against one insert for each request."""
    count = size.of(REQUESTS, 20)
    with checking(size) as (made, door, codes), serving(NAIVE, made, codes) as (port, pid):
        right, other = checked(made, door, codes) + kept_when_killed(made, door), Door(port, pid, door.questions)
        bar = Bar(1.4, 2.0, higher=True)
        measure = contest("", lambda: door.seconds(count, 16), lambda: other.seconds(count, 16), bar, rounds=size.rounds)
        return Outcome([measure], checked=right)


def run_batch(size: Size) -> Outcome:
    """A hundred codes in one request against as many single checks, on one server: time a code, one connection and sixteen."""
    count, batches = size.of(REQUESTS // 2, 20), size.of(80, 2)
    with checking(size) as (made, door, codes):
        right = checked(made, door, codes) + same_bytes(made, door)
        many = Door(door.port, door.pid, [together(codes, first, key_of(made)) for first in range(0, len(codes), BATCH)])
        held = min(BATCH, len(codes))
        measures = [
            contest(
                f"{load} connection{'s' * (load > 1)}",
                lambda load=load: many.seconds(batches, load) / held,
                lambda load=load: door.seconds(count, load),
                Bar(20.0, 40.0, higher=True),
                rounds=size.rounds,
            )
            for load in (1, 16)
        ]
    return Outcome(measures, checked=right)


def together(codes: list[str], first: int, token: str) -> bytes:
    """One request for a hundred codes, beginning at one and going round."""
    asked = list(islice(cycle(codes), first, first + min(BATCH, len(codes))))
    return request("POST", CHECKS, json.dumps({"codes": asked}).encode(), token)


def same_bytes(made: Office, door: Door) -> int:
    """Every answer of a batch is byte for byte the single check's but for its moment, and each of its looks is in the trail."""
    asked = [json.loads(one.partition(b"\r\n\r\n")[2])["code"] for one in door.questions]
    alone = door.ask(len(asked), 16, keep=True).bodies
    before, token = looks(made), key_of(made)
    for first in range(0, len(asked), BATCH):
        part = asked[first : first + BATCH]
        many = Door(door.port, door.pid, [request("POST", CHECKS, json.dumps({"codes": part}).encode(), token)])
        said = many.ask(1, 1, keep=True).bodies[0]
        wanted = b'{"answers":[' + b",".join(alone[place].strip() for place in range(first, first + len(part))) + b"]}\n"
        moments = MOMENT.findall(said), MOMENT.findall(wanted)
        demand(len(moments[0]) == len(moments[1]) == len(part), "an answer of a batch has no moment")
        demand(MOMENT.sub(b"", said) == MOMENT.sub(b"", wanted), "a batch answered otherwise than single checks")
    demand(looks(made) - before == len(asked), "a batch left without each of its looks in the trail")
    return len(asked)


def key_of(made: Office) -> str:
    """A token of a hospital system's key."""
    program = simrs(made)
    program.sign_in()
    return str(program.token)


def both(ours: Door, limit: Door, count: int, bar: Bar, size: Size, loads: tuple[int, ...]) -> Iterator[Measure]:
    """Time and processor time at each load."""
    ways: tuple[tuple[str, Callable[[Door, int], float]], ...] = (
        ("time", lambda door, load: door.seconds(count, load)),
        ("processor", lambda door, load: door.cpu(count, load)),
    )
    for load in loads:
        for name, way in ways:
            yield contest(
                f"{name}, {load} connections",
                lambda way=way, load=load: way(ours, load),
                lambda way=way, load=load: way(limit, load),
                bar,
                rounds=size.rounds,
            )


@contextmanager
def checking(size: Size) -> Iterator[tuple[Office, Door, list[str]]]:
    """An office on PostgreSQL with letters in every state, and its server asked about them: three of five are good."""
    with office("postgresql") as made:
        letters = make_letters(made, size.of(LETTERS, 10))
        codes = [str(letter.token) for letter in letters]
        forged = [code[:150] + ("A" if code[150] != "A" else "B") + code[151:] for code in codes[::5]]
        head = made.actor("kadis")
        for letter in letters[::5]:
            with made.write() as session:
                case = advance.lock_by_id(session, letter.case_id)
                revoking.revoke(session, case, head, reason="Salah orang", now=made.clock())
        token = key_of(made)
        asked = [request("POST", CHECK, json.dumps({"code": code}).encode(), token) for code in [*codes, *forged]]
        with web(made.rekom.settings) as (port, pid):
            yield made, Door(port, pid, asked), [*codes, *forged]


def checked(made: Office, door: Door, codes: list[str]) -> int:
    """Every question has its one right answer, and every answer stands in the trail before it left."""
    before = looks(made)
    answers = door.ask(len(codes), 16, keep=True)
    found = Counter(json.loads(body)["answer"] for body in answers.bodies.values())
    issued = _issued(made)
    letters = sum(code in issued for code in codes)
    gone = len(range(0, letters, 5))
    demand(found == Counter(VALID=letters - gone, REVOKED=gone, FORGED=len(codes) - letters), f"the answers were {dict(found)}")
    demand(looks(made) - before == len(codes), "an answer left without its look in the trail")
    return len(codes)


def kept_when_killed(made: Office, door: Door) -> int:
    """Workers are killed while they answer: each answer that left has its look in the trail."""
    before, told, over = looks(made), queue.SimpleQueue[bytes](), threading.Event()
    with web(made.rekom.settings) as (port, pid):
        askers = [threading.Thread(target=_ask_on, args=(port, door.questions[place::ASKERS], told, over)) for place in range(ASKERS)]
        for asker in askers:
            asker.start()
        patience = time.monotonic() + PATIENCE
        while told.qsize() < 3 * ASKERS:
            demand(time.monotonic() < patience and any(one.is_alive() for one in askers), "the server stopped answering by itself")
            time.sleep(0.01)
        for worker in children(pid):
            os.kill(worker, signal.SIGKILL)
        over.set()
        for asker in askers:
            asker.join()
    kept = looks(made) - before
    demand(
        told.qsize() <= kept <= told.qsize() + ASKERS,
        f"{told.qsize()} answers were told and {kept} looks kept when the workers were killed",
    )
    return told.qsize()


def _ask_on(port: int, questions: Sequence[bytes], told: "queue.SimpleQueue[bytes]", over: threading.Event) -> None:
    """Ask one after another until it is over, or nobody answers any more."""
    asked = cycle(questions)
    with suppress(OSError):
        while not over.is_set():
            told.put(ask(port, 0, [next(asked)], 1, keep=True).bodies[0])


def looks(made: Office) -> int:
    """How many checks the trail knows."""
    with made.read() as session:
        return session.exec(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "DESK_CHECK")).one()


def _issued(made: Office) -> set[str]:
    with made.read() as session:
        return {str(token) for token in session.exec(select(Letter.token))}
