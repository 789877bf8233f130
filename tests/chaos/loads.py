"""Goals whose trials stand in ``tests/load`` and count for themselves: seats (R4), guesses (R11), requests (R13), restores (R16)."""

import time

from tests.chaos.results import Result
from tests.load import approvals, guessing
from tests.load.alone import an_office
from tests.load.api_requests import explore
from tests.load.behind import behind

ANSWERED_AT_MOST = 100
"""Guesses an account is answered, however many it makes."""
UNKNOWN_AFTER = "AFTER_BACKUP"
"""What a desk is told of a letter that the restored backup does not hold."""


def seats(size: int, seed: int) -> Result:
    """R4: so many approvals at once for nine tenths as many seats, over HTTP, on PostgreSQL."""
    began, given = time.monotonic(), size * 9 // 10
    try:
        answers = approvals.run(approvals.Load(size, given))
        told = dict(answers.counts)
        wrong = [] if told == {"approved": given, "wait-listed": size - given} else [f"answered {told}"]
    except AssertionError as error:
        told, wrong = {}, [str(error)]
    about = f"{size:,} approvals at once over HTTP for {given:,} seats; tables, ledger and letters agree with the answers"
    return Result("R4", about, size, tuple(wrong), seed, again("R4", size, seed), time.monotonic() - began, told)


def guesses(size: int, seed: int) -> Result:
    """R11: guessed NIKs from one hospital's account, and from nobody."""
    began = time.monotonic()
    with an_office() as office:
        found = guessing.guessing(office, size)
    wrong = []
    if found.answered > ANSWERED_AT_MOST or found.answered + found.refused != size:
        wrong.append(f"{found.answered} of {size} guesses were answered, {found.refused} refused")
    if size > ANSWERED_AT_MOST and not found.locked:
        wrong.append("the account was not locked")
    if found.anonymous:
        wrong.append(f"{found.anonymous} guesses of nobody were answered")
    figures = {"answered": found.answered, "refused": found.refused, "locked": found.locked}
    about = f"{size:,} guessed NIKs from one account: {ANSWERED_AT_MOST} answered at most, then locked; strangers none"
    return Result("R11", about, size, tuple(wrong), seed, again("R11", size, seed), time.monotonic() - began, figures)


def requests(size: int, seed: int) -> Result:
    """R13: generated requests at every operation of the API."""
    began = time.monotonic()
    with an_office() as office:
        office.to_letter(1, hospital_code="RS-CONTOH-1")
        answers = explore(office, size, seed=seed)
    wrong = tuple(f"{where}: {fault}" for where, fault in answers.faults.items())
    figures = {"operations": len(answers.operations), **{str(status): count for status, count in sorted(answers.statuses.items())}}
    about = f"{answers.requests:,} generated requests at every operation: no server error, nothing that is not described"
    return Result("R13", about, answers.requests, wrong, seed, again("R13", size, seed), time.monotonic() - began, figures)


def restores(size: int, seed: int) -> Result:
    """R16: a restored backup that is behind by so many letters."""
    began = time.monotonic()
    with an_office() as office:
        found = behind(office, office.rekom.settings.folder, size)
    wrong = []
    if found.answers != {UNKNOWN_AFTER: size}:
        wrong.append(f"desks were told {found.answers}")
    if found.taken_in != size:
        wrong.append(f"{found.taken_in} of {size} letters were taken in again")
    if found.reused:
        wrong.append(f"{found.reused} numbers were given again")
    figures = {"recognised": found.answers.get(UNKNOWN_AFTER, 0), "taken in": found.taken_in, "numbers reused": found.reused}
    about = f"a backup behind by {size:,} letters is restored: each recognised at a desk and taken in, no number given again"
    return Result("R16", about, size, tuple(wrong), seed, again("R16", size, seed), time.monotonic() - began, figures)


def again(goal: str, size: int, seed: int) -> str:
    """How a run is repeated."""
    return f"make chaos ARGS='{goal} --size {size} --seed {seed}'"
