"""R1: people work at an office whose processes are killed at random; afterwards the checker says what is left of it.

Each applicant's story is told from counter to hospital by its own clients; two hospitals reach for every letter at once.
"""

import random
import subprocess
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.chaos.checker.history import read
from tests.chaos.checker.proof import wrong
from tests.chaos.checker.proving import prove
from tests.chaos.clients import Diary, Program, digest, parsed
from tests.chaos.results import Result
from tests.chaos.whole_office import Whole, whole_office
from tests.office import PAPERS, ktp, person
from tests.services import ServiceMissing
from workflows.rules.facts import Answer

SHARES = {
    "kill_horse": 0.50,
    "kill_worker": 0.27,
    "orphan_horse": 0.04,
    "freeze_horse": 0.03,
    "kill_web": 0.03,
    "kill_relay": 0.03,
    "kill_redis": 0.03,
    "wipe_redis": 0.03,
    "slow_registries": 0.02,
    "crash_postgres": 0.02,
    "lose_redis_and_worker": 0.01,
    "lose_database_and_relay": 0.01,
}
"""How often each thing is hurt; at least once each."""
USERS = ("loket", "peksos", "validator", "kadis", "rs", "rs2")
HOSPITALS = {"rs": "RS-CONTOH-1", "rs2": "RS-CONTOH-2"}
AT_ONCE = 12
"""Applicants under way at the same time."""
PATIENCE = 300.0
"""Seconds for one step of an applicant's way, however busy the machine is, after which the story is one that was lost."""
LOOK = 0.15


@dataclass
class Run:
    """What one run is about and what came of it."""

    whole: Whole
    diary: Diary
    cases: int
    kills: int
    rng: random.Random
    blows: list[str] = field(default_factory=list)
    stood: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    hurt: Counter[str] = field(default_factory=Counter)
    finished: int = 0
    struck: int = 0
    last_hurt: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)
    broken: threading.Event = field(default_factory=threading.Event)

    def program(self, username: str) -> Program:
        """A person's program, signed in once for the run."""
        return Program(self.whole.port, self.tokens[username])

    def __post_init__(self) -> None:
        self.tokens = {username: self.whole.office.token(username) for username in USERS}
        self.blows = _blows(self.kills, self.rng)


def run(cases: int, kills: int, seed: int) -> Result:
    """One run from an empty office to the checker's word."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rekom-chaos-") as place:
        history = Path(place) / "history.jsonl"
        with whole_office(Path(place)) as whole:
            one = Run(whole, Diary(history), cases, kills, random.Random(seed))
            recovery = _work_and_hurt(one)
            proofs = prove(whole.postgres.url, read(history, complete=True))
            last_words = whole.processes.last_words() if one.lost else ""
    failures = (*one.lost, *wrong(proofs, all_looked_at=True), *([last_words] if last_words else []))
    figures = {"kills": sum(one.hurt.values()), **dict(sorted(one.hurt.items())), "seconds to the last letter": round(recovery, 1)}
    looked = {f"promise {proof.number}": proof.trials for proof in proofs}
    replay = f"make chaos ARGS='R1 --cases {cases} --kills {kills} --seed {seed}'"
    about = f"{cases:,} cases from counter to hospital over HTTP, {sum(one.hurt.values())} random kills, wipes and crashes on the way"
    return Result("R1", about, cases, failures, seed, replay, time.monotonic() - began, {**figures, "looked at": sum(looked.values())})


def _work_and_hurt(one: Run) -> float:
    """All stories told while things are hurt; returns seconds from the last blow to the last story's end."""
    watcher = threading.Thread(target=_watch, args=(one,), daemon=True)
    killer = threading.Thread(target=_hurt_or_say_why_not, args=(one,), daemon=True)
    watcher.start()
    with ThreadPoolExecutor(AT_ONCE) as tellers:
        killer.start()
        for _ in tellers.map(lambda number: _tell(one, number), range(1, one.cases + 1)):
            one.finished += 1
        ended = time.monotonic()
    one.over.set()
    killer.join()
    watcher.join()
    return max(ended - one.last_hurt, 0.0) if one.last_hurt else 0.0


