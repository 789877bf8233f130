"""R18: twenty bugs that such services have had, put in one after the other; the harness must find each, and nothing without them.

A bug is a patch of this process alone, and where the database would refuse it, the constraint goes too: what is tried is the harness.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, text
from sqlmodel import Session, update

from tests.chaos.crash_points import Stage
from verify import idempotency, relay
from verify.auth import me, parts
from verify.backup import restoring
from workflows import (
    advance,
    audit,
    decision,
    desk,
    facts,
    late_acceptances,
    letter_counter,
    letters,
    looked,
    seats,
    standing,
    tasks,
    trust,
    without_nik,
)
from workflows.audit import GENESIS
from workflows.records.acceptance import Acceptance
from workflows.records.idempotency import IdempotencyRecord
from workflows.records.seat import SeatQuota
from workflows.states import TRANSITIONS, Job

Patch = AbstractContextManager[Any]
DAY, CRASH, RESTORE = "day", "crash", "restore"


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug: what it is called, the patch, how it shows, and what of the database stood in its way.

    ``gone`` are constraints as ``table.constraint``, indexes by their name, or ``triggers``, ``checks``.
    """

    name: str
    plant: Callable[[Stage], Patch]
    shows: str = DAY
    at: str = ""
    gone: tuple[str, ...] = ()


def replaced(owner: Any, name: str, make: Callable[[Any], Any]) -> Callable[[Stage], Patch]:
    """A patch of one function, made from the true one."""
    return lambda _: patch.object(owner, name, make(getattr(owner, name)))


def commit_now(session: Session) -> None:
    """End the transaction in the middle and begin another, behind everybody's back."""
    session.flush()
    connection = session.connection().connection.driver_connection
    assert connection is not None
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")


@contextmanager
def both(*patches: Patch) -> Iterator[None]:
    """Several patches that are one bug."""
    with ExitStack() as planted:
        for one in patches:
            planted.enter_context(one)
        yield


# --- The bugs ----------------------------------------------------------------------------------------------


def counted_in_python(_: Any) -> Any:
    """The first count that was read is the one that is raised, by everybody."""
    known: list[int] = []

    def take(session: Session, quota: SeatQuota, case: Any) -> bool:
        known.append(known[0] if known else quota.used)
        session.exec(update(SeatQuota).where(SeatQuota.id == quota.id).values(used=known[0] + 1))
        return True

    return take


def stale_maximum(_: Any) -> Any:
    return lambda session, office, year, region_code: session.execute(text(_FIRST_OF_ALL), {"office": office, "year": year}).scalar_one()


_FIRST_OF_ALL = (
    "INSERT INTO letter_counter (office, year, last) VALUES (:office, :year, 1)"
    " ON CONFLICT (office, year) DO UPDATE SET last = letter_counter.last RETURNING last"
)


def then_commits(true: Any) -> Any:
    """What it does is in the tables before anything else is."""

    def early(session: Session, *words: Any, **named: Any) -> Any:
        done = true(session, *words, **named)
        commit_now(session)
        return done

    return early


def twice(true: Any) -> Any:
    """A retry that looks for nothing it has done already."""

    def again(*words: Any, **named: Any) -> Any:
        true(*words, **named)
        return true(*words, **named)

    return again


def only_rung(true: Any) -> Any:
    """The letter's job goes straight to the queue, which was wiped."""
    return lambda session, case, job, *words, **named: None if job == Job.LETTER else true(session, case, job, *words, **named)


def finishes_always(true: Any) -> Any:
    """A task that somebody else closed meanwhile is concluded again."""

    def finish(*words: Any, **named: Any) -> bool:
        true(*words, **named)
        return True

    return finish


def any_state(_: Any) -> Any:
    """The row is looked up by what is wanted, wherever the case stands."""
    return lambda state, action: next(row for row in TRANSITIONS if row.action == action)


def key_after_effect(_: Any) -> Any:
    """The effect commits, then its answer is stored."""

    def first_time(key: str, effect: Any) -> Any:
        stored = idempotency._stored(key)
        if stored is not None:
            return stored
        with parts().database.write() as session:
            status, body = effect(session)
        with parts().database.write() as session:
            given = {"request_hash": idempotency._request_hash(), "status": status, "body": idempotency._dump(body)}
            session.add(IdempotencyRecord(staff_id=me().person_id, key=key, created_at=parts().clock(), **given))
        return idempotency._json(status, idempotency._dump(body))

    return first_time


