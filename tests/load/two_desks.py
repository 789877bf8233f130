"""Every letter shown at two hospitals at once, over HTTP: ``python -m tests.load.two_desks --letters 10000 --late 1000``.

One hospital gets each letter, the other is told which one and when. Then letters that both accepted without network are sent in:
each second one comes back as a conflict and stands on the office's list, none is dropped. At the end the tables are counted.
"""

import argparse
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from schemas.policy_file import policies_folder
from tests.load.alone import an_office
from tests.load.approvals import Client
from tests.load.serving import serving
from tests.many_letters import make_letters
from tests.office import Office
from workflows.records import Acceptance, LateAcceptance
from workflows.records.late_acceptance import LateOutcome

NAMED = re.compile(r"^Diterima (RSUD Contoh Serang|RS Contoh Sejahtera), \d+ \w+ \d{4}, \d\d\.\d\d WIB\.$")
IN_ONE_SENDING = 100
FLAGGED_WITHIN = 5.0
"""Seconds from the sending to the conflict on the office's list."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much, on what, with how many hands on both sides; ``pairs`` is how many letters are shown at the same time."""

    letters: int
    late: int
    database: str = "postgresql"
    pairs: int = 4
    workers: int = 4
    threads: int = 8


@dataclass
class Shown:
    """What was answered, by kind, and how long the longest sending took until its conflicts stood on the list."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest_flag: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str) -> None:
        """Count one answer."""
        with self.lock:
            self.counts[kind] += 1


def run(load: Load) -> Shown:
    """Make the letters, start the server, show each twice at once, send the late ones, and count the tables."""
    with an_office(load.database) as office:
        codes = [str(letter.token) for letter in make_letters(office, load.letters + load.late)]
        with serving(office.rekom.settings, policies_folder(), load.workers, load.threads, office.clock()) as port:
            shown = Shown()
            began = time.monotonic()
            show_all(port, office, codes[: load.letters], load.pairs, shown)
            shown.seconds = time.monotonic() - began
            send_all(port, office, codes[load.letters :], shown)
        check_tables(office, load)
    return shown


def show_all(port: int, office: Office, codes: Sequence[str], pairs: int, shown: Shown) -> None:
    """Each letter at both hospitals at the same moment, so many letters side by side."""
    tokens = [office.token(username) for username in ("rs", "rs2")]
    work: list[Callable[[], None]] = []
    for pair in range(pairs):
        ready = threading.Barrier(2, timeout=120)
        work += [_desk(port, token, codes[pair::pairs], ready, shown) for token in tokens]
    threads = [threading.Thread(target=one, daemon=True) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def send_all(port: int, office: Office, codes: Sequence[str], shown: Shown) -> None:
    """Late acceptances of the same letters, first one hospital's, then the other's; each sending is looked for on the list."""
    for username, wanted in (("rs", "TAKEN"), ("rs2", "CONFLICT")):
        client = Client(port, office.token(username))
        for start in range(0, len(codes), IN_ONE_SENDING):
            sent = [_late(code) for code in codes[start : start + IN_ONE_SENDING]]
            began = time.monotonic()
            _, body = client.post("/desk/late-acceptances", {"acceptances": sent})
            outcomes = [one["outcome"] for one in body["acceptances"]]
            flagged = wanted != "CONFLICT" or {one["nonce"] for one in sent} <= _open(office)
            shown.slowest_flag = max(shown.slowest_flag, time.monotonic() - began)
            for outcome in outcomes:
                shown.add(f"late {outcome.lower()}" if flagged else "late and not on the list")
        client.connection.close()


def check_tables(office: Office, load: Load) -> None:
    """One acceptance a letter, two late rows a late letter, whatever was answered."""
    found = (office.count(Acceptance), office.count(LateAcceptance))
    if found != (load.letters + load.late, 2 * load.late):
        raise AssertionError(f"acceptances and late ones {found}")


def kind_of(status: int, body: dict[str, Any]) -> str:
    """The kind of an answer to an acceptance; a refusal has to name hospital and time."""
    if status >= 500:
        return "server error"
    if status == 200:
        return "accepted"
    named = body.get("answer") == "ALREADY_USED" and NAMED.match(str(body.get("reason")))
    return "refused by hospital and time" if named else "refused without hospital and time"


def _desk(port: int, token: str, codes: Sequence[str], ready: threading.Barrier, shown: Shown) -> Callable[[], None]:
    def work() -> None:
        client = Client(port, token)
        for code in codes:
            ready.wait()
            shown.add(kind_of(*client.post("/desk/accept", {"code": code})))
        client.connection.close()

    return work


def _late(code: str) -> dict[str, Any]:
    return {"nonce": str(uuid4()), "code": code, "accepted_at": "2026-11-23T01:56:00+00:00"}


def _open(office: Office) -> set[str]:
    """What stands on the office's list."""
    with office.read() as session:
        waiting = select(LateAcceptance.nonce).where(
            LateAcceptance.outcome == LateOutcome.CONFLICT, col(LateAcceptance.settled_at).is_(None)
        )
        return set(session.exec(waiting))


def whole(load: Load, shown: Shown) -> bool:
    """Whether the figure is reached."""
    wanted = {
        "accepted": load.letters,
        "refused by hospital and time": load.letters,
        "late taken": load.late,
        "late conflict": load.late,
    }
    return +shown.counts == +Counter(wanted) and shown.slowest_flag <= FLAGGED_WITHIN


def main() -> None:
    """Run and print; ends with 1 where the figure is missed."""
    parser = argparse.ArgumentParser(description="Every letter at two desks at once, over HTTP.")
    for name, value in (("letters", 10_000), ("late", 1_000), ("pairs", 4), ("workers", 4), ("threads", 8)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    load = Load(**vars(parser.parse_args()))
    shown = run(load)
    sys.stdout.write(f"{load}\n")
    for kind, count in sorted(shown.counts.items()):
        sys.stdout.write(f"{count:>6}  {kind}\n")
    rate = 2 * load.letters / shown.seconds
    sys.stdout.write(f"{shown.seconds:.1f} s, {rate:.0f} answers a second; a sending on the list within {shown.slowest_flag:.2f} s\n")
    sys.exit(0 if whole(load, shown) else 1)


if __name__ == "__main__":
    main()