def _watch(one: Run) -> None:
    """See where cases stand, by SQL: only those that no job has to run for first."""
    sql = (
        "SELECT c.ticket, c.state FROM case_file c WHERE NOT EXISTS"
        " (SELECT 1 FROM task t WHERE t.case_id = c.id AND t.done_at IS NULL AND t.job <> 'WEBHOOK')"
    )
    while not one.over.wait(LOOK):
        rows = one.whole.peek(sql)
        if rows is not None:
            one.stood = {str(ticket): str(state) for ticket, state in rows}


def _hurt_or_say_why_not(one: Run) -> None:
    """A server that did not come back ends the run: nobody waits for what cannot come."""
    try:
        _hurt(one)
    except (OSError, RuntimeError, ServiceMissing, subprocess.TimeoutExpired) as error:
        one.lost.append(f"what was hurt did not come back: {type(error).__name__} {error}")
        one.broken.set()
    finally:
        one.struck = len(one.blows)  # whoever waits for the next blow need not


def _hurt(one: Run) -> None:
    """All blows, spread over the run by how many stories are told; see ``_may_come``."""
    for blow in one.blows:
        while one.finished < one.cases * one.struck / (len(one.blows) + 1) and not one.over.is_set():
            time.sleep(0.02)
        if not one.broken.is_set() and _hits(one, blow):
            one.hurt[blow] += 1
            one.last_hurt = time.monotonic()
        one.struck += 1


def _hits(one: Run, blow: str) -> bool:
    """Strike until somebody is hurt, for whoever just ended a job is not there to be hit; False once all stories are told.

    Where nobody works for long, that is what is wrong: nobody waits for the next blow."""
    until = time.monotonic() + PATIENCE
    while not one.over.is_set():
        if time.monotonic() > until:
            one.lost.append(f"for {PATIENCE:.0f} s there was nobody for {blow}")
            one.broken.set()
            return False
        if getattr(one.whole, blow)(one.rng.randrange(len(one.whole.workers))):
            return True
    return False


def _blows(kills: int, rng: random.Random) -> list[str]:
    """How many are asked for, but each kind at least once."""
    blows = [*SHARES, *rng.choices(list(SHARES), list(SHARES.values()), k=max(kills - len(SHARES), 0))]
    rng.shuffle(blows)
    return blows


def _may_come(one: Run, number: int) -> None:
    """Applicants come no faster than things are hurt: a quick office would have told all stories before the last blow."""
    while (number - AT_ONCE) * len(one.blows) > one.cases * (one.struck + 1) and not one.broken.is_set():
        time.sleep(0.02)


def _tell(one: Run, number: int) -> None:
    """One applicant's way; what went wrong with it is kept as a failure."""
    _may_come(one, number)
    try:
        _story(one, number)
    except (TimeoutError, AssertionError, KeyError) as error:
        one.lost.append(f"applicant {number}: {type(error).__name__} {error}")


def _story(one: Run, number: int) -> None:
    ticket = _open(one, number, _until())
    address = f"/applications/{ticket}"
    _stands(one, ticket, "ASSESSMENT", _until())
    answers = {criterion.key: Answer.YES.value for criterion in one.whole.office.criteria.criteria}
    _move(one, "peksos", ticket, "ASSESSMENT", "assessment", {"answers": answers}, _until())
    _move(one, "validator", ticket, "VALIDATION", "validation", {"agrees": True}, _until())
    _move(one, "kadis", ticket, "DECISION", "decision", {"outcome": "APPROVE", "reason": "Uji."}, _until())
    _stands(one, ticket, "LETTER_ISSUED", _until())
    status, body = one.program("loket").insist(lambda: one.program("loket").ask("GET", address), _until())
    one.diary.write("read", status, actor="loket", ticket=ticket)
    letter = parsed(body)["letter"]
    _check(one, "rs", letter)
    with ThreadPoolExecutor(len(HOSPITALS)) as desks:
        taken = list(desks.map(lambda desk: _accept(one, desk, letter, _until()), HOSPITALS))
    assert sorted(taken) == [200, 409], f"two desks were told {taken}"
    _send_late(one, list(HOSPITALS)[taken.index(409)], letter)
    _check(one, "rs2", letter)