def used_by_all(_: Any) -> Any:
    """An acceptance is written without a look at who has the letter."""

    def use(session: Session, case: Any, letter: Any, number: Any, actor: Any, *, now: Any) -> None:
        session.expunge_all()
        session.add(Acceptance(letter_id=letter.id, hospital_code=actor.hospital_code, accepted_by=actor.person_id, accepted_at=now))
        session.flush()

    return use


def blind_to(*answers: desk.DeskAnswer) -> Any:
    """The desk does not see some reasons against a letter."""

    def make(true: Any) -> Any:
        def answer(*words: Any, **named: Any) -> Any:
            said = true(*words, **named)
            return None if said in answers else said

        return answer

    return make


def drops_doubles(true: Any) -> Any:
    """What collides is thrown away once it was answered."""

    def receive(session: Session, *words: Any, **named: Any) -> Any:
        kept = true(session, *words, **named)
        session.flush()
        session.connection().execute(text("DELETE FROM late_acceptance WHERE outcome = 'CONFLICT'"))
        return kept

    return receive


def unchained(true: Any) -> Any:
    """Each event begins a chain of its own."""

    def last(*words: Any) -> Any:
        sequence, _ = true(*words)
        return sequence, GENESIS

    return last


def unchained_batch(true: Any) -> Any:
    """Each batch of events begins its chains anew."""

    def heads(*words: Any) -> Any:
        return {subject: (sequence, GENESIS) for subject, (sequence, _) in true(*words).items()}

    return heads


def one_place_for_all(true: Any) -> Any:
    """What a batch writes down of one subject follows what stood there before it, each of them."""

    def record_all(session: Session, entries: Any, **named: Any) -> None:
        session.flush()
        heads = audit._heads(session, {entry.subject for entry in entries})
        links = [audit._link(entry, *heads.get(entry.subject, (0, GENESIS)), named["now"]) for entry in entries]
        session.connection().execute(audit._APPEND, links)

    return record_all


def forgets_assessments(true: Any) -> Any:
    """One move writes no event."""
    return lambda session, subject, action, **named: None if action == "ASSESS" else true(session, subject, action, **named)


def tidies_up(true: Any) -> Any:
    """The relay removes what looks like old noise: the trail of who signed in."""

    def once(rekom: Any) -> int:
        with rekom.database.write() as session:
            session.connection().execute(text("DELETE FROM audit_event WHERE subject LIKE 'staff:%'"))
        return int(true(rekom))

    return once


def skips_nothing(true: Any) -> Any:
    """A restore goes on where the backup stood."""
    return lambda session, receipt, actor, rekom, counter, skip: true(session, receipt, actor, rekom, counter, 0)


def sees_no_hands(_: Any) -> Any:
    """Nobody asks who had a hand in a case."""
    return lambda session, case, actor: facts.assessment_of(session, case)


def nothing(*_: Any, **__: Any) -> None:
    """A function that was switched off."""


def answer_last(_: Stage) -> Patch:
    """The effect first and its answer later, and nobody asks whether the person has a case."""
    first = patch.object(idempotency, "_first_time", key_after_effect(None))
    return both(first, patch.object(without_nik, "refuse_second", nothing))


def desk_for_all(_: Stage) -> Patch:
    """A desk that looks neither at who used a letter nor at whom it is for."""
    sees = patch.object(desk, "_answer", blind_to(desk.DeskAnswer.ALREADY_USED)(desk._answer))
    fits = patch.object(desk, "_fits", lambda *_: desk.DeskAnswer.VALID)
    return both(patch.object(desk, "_use", used_by_all(None)), sees, fits)


def key_forgotten(_: Stage) -> Patch:
    """A withdrawn key is looked at neither with the letter nor by itself."""
    asked = standing._asked

    def without(*words: Any) -> Any:
        return [one._replace(key_withdrawn=False) for one in asked(*words)]

    return both(patch.object(trust, "is_withdrawn", lambda *_: False), patch.object(standing, "_asked", without))


