"""More approvals at once than there are seats, over HTTP: ``python -m tests.load.approvals --cases 10000 --seats 9000``.

Every case waits for nothing but the decision. Exactly as many are approved as there are seats; the others are put in line with a
sentence. Afterwards the tables are held against what was answered: seats, letters, their numbers, the line and the ledger.
"""

import argparse
import http.client
import json
import queue
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, func, select

from schemas.policy_file import load_policies
from tests.load.alone import an_office
from tests.load.serving import policies_with, serving
from tests.office import Office
from tests.seat_office import books, make_decidable, quota
from workflows.records import Letter, Seat, WaitingEntry

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Load:
    """How much, on what, with how many hands on both sides."""

    cases: int
    seats: int
    database: str = "postgresql"
    clients: int = 32
    workers: int = 4
    threads: int = 8


@dataclass
class Answers:
    """What was answered, by kind, with one sentence of each."""

    counts: Counter[str] = field(default_factory=Counter)
    sentences: dict[str, str] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, status: int, body: dict[str, Any], took: float) -> None:
        """Sort one answer; a refusal without a sentence is a kind of its own."""
        kind, sentence = sort_out(status, body)
        self.counts[kind] += 1
        self.times.append(took)
        self.sentences.setdefault(kind, sentence)

    def slowest(self, share: float) -> float:
        """Seconds within which this share of the answers came."""
        return sorted(self.times)[int(len(self.times) * share) - 1]


def sort_out(status: int, body: dict[str, Any]) -> tuple[str, str]:
    """The kind of an answer, and its sentence."""
    if status >= 500:
        return "server error", str(body.get("detail", ""))
    if status >= 400:
        return ("refused" if str(body.get("detail", "")).endswith(".") else "refused without a sentence"), str(body.get("detail", ""))
    if body["state"] == "WAITLISTED":
        said = " ".join(body["warnings"])
        return ("wait-listed" if said else "wait-listed without a sentence"), said
    return ("approved" if body["letter"] else "approved without a letter"), body["letter"]["number"] if body["letter"] else ""


class Client:
    """One person's program: a connection of its own."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.connection.request("POST", API + path, json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


def run(load: Load) -> Answers:
    """Make the cases, start the server, approve all of them at once, and look whether the tables agree."""
    with an_office(load.database) as office:
        policies = policies_with(office.rekom.settings.folder, load.seats)
        vars(office.rekom)["policies"] = load_policies(policies)  # nobody approves by rules that changed after a case began
        tickets = make_decidable(office, load.cases)
        with serving(office.rekom.settings, policies, load.workers, load.threads, office.clock()) as port:
            answers = approve_all(port, office.token("kadis"), tickets, load.clients)
        check_tables(office, answers)
    return answers


def approve_all(port: int, token: str, tickets: Sequence[str], clients: int) -> Answers:
    """All cases through so many clients, each taking the next one as soon as it is free."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for ticket in tickets:
        waiting.put(ticket)
    answers, ready = Answers(), threading.Barrier(clients + 1, timeout=120)
    adding = threading.Lock()

    def work() -> None:
        head = Client(port, token)
        ready.wait()
        while True:
            try:
                ticket = waiting.get_nowait()
            except queue.Empty:
                head.connection.close()
                return
            began = time.monotonic()
            status, body = head.post(f"/applications/{ticket}/decision", {"outcome": "APPROVE", "version": 1})
            with adding:
                answers.add(status, body, time.monotonic() - began)

    hands = [threading.Thread(target=work, daemon=True) for _ in range(clients)]
    for hand in hands:
        hand.start()
    ready.wait()
    began = time.monotonic()
    for hand in hands:
        hand.join()
    answers.seconds = time.monotonic() - began
    return answers


def check_tables(office: Office, answers: Answers) -> None:
    """What was answered is what there is, to the seat, the number and the rupiah."""
    approved, in_line = answers.counts["approved"], answers.counts["wait-listed"]
    with office.read() as session:
        held = session.exec(select(func.count()).select_from(Seat).where(col(Seat.released_at).is_(None))).one()
        numbers = session.exec(select(Letter.sequence)).all()
        line = session.exec(select(func.count()).select_from(WaitingEntry).where(col(WaitingEntry.left_at).is_(None))).one()
    if (quota(office).used, held, sorted(numbers), line) != (approved, approved, list(range(1, approved + 1)), in_line):
        raise AssertionError(f"used {quota(office).used}, seats {held}, letters {len(numbers)}, in line {line}: answered {answers.counts}")
    books(office)


def main() -> None:
    """Run and print; ends with 1 where the figure is missed."""
    parser = argparse.ArgumentParser(description="More approvals than seats, over HTTP.")
    for name, value in (("cases", 10_000), ("seats", 9_000), ("clients", 32), ("workers", 4), ("threads", 8)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    load = Load(**vars(parser.parse_args()))
    answers = run(load)
    sys.stdout.write(f"{load}\n")
    for kind, count in sorted(answers.counts.items()):
        sys.stdout.write(f"{count:>6}  {kind}: {answers.sentences[kind]}\n")
    rate = load.cases / answers.seconds
    sys.stdout.write(
        f"{answers.seconds:.1f} s, {rate:.0f} a second; half within {answers.slowest(0.5):.2f} s, 99 % {answers.slowest(0.99):.2f} s\n"
    )
    sys.exit(0 if answers.counts == {"approved": load.seats, "wait-listed": load.cases - load.seats} else 1)


if __name__ == "__main__":
    main()