def _until() -> float:
    """When whoever takes a step now has waited too long."""
    return time.monotonic() + PATIENCE


def _open(one: Run, number: int, until: float) -> str:
    key = str(UUID(int=one.rng.getrandbits(128), version=4))
    body = ktp(number, kk=person(number)["kk"], domicile_code="3673", documents=sorted(PAPERS))
    body["urgency"] = "EMERGENCY" if number % 10 == 0 else "ROUTINE"
    told = _written(one, "loket", "intake", "/applications", body, until, key=key)
    assert told[0] == 201, f"opening was answered {told[0]}"
    return str(parsed(told[1])["ticket"])


def _written(one: Run, who: str, op: str, path: str, body: dict[str, Any], until: float, **known: Any) -> tuple[int, bytes]:
    """Ask until answered, with each try in the history."""
    program = one.program(who)

    def ask() -> tuple[int, bytes] | None:
        told = program.ask("POST", path, body, known.get("key"))
        one.diary.write(op, told[0] if told else None, **known, **_said(op, told))
        return told

    return program.insist(ask, until)


def _said(op: str, told: tuple[int, bytes] | None) -> dict[str, Any]:
    """What of an answer the history keeps."""
    if told is None or not 200 <= told[0] < 300:
        return {}
    answer = parsed(told[1])
    if op == "check":
        return {"answer": answer["answer"]}
    if op == "intake":
        return {"ticket": answer["ticket"], "body": digest(told[1])}
    return {"number": answer["letter"]["number"]} if op == "decide" and answer.get("letter") else {}


def _move(one: Run, who: str, ticket: str, state: str, step: str, words: dict[str, Any], until: float) -> None:
    """Take a step as soon as the case waits for it; a refusal means that somebody's earlier try had worked, or to look again."""
    while True:
        _stands(one, ticket, state, until)
        version = _version(one, who, ticket, until)
        path, body = f"/applications/{ticket}/{step}", {**words, "version": version}
        status, _ = _written(one, who, "decide" if step == "decision" else "step", path, body, until, ticket=ticket)
        if status == 201 or _has_left(one, ticket, state, until):
            return


def _version(one: Run, who: str, ticket: str, until: float) -> int:
    status, body = one.program(who).insist(lambda: one.program(who).ask("GET", f"/applications/{ticket}"), until)
    one.diary.write("read", status, actor=who, ticket=ticket)
    return int(parsed(body)["version"])


def _has_left(one: Run, ticket: str, state: str, until: float) -> bool:
    while time.monotonic() < until:
        rows = one.whole.peek(f"SELECT state FROM case_file WHERE ticket = '{ticket}'")
        if rows is not None:
            return rows[0][0] != state
        time.sleep(LOOK)
    raise TimeoutError(f"{ticket} could not be looked at")


def _stands(one: Run, ticket: str, state: str, until: float) -> None:
    while one.stood.get(ticket) != state:
        if time.monotonic() > until or one.broken.is_set():
            raise TimeoutError(f"{ticket} stands at {one.stood.get(ticket, 'a job')} and not at {state}")
        time.sleep(LOOK)


def _accept(one: Run, desk: str, letter: dict[str, Any], until: float) -> int:
    known = {"number": letter["number"], "hospital": HOSPITALS[desk]}
    return _written(one, desk, "accept", "/desk/accept", {"code": letter["token"]}, until, **known)[0]


def _check(one: Run, desk: str, letter: dict[str, Any]) -> None:
    """A desk scans the letter."""
    _written(one, desk, "check", "/desk/check", {"code": letter["token"]}, _until(), number=letter["number"])


def _send_late(one: Run, desk: str, letter: dict[str, Any]) -> None:
    """Who came second had accepted without network, and sends it now: it is kept, as a conflict."""
    nonce = str(UUID(int=one.rng.getrandbits(128), version=4))
    sent = {"nonce": nonce, "code": letter["token"], "accepted_at": datetime.now(UTC).isoformat()}
    status, _ = _written(one, desk, "late", "/desk/late-acceptances", {"acceptances": [sent]}, _until(), nonce=nonce)
    assert status == 200, f"what was sent late was answered {status}"
