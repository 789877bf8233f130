"""Promises 4 to 6 and 11: the way of each case, four eyes, the audit trail and its witnesses, who looked."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from tests.chaos.checker.history import History, good
from tests.chaos.checker.proof import Proof
from tests.chaos.checker.store import Row, Store, day, moment, parsed

GENESIS = "0" * 64
PROCESS = Path(__file__).parents[3] / "docs" / "process.md"
ARROW = re.compile(r"^ {4}(\S+) --> (\S+): (\S+)$", re.MULTILINE)
EVENTS = "SELECT id, subject, sequence, at, actor_id, actor_name, action, detail, previous_hash, hash FROM audit_event"
HANDS = ("OPEN", "ASSESS", "VALIDATE")
"""Who did one of these may not approve."""


@cache
def published_process() -> frozenset[tuple[str, str, str]]:
    """The moves a case may make, as the office publishes them: from, action, to."""
    case = PROCESS.read_text(encoding="utf-8").split("## A case", 1)[1].split("```mermaid", 1)[1].split("```", 1)[0]
    return frozenset((source, action, target) for source, target, action in ARROW.findall(case) if source != "[*]")


def paths_allowed(store: Store, _: History) -> Proof:
    """Each case's moves form one unbroken path of the published process that ends where the case stands."""
    states = {f"case:{row['id']}": row["state"] for row in store.rows("SELECT id, state FROM case_file")}
    moves: dict[str, list[Row]] = defaultdict(list)
    for row in store.rows(f"{EVENTS} WHERE subject LIKE 'case:%' ORDER BY subject, sequence"):
        detail = parsed(row["detail"])
        if row["action"] == "OPEN" or "target" in detail:
            moves[row["subject"]].append({"action": row["action"], **detail})
    faults = [f"{subject} has moves and no case" for subject in moves.keys() - states.keys()]
    for subject, state in states.items():
        faults += [f"{subject}: {fault}" for fault in _broken_path(moves[subject], state)]
    faults += _concluded_twice(store)
    return Proof(4, "each case's history is a path of the published process", sum(map(len, moves.values())), tuple(faults))


def _concluded_twice(store: Store) -> list[str]:
    """An answer of a registry is drawn into a case once for each task that asked."""
    done = Counter((f"case:{row['case_id']}", row["job"]) for row in store.rows("SELECT case_id, job FROM task WHERE done_at IS NOT NULL"))
    drawn: Counter[tuple[str, str]] = Counter()
    for row in store.rows(f"{EVENTS} WHERE action = 'CHECK' AND actor_id IS NULL"):
        detail = parsed(row["detail"])
        if detail.get("outcome") is not None:
            drawn[row["subject"], detail["kind"]] += 1
    return [f"{subject}: {times} answers of {kind} for {done[subject, kind]} tasks" for (subject, kind), times in drawn.items()
            if times > done[subject, kind]]  # fmt: skip


def _broken_path(moves: list[Row], state: str) -> list[str]:
    if not moves or moves[0]["action"] != "OPEN":
        return ["does not begin with its opening"]
    here, faults = moves[0]["state"], []
    for move in moves[1:]:
        if move["action"] == "OPEN":
            return [*faults, "opened twice"]
        if move["source"] != here:
            faults.append(f"{move['action']} from {move['source']} while in {here}")
        if (move["source"], move["action"], move["target"]) not in published_process():
            faults.append(f"{move['action']} from {move['source']} to {move['target']} is no row of the process")
        here = move["target"]
    return faults if here == state else [*faults, f"is {state}, its history ends in {here}"]


def four_eyes(store: Store, _: History) -> Proof:
    """Who approved had no earlier hand in the case, by the tables and by the trail."""
    decided = store.rows(
        "SELECT d.case_id, d.decided_by, c.opened_by, a.assessed_by, a.validated_by FROM decision d"
        " JOIN case_file c ON c.id = d.case_id JOIN assessment a ON a.id = d.assessment_id WHERE d.outcome = 'APPROVED'"
    )
    hands = [(row["case_id"], row["decided_by"], {row["opened_by"], row["assessed_by"], row["validated_by"]}) for row in decided]
    faults = [f"case {case}: {decider} decided and had a hand before" for case, decider, others in hands if decider in others]
    seen: dict[str, set[int]] = defaultdict(set)
    for row in store.rows(f"{EVENTS} WHERE action IN ('OPEN', 'ASSESS', 'VALIDATE', 'APPROVE') ORDER BY subject, sequence"):
        if row["action"] in HANDS and row["actor_id"] is not None:
            seen[row["subject"]].add(row["actor_id"])
        elif row["action"] == "APPROVE" and row["actor_id"] in seen[row["subject"]]:
            faults.append(f"{row['subject']}: the trail has {row['actor_id']} before and at the approval")
    return Proof(5, "who approves had no earlier hand in the case", len(decided), tuple(faults))


