"""Goal 13: the chained audit trail against rows that nothing ties together, and its verification against bare hashing."""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

from sqlmodel import col, select

from bench.contest import Bar, Measure, contest
from bench.goal import Outcome, Size, demand
from bench.place import office
from tests.made_past import make_past
from tests.office import Office
from workflows import advance, audit, checkpoints
from workflows.actor import Actor
from workflows.audit import GENESIS
from workflows.checkpoints import Link
from workflows.records import Case
from workflows.records.audit_event import AuditEvent

EVENTS, WRITERS = 20_000, 32
EDITS = 60


def run(size: Size) -> Outcome:
    """Seconds an event, for 32 writers at once on PostgreSQL; and seconds a verified event."""
    count = size.of(EVENTS, 4 * WRITERS)
    with office("postgresql") as made:
        make_past(made, WRITERS)
        measures = [appended(made, count // WRITERS, size.rounds)]
        chains = read_chains(made)
        with made.read() as session:
            rows = checkpoints.links(session, checkpoints.newest_event(session))
            trail = [link for link in rows if link.subject.startswith("case:")]  # not the rows that nothing ties together
    found = checked(chains)
    return Outcome([*measures, verified(trail, size.rounds)], checked=found)


def appended(made: Office, each: int, rounds: int) -> Measure:
    """Ours is what a desk's look does: the case's row lock, the last link, the next one."""
    with made.read() as session:
        ids = list(session.exec(select(Case.id)))
    actor = made.actor("loket")
    plain = AuditEvent.__table__.insert()

    def chained(case_id: int) -> None:
        with made.write() as session:
            advance.hold(session, (case_id,))
            audit.record(session, f"case:{case_id}", "DESK_CHECK", actor=actor, now=made.clock(), answer="VALID", hospital="3673015")

    def unchained(case_id: int) -> None:
        with made.write() as session:
            session.execute(plain, unchained_row(case_id, actor, made))

    bar = Bar(0.5, 1.5, higher=True)
    return contest("append, 32 writers", lambda: at_once(chained, ids, each), lambda: at_once(unchained, ids, each), bar, rounds=rounds)


def unchained_row(case_id: int, actor: Actor, made: Office) -> dict[str, Any]:
    """A row as large as ours that says nothing of the one before."""
    return {
        "subject": f"bench:{case_id}",
        "sequence": secrets.randbits(31),
        "at": made.clock(),
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": "DESK_CHECK",
        "detail": {"answer": "VALID", "hospital": "3673015"},
        "previous_hash": GENESIS,
        "hash": secrets.token_hex(32),
    }


def at_once(write: Callable[[int], None], ids: list[int], each: int) -> float:
    """Seconds an event when every case has a writer of its own."""
    ready = threading.Barrier(len(ids) + 1)

    def hand(case_id: int) -> None:
        ready.wait()
        for _ in range(each):
            write(case_id)

    hands = [threading.Thread(target=hand, args=(case_id,)) for case_id in ids]
    for one in hands:
        one.start()
    ready.wait()
    began = time.perf_counter()
    for one in hands:
        one.join()
    return (time.perf_counter() - began) / (each * len(ids))


def read_chains(made: Office) -> list[list[AuditEvent]]:
    """The cases' events, chain by chain."""
    chains: dict[str, list[AuditEvent]] = {}
    with made.read() as session:
        ours = col(AuditEvent.subject).like("case:%")
        for event in session.exec(select(AuditEvent).where(ours).order_by(col(AuditEvent.subject), col(AuditEvent.sequence))):
            session.expunge(event)
            chains.setdefault(event.subject, []).append(event)
    return list(chains.values())


def verified(trail: list[Link], rounds: int) -> Measure:
    """Seconds an event of what ``rekom audit verify`` does with its rows, against hashing the same bytes and nothing else."""
    written = [canonical(link).encode() for link in trail]

    def ours() -> float:
        began = time.perf_counter()
        found = checkpoints.follow(trail)
        took = time.perf_counter() - began
        demand(found.broken is None, "an untouched trail was called broken")
        return took / len(trail)

    def limit() -> float:
        began = time.perf_counter()
        last = GENESIS
        for content in written:
            last = hashlib.sha256(last.encode() + content).hexdigest()
        return (time.perf_counter() - began) / len(written)

    return contest("verify", ours, limit, Bar(0.3, 0.7, higher=True), rounds=rounds)


def canonical(event: AuditEvent | Link) -> str:
    """What is hashed of an event, written once more by hand."""
    names = ("subject", "sequence", "actor_id", "actor_name", "action")
    content: dict[str, Any] = {name: getattr(event, name) for name in names}
    content["at"] = event.moment if isinstance(event, Link) else event.at.astimezone(UTC).isoformat(timespec="microseconds")
    content["detail"] = json.loads(event.detail) if isinstance(event.detail, str) else event.detail
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def checked(chains: list[list[AuditEvent]]) -> int:
    """All chains hold; each of many edits is found at its place, and a row that is gone at the one behind it."""
    demand(all(audit.verify_chain(chain) is None for chain in chains), "an untouched chain was called broken")
    demand(all(hashlib.sha256((one.previous_hash + canonical(one)).encode()).hexdigest() == one.hash for one in chains[0]), "hash differs")
    edits = 0
    for chain in chains[:EDITS]:
        place = len(chain) // 2
        touched = [AuditEvent(**event.model_dump()) for event in chain]
        touched[place].actor_name += "."
        demand(audit.verify_chain(touched) == chain[place].sequence, "an edited event was not found at its place")
        demand(audit.verify_chain([*chain[:place], *chain[place + 1 :]]) == chain[place].sequence, "a dropped event was not found")
        edits += 2
    return edits