BUGS: tuple[Bug, ...] = (
    Bug("seats are counted in Python", replaced(seats, "_take", counted_in_python), gone=("checks",)),
    Bug("a seat is not given back", replaced(seats, "_release", lambda _: nothing)),
    Bug("the number is a maximum read before", replaced(letter_counter, "_raise", stale_maximum),
        gone=("letter.uq_letter_number", "letter.uq_letter_office_year_sequence")),
    Bug("the number is taken outside the transaction", replaced(letter_counter, "_raise", then_commits), CRASH, "approve"),
    Bug("the letter is committed before the state", replaced(letters, "sign", then_commits), CRASH, "approve"),
    Bug("a retry writes a second letter", replaced(letters, "sign", twice),
        gone=("uq_letter_live_case", "letter.uq_letter_decision_id")),
    Bug("a job is only rung for, and Redis was wiped", replaced(tasks, "add", only_rung)),
    Bug("a job delivered twice is concluded twice", replaced(tasks, "finish", finishes_always), gone=("uq_check_result_task",)),
    Bug("a step does not look where the case stands", replaced(advance, "find", any_state), gone=("triggers", "checks")),
    Bug("the Idempotency-Key is not looked at", replaced(idempotency, "check_key", lambda _: nothing), gone=("uq_case_file_open_nik",)),
    Bug("the key is stored after the effect", answer_last, CRASH, "open",
        gone=("uq_case_file_open_nik",)),
    Bug("two hospitals accept one letter", desk_for_all, gone=("acceptance.pk_acceptance", "checks", "triggers")),
    Bug("a late double is dropped", replaced(late_acceptances, "receive", drops_doubles), gone=("triggers",)),
    Bug("a letter that ran out is called good", replaced(desk, "_answer", blind_to(desk.DeskAnswer.EXPIRED))),
    Bug("a withdrawn key is not looked at", key_forgotten),
    Bug("a page that shows a person writes no look down", replaced(looked, "note", lambda _: nothing)),
    Bug("audit events are not chained", replaced(audit, "_last", unchained)),
    Bug("a batch of events begins its chains anew", replaced(audit, "_heads", unchained_batch)),
    Bug("a batch gives two events one place", replaced(audit, "record_all", one_place_for_all),
        gone=("triggers", "audit_event.uq_audit_event_subject_sequence", "audit_event.uq_audit_event_hash")),
    Bug("a move writes no event", replaced(audit, "record", forgets_assessments)),
    Bug("a chain of the trail is removed", replaced(relay, "once", tidies_up), gone=("triggers",)),
    Bug("who assessed may approve", replaced(decision, "_check_four_eyes", sees_no_hands),
        gone=("checks", "triggers")),
    Bug("a restore gives numbers again", replaced(restoring, "_go_on", skips_nothing), RESTORE),
)  # fmt: skip


# --- What the database would have refused ------------------------------------------------------------------


def loosen(on: Stage, gone: tuple[str, ...]) -> None:
    """Take away what stood in a bug's way, in this office's file alone."""
    on.office.rekom.database.engine.dispose()
    with closing(sqlite3.connect(on.file, isolation_level=None)) as tables:
        tables.execute("PRAGMA legacy_alter_table = ON")
        for name in gone:
            if name == "triggers":
                for (trigger,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    tables.execute(f'DROP TRIGGER "{trigger}"')
            elif "." in name:
                _without(tables, *name.split("."))
            elif name != "checks":
                tables.execute(f'DROP INDEX "{name}"')
    if "checks" in gone:
        event.listen(on.office.rekom.database.engine, "connect", _unchecked)


def _unchecked(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("PRAGMA foreign_keys = OFF")


def _without(tables: sqlite3.Connection, table: str, constraint: str) -> None:
    (sql,) = tables.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone()
    beside = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL"
    others = [row[0] for row in tables.execute(beside, [table])]
    loose, times = re.subn(rf",\s*CONSTRAINT {constraint} (UNIQUE|PRIMARY KEY) \([^)]*\)", "", sql)
    assert times == 1, f"{table} has no {constraint}"
    tables.execute(re.sub(rf'CREATE TABLE "?{table}"?', f'CREATE TABLE "{table}_loose"', loose, count=1))
    tables.execute(f'INSERT INTO "{table}_loose" SELECT * FROM "{table}"')
    tables.execute(f'DROP TABLE "{table}"')
    tables.execute(f'ALTER TABLE "{table}_loose" RENAME TO "{table}"')
    for other in others:
        tables.execute(other)
