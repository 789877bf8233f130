"""What remains of a case when its time is over: a tombstone with its numbers, days, outcomes and audit trail, and nothing of a person.

Rows stay, so that letters, seats, ledger and statistics add up as before; what says who somebody was gives way to words that
say that it is gone. A value that was never there stays absent, so constraints on pairs hold.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from workflows import audit, records
from workflows.actor import SYSTEM
from workflows.advance import subject
from workflows.records.case import Case
from workflows.records.erasure import Erasure
from workflows.records.household import Household, HouseholdMember
from workflows.records.letter import Letter
from workflows.retention import Over

GONE = "(dihapus)"
NO_PHONE = "-"
NO_BYTES = b""


def number_of(row: Any) -> str:
    """Sixteen digits in a NIK's or a family card's place, no two alike and none that anybody can have: no province is 00."""
    return f"{row.id:016d}"


def year_of(day: date) -> date:
    """The year is kept for counts; the day is gone."""
    return date(day.year, 1, 1)


def no_hash(_row: Any) -> str:
    """A fingerprint of nothing: what was hashed could be guessed again."""
    return secrets.token_hex(32)


Value = str | bytes | bool | int | Mapping[str, Any] | list[Any] | Callable[[Any], Any] | None
OF_CASE: Mapping[type[SQLModel], Mapping[str, Value]] = {
    records.Assessment: {"answers": {}, "note": GONE, "validation_note": GONE, "returned_reason": GONE},
    records.CasePaper: {"content": NO_BYTES, "thumbnail": NO_BYTES, "removed_reason": GONE},
    records.CheckResult: {"details": {}, "note": GONE, "input_hash": no_hash},
    records.CollectiveRow: {"nik": lambda row: f"{row.case_id:016d}", "name": GONE},
    records.Correction: {"resolution": GONE},
    records.DeathNotice: {"died_on": lambda row: year_of(row.died_on), "told_by": GONE, "note": GONE},
    records.Decision: {"reason": GONE},
    records.Duty: {"note": GONE},
    records.FindingSet: {"findings": [], "facts_hash": no_hash},
    HouseholdMember: {"name": GONE, "relation": GONE},
    Letter: {
        "draft": NO_BYTES,
        "scan": NO_BYTES,
        "pdf": NO_BYTES,
        "token": GONE,
        "signing_error": GONE,
        "revoked_reason": GONE,
        "replaced_reason": GONE,
    },
    records.ManualCheck: {"reason": GONE},
    records.Objection: {"objector": GONE, "relation": GONE, "grounds": GONE, "reason": GONE, "retracted_reason": GONE},
    records.Provisional: {"lapse_reason": GONE},
    records.Registration: {"details": {}, "reference": None, "card_number": None, "note": GONE},
    records.Removal: {"evidence": GONE, "member_seen": GONE},
    records.Task: {"input_hash": no_hash, "last_error": None},
    records.WebhookDelivery: {"body": "{}"},
    records.Withdrawal: {"words": GONE},
}
"""What gives way in rows of a case, by ``case_id``."""
OF_LETTER: Mapping[type[SQLModel], Mapping[str, Value]] = {
    records.Acceptance: {"registration_number": None},
    records.Episode: {"sep_number": lambda row: f"{row.letter_id:019d}"},
    records.Extension: {"note": GONE},
    records.Transfer: {"reason": GONE, "registration_number": None, "note": GONE},
}
"""The same in rows of its letters, by ``letter_id``."""
TOMBSTONE = 0
"""A tombstone's version: no saved change has it, and the database refuses any after it."""
OF_ITSELF: Mapping[str, Value] = {
    "version": TOMBSTONE,
    "nik": number_of,
    "mother_nik": number_of,
    "other_number": GONE,
    "name": GONE,
    "birth_date": lambda case: year_of(case.birth_date),
    "birth_estimated": True,
    "phone": NO_PHONE,
    "kk": number_of,
    "address": GONE,
    "domicile_code": None,
    "resident_since": None,
    "admitted_at": None,
    "diagnosis": None,
    "letter_chosen_reason": GONE,
    "proxy_name": GONE,
    "proxy_relation": GONE,
    "proxy_phone": None,
    "proxy_paper": None,
}


def erase(session: Session, case: Case, over: Over, *, now: datetime) -> None:
    """Turn a closed case into its tombstone, in one transaction under its row lock; the database refuses it for a held one."""
    assert case.id is not None
    term = over.term
    session.add(Erasure(case_id=case.id, kind=over.kind, days=term.days, reference=term.reference[:500], due_on=over.due_on, erased_at=now))
    session.flush()  # first, so that what protects signed lists lets their names go
    for row, values in _rows(session, case):
        _blank(row, values)
        session.add(row)
    _blank(case, OF_ITSELF)
    session.add(case)
    session.flush()
    _close_household(session, case)
    audit.record(session, subject(case), "ERASED", actor=SYSTEM, now=now, kind=over.kind.value, days=term.days, reference=term.reference)


def is_erased(session: Session, case: Case) -> bool:
    """Whether only the tombstone is left."""
    return session.get(Erasure, case.id) is not None


def _rows(session: Session, case: Case) -> Iterator[tuple[SQLModel, Mapping[str, Value]]]:
    for kind, values in OF_CASE.items():
        for row in session.exec(select(kind).where(_column(kind, "case_id") == case.id)):
            yield row, values
    letters = list(session.exec(select(Letter.id).where(Letter.case_id == case.id)))
    for kind, values in OF_LETTER.items():
        for row in session.exec(select(kind).where(_column(kind, "letter_id").in_(letters))):
            yield row, values


def _column(kind: type[SQLModel], name: str) -> Any:
    return getattr(kind, name)


def _blank(row: SQLModel, values: Mapping[str, Value]) -> None:
    found = {name: value(row) if callable(value) else value for name, value in values.items() if getattr(row, name) is not None}
    for name, value in found.items():
        setattr(row, name, value)


def _close_household(session: Session, case: Case) -> None:
    """The family card's own number goes with the last of the family whose case is still known."""
    member = session.exec(select(HouseholdMember).where(HouseholdMember.case_id == case.id)).first()
    if member is None:
        return
    family = session.exec(select(HouseholdMember).where(HouseholdMember.household_id == member.household_id)).all()
    gone = set(session.exec(select(Erasure.case_id).where(col(Erasure.case_id).in_([one.case_id for one in family if one.case_id]))))
    if any(one.case_id not in gone for one in family if one.case_id):
        return
    household = session.get_one(Household, member.household_id)
    household.kk = number_of(household)
    for one in family:
        one.name = one.relation = GONE
    session.add_all([household, *family])
    session.flush()
