"""R3: an office in one process, whose every next event a seed draws: who comes, what is rung, delivered twice or lost, when time
jumps, where a process dies. The same seed gives the same events and the same end; the checker proves the twelve promises after each day.

A death is an exception that nothing catches, raised at a place the process passes: what was not committed is gone, and who asked
has no answer and asks again.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.chaos.checker.history import History
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.chaos.clients import digest
from tests.chaos.crash_points import Stage, stage
from tests.chaos.loads import again
from tests.chaos.results import Result
from tests.office import PAPERS, ktp, person
from verify import jobs
from workflows.records import Case
from workflows.rules.facts import Answer
from workflows.states import State

DAY, REPLAYS = 250, 3
"""Events of a day, and how often the first day is lived."""
LEASE = 600.0
"""Seconds; no real second counts here, so that nothing renews a lease behind the seed's back."""
PLACES = ("before commit", "after commit", "before ring", "after ring", "before wake", "before verify", "before press", "after press")
DEATHS = 0.12
"""Share of events in which something dies."""
JUMPS = (1, 20, 60, LEASE + 1)
HOSPITALS = {"rs": "RS-CONTOH-1", "rs2": "RS-CONTOH-2"}


class Death(BaseException):
    """The process is gone."""


@dataclass
class Day:
    """One day: what happened, in an order that the seed made, and what clients were told."""

    on: Stage
    rng: random.Random
    history: History = field(default_factory=lambda: History(complete=True))
    trace: list[tuple[Any, ...]] = field(default_factory=list)
    opened: int = 0
    unanswered: list[Callable[[], Any]] = field(default_factory=list)

    def live(self, events: int) -> list[str]:
        """All events, then everybody goes on until nothing is left to do; returns what is wrong."""
        for _ in range(events):
            (event,) = self.rng.choices(list(EVENTS), list(EVENTS.values()))
            self.happen(event.__name__, lambda event=event: event(self))
        self.on.points.meanwhile.clear()
        for ask in self.unanswered:
            self.on.scene.come_to_rest()
            ask()
        self.on.scene.come_to_rest()
        self.trace += self.on.effects()
        return wrong(prove(f"sqlite:///{self.on.file}", self.history, now=self.on.office.clock()))

    def happen(self, name: str, event: Callable[[], Any]) -> None:
        """One event; in some of them a process dies on the way."""
        place = self.rng.choice(PLACES) if self.rng.random() < DEATHS else ""
        if place:
            self.on.points.meanwhile[place] = _die
        try:
            told = event()
        except Death:
            told = f"died {place}"
        self.on.points.meanwhile.clear()
        self.trace.append((name, told))

    def ask(self, op: str, who: str, path: str, body: dict[str, Any], **known: Any) -> int:
        """One question of a client; one without an answer is asked again later, with the same key and body."""

        def asked() -> int:
            answer = self.on.scene.ask(who, "POST", path, body, known.get("key"))
            said = answer.json or {}
            told = {"ticket": said.get("ticket"), "body": digest(answer.data)} if op == "intake" else {}
            told |= {"number": (said.get("letter") or {}).get("number")} if op == "decide" else {}
            told |= {"answer": said.get("answer")} if op == "check" else {}
            self._note(op, answer.status_code, **{**known, **told})
            return answer.status_code

        try:
            return asked()
        except Death:
            self._note(op, None, **known)
            self.unanswered.append(asked)
            raise

    def _note(self, op: str, status: int | None, **known: Any) -> None:
        self.history.lines.append({"op": op, "status": status, "at": self.on.office.clock().isoformat(), **known})

    def case(self) -> Case | None:
        """Anybody's case."""
        return self.on.scene.case(self.rng.randint(1, self.opened)) if self.opened else None

    def fingerprint(self) -> str:
        """A day as one word: another word is another day."""
        return hashlib.sha256(json.dumps(self.trace, default=str).encode()).hexdigest()[:16]


def _die() -> None:
    raise Death


# --- What may happen ----------------------------------------------------------------------------------------