def trail_whole(store: Store, _: History) -> Proof:
    """Every link of every chain, computed anew; every witness's root over the heads as they were; witnesses never shrink."""
    events = store.rows(f"{EVENTS} ORDER BY id")
    faults, chains = [], dict[str, tuple[int, str]]()
    ordered = sorted(events, key=lambda row: (row["subject"], row["sequence"]))
    for row in ordered:
        sequence, head = chains.get(row["subject"], (0, GENESIS))
        if row["sequence"] != sequence + 1 or row["previous_hash"] != head or row["hash"] != event_hash(row):
            faults.append(f"{row['subject']} #{row['sequence']} does not follow")
        chains[row["subject"]] = (row["sequence"], row["hash"])
    faults += _changes_without_event(store, events)
    faults += _broken_witnesses(store.rows("SELECT id, last_event, chains, root FROM checkpoint ORDER BY id"), events)
    return Proof(6, "the audit trail is whole and its witnesses agree", len(events), tuple(faults))


def event_hash(row: Row) -> str:
    """The hash of an event as the documentation defines it: SHA-256 over the previous hash and its canonical JSON."""
    content = {name: row[name] for name in ("subject", "sequence", "actor_id", "actor_name", "action")}
    at = moment(row["at"])
    assert at is not None
    content |= {"at": at.astimezone(UTC).isoformat(timespec="microseconds"), "detail": parsed(row["detail"])}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((row["previous_hash"] + canonical).encode()).hexdigest()


def _changes_without_event(store: Store, events: list[Row]) -> list[str]:
    """A case's version counts its moves; fewer versions than moves, or a decision or acceptance without its event, is a gap."""
    moved: dict[str, list[str]] = defaultdict(list)
    for row in events:
        if row["action"] == "OPEN" or "target" in parsed(row["detail"]):
            moved[row["subject"]].append(row["action"])
    versions = {f"case:{row['id']}": row["version"] for row in store.rows("SELECT id, version FROM case_file")}
    faults = [
        f"{subject} has {version} versions and {len(moved[subject])} moves"
        for subject, version in versions.items()
        if version < len(moved[subject])
    ]
    wanted = {"APPROVED": "APPROVE", "REJECTED": "REJECT"}
    for row in store.rows("SELECT case_id, outcome FROM decision"):
        if moved[f"case:{row['case_id']}"].count(wanted[row["outcome"]]) < 1:
            faults.append(f"case {row['case_id']} was {row['outcome']} and no event says so")
    for row in store.rows("SELECT l.case_id FROM acceptance a JOIN letter l ON l.id = a.letter_id"):
        if "ACCEPT" not in moved[f"case:{row['case_id']}"]:
            faults.append(f"case {row['case_id']} was accepted and no event says so")
    return faults


def _broken_witnesses(witnesses: list[Row], events: list[Row]) -> list[str]:
    faults, position, heads = [], 0, dict[str, tuple[int, str]]()
    last_event = last_chains = 0
    for row in witnesses:
        while position < len(events) and events[position]["id"] <= row["last_event"]:
            event = events[position]
            if event["sequence"] >= heads.get(event["subject"], (0, ""))[0]:
                heads[event["subject"]] = (event["sequence"], event["hash"])
            position += 1
        if row["last_event"] <= last_event or row["chains"] < last_chains:
            faults.append(f"witness {row['id']} saw less than the one before")
        if (len(heads), _root(heads)) != (row["chains"], row["root"]):
            faults.append(f"witness {row['id']} saw another trail")
        last_event, last_chains = row["last_event"], row["chains"]
    return faults


def _root(heads: dict[str, tuple[int, str]]) -> str:
    """RFC 6962, by its definition: split at the largest power of two below the number of leaves."""
    return _tree([f"{subject}\0{sequence}\0{head}".encode() for subject, (sequence, head) in sorted(heads.items())]).hex()


def _tree(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + _tree(leaves[:split]) + _tree(leaves[split:])).digest()


def looks_written_down(store: Store, history: History) -> Proof:
    """Everybody who was shown a case stands in its list of looks, on that day."""
    looks: set[tuple[Any, ...]] = {
        (row["ticket"], row["username"], day(row["day"]))
        for row in store.rows(
            "SELECT c.ticket, s.username, r.day FROM case_reading r JOIN case_file c ON c.id = r.case_id JOIN staff s ON s.id = r.staff_id"
        )
    }
    reads = [line for line in history.of("read") if good(line)]
    faults = [
        f"{line['actor']} was shown {line['ticket']} and it is not written down"
        for line in reads
        if (line["ticket"], line["actor"], day(line["at"])) not in looks
    ]
    return Proof(11, "every look at a person's data is written down", len(reads), tuple(faults))
