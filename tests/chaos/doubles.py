"""R5: the same form sent ten times at once, over HTTP to the real web server: one case each, and ten times the same answer."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from schemas.policy_file import policies_folder
from tests.chaos.clients import Program
from tests.chaos.loads import again
from tests.chaos.results import Result
from tests.load.alone import an_office
from tests.load.serving import serving
from tests.office import PAPERS, ktp
from workflows.records import Case, IdempotencyRecord

SENT = 10
OPENED = 201
SERVERS, THREADS = 2, 8


def run(size: int, seed: int) -> Result:
    """So many forms, one after the other, each from ``SENT`` programs at the same moment."""
    began = time.monotonic()
    with an_office("postgresql") as office:
        with serving(office.rekom.settings, policies_folder(), SERVERS, THREADS, office.clock()) as port, ThreadPoolExecutor(SENT) as hands:
            programs = [Program(port, office.token("loket")) for _ in range(SENT)]
            wrong = [said for number in range(1, size + 1) if (said := _sent(hands, programs, number))]
        kept = office.count(Case), office.count(IdempotencyRecord)
    if kept != (size, size):
        wrong.append(f"{kept[0]} cases and {kept[1]} kept answers of {size} forms")
    about = f"{size:,} forms, each sent {SENT} times at once under its key: one case each, the same bytes {SENT} times"
    return Result("R5", about, size, tuple(wrong), seed, again("R5", size, seed), time.monotonic() - began, {"cases": kept[0]})


def _sent(hands: ThreadPoolExecutor, programs: list[Program], number: int) -> str | None:
    """One form from all programs at once; what was wrong with their answers."""
    body = ktp(number, documents=sorted(PAPERS))
    told = list(hands.map(lambda one: one.ask("POST", "/applications", body, str(UUID(int=number))), programs))
    answers = {answer for answer in told if answer is not None}
    if None not in told and len(answers) == 1 and next(iter(answers))[0] == OPENED:
        return None
    return f"form {number}: {sorted(status for status, _ in answers)}, {len(answers)} different answers, {told.count(None)} without one"