def comes(day: Day) -> Any:
    """Somebody comes to the counter; a hurried hand clicks twice."""
    number, key = day.opened + 1, str(UUID(int=day.rng.getrandbits(128), version=4))
    body = ktp(number, kk=person(number)["kk"], domicile_code="3673", documents=sorted(PAPERS))
    body["urgency"] = day.rng.choice(["EMERGENCY", "ROUTINE"])
    told = []
    for _ in range(day.rng.choice((1, 1, 2))):
        with suppress(Death):  # the second click comes whatever became of the first
            told.append(day.ask("intake", "loket", "/applications", body, key=key))
    day.opened = day.on.office.count(Case)
    return told


def looks(day: Day) -> Any:
    """The relay looks."""
    day.on.scene.look()


def works(day: Day) -> Any:
    """A worker takes any job that was rung for, and now and then leaves it in the queue for another."""
    rung = day.on.scene.bell.rung
    if not rung:
        return None
    at = day.rng.randrange(len(rung))
    task_id = rung[at] if day.rng.random() < 0.1 else rung.pop(at)
    jobs.work(day.on.office.rekom, task_id)
    return task_id


def forgets(day: Day) -> Any:
    """Redis is wiped."""
    day.on.scene.bell.rung.clear()


def passes(day: Day) -> Any:
    """Time goes on, sometimes beyond every lease."""
    seconds = day.rng.choice(JUMPS)
    day.on.office.clock.pass_by(seconds=seconds)
    return seconds


def steps(day: Day) -> Any:
    """Somebody takes the step a case waits for, or one that it does not wait for."""
    case = day.case()
    if case is None:
        return None
    state = case.state if day.rng.random() < 0.9 else day.rng.choice(list(MOVES))
    if state not in MOVES:
        return state
    who, step, words = MOVES[state]
    body = {**words(day), "version": case.version}
    return (
        case.id,
        step,
        day.ask("decide" if step == "decision" else "step", who, f"/applications/{case.ticket}/{step}", body, ticket=case.ticket),
    )


def scans(day: Day) -> Any:
    """A hospital's desk asks for any letter, or takes it."""
    case = day.case()
    letter = day.on.scene.letter(case.id or 0) if case else None
    if letter is None or not letter.token:
        return None
    who, op = day.rng.choice(list(HOSPITALS)), day.rng.choice(("check", "accept", "accept"))
    return letter.case_id, who, day.ask(op, who, f"/desk/{op}", {"code": letter.token}, number=letter.number, hospital=HOSPITALS[who])


def _answers(day: Day) -> dict[str, Any]:
    return {"answers": {criterion.key: Answer.YES.value for criterion in day.on.office.criteria.criteria}}


def _agrees(day: Day) -> dict[str, Any]:
    return {"agrees": False, "note": "Foto rumah belum ada."} if day.rng.random() < 0.1 else {"agrees": True}


MOVES: dict[State, tuple[str, str, Callable[[Day], dict[str, Any]]]] = {
    State.ASSESSMENT: ("peksos", "assessment", _answers),
    State.VALIDATION: ("validator", "validation", _agrees),
    State.DECISION: ("kadis", "decision", lambda _: {"outcome": "APPROVE", "reason": "Uji."}),
}
EVENTS: dict[Callable[[Day], Any], int] = {comes: 2, looks: 6, works: 8, forgets: 1, passes: 3, steps: 8, scans: 3}
"""What may happen next, and how often."""


def run(size: int, seed: int) -> Result:
    """So many events, a day after the other, each in an empty office; the first day is lived three times and must be the same."""
    began, faults, words = time.monotonic(), list[str](), list[str]()
    with stage(task_lease_seconds=LEASE) as on:
        on.save("empty")
        days = [seed + number for number in range(max(size // DAY, 1))]
        for number in [*days[:1] * (REPLAYS - 1), *days]:
            on.go_back("empty")
            day = Day(on, random.Random(number))
            found = day.live(min(size, DAY))
            words.append(day.fingerprint())
            faults += [f"day {number}: {fault}" for fault in found]
    if len(set(words[:REPLAYS])) != 1:
        faults.append(f"day {seed}, lived {REPLAYS} times, came out differently: {', '.join(words[:REPLAYS])}")
    lived = min(size, DAY) * len(days)
    about = f"{lived:,} simulated events drawn by a seed, deaths among them; a day lived {REPLAYS} times is the same each time"
    figures = {"days": len(days), "first day": words[0], "seconds of one event": round((time.monotonic() - began) / lived, 4)}
    return Result("R3", about, lived, tuple(faults), seed, again("R3", size, seed), time.monotonic() - began, figures)
