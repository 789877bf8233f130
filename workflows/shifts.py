"""A hospital's day: who was accepted, by letter or by a move, and what went wrong."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import extensions, late_acceptances, transfers
from workflows.actor import Actor
from workflows.errors import NotAllowed
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.extension import Extension
from workflows.records.hospital import Hospital
from workflows.records.late_acceptance import LateAcceptance
from workflows.records.letter import Letter
from workflows.records.staff import Staff
from workflows.records.transfer import Transfer, TransferOutcome
from workflows.saying import say


@dataclass(frozen=True, slots=True)
class Admission:
    """One patient the hospital has by a letter; ``moved`` where another hospital accepted her first."""

    letter: Letter
    case: Case
    at: datetime
    by: str
    registration_number: str | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A day's list, oldest first, with acceptances that arrived late and could not be used, and moves and new letters that
    are asked for or were answered today. ``asked_of_us`` are moves that another hospital asked for."""

    admissions: tuple[Admission, ...]
    troubles: tuple[tuple[LateAcceptance, Letter | None], ...]
    asked: tuple[tuple[Transfer, Letter], ...]
    asked_of_us: tuple[tuple[Transfer, Letter, Hospital], ...]
    prolonged: tuple[tuple[Extension, Letter], ...]


def today(session: Session, actor: Actor, timezone: str, *, now: datetime) -> Shift:
    """The hospital's list since midnight of the region's own day."""
    check(actor, Permission.ACCEPT_LETTER)
    if actor.hospital_code is None:
        raise NotAllowed(say("Akun ini bukan akun rumah sakit. Mintalah akun loket kepada admin."))
    midnight = now.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [*_accepted(session, actor.hospital_code, midnight), *_moved(session, actor.hospital_code, midnight)]
    return Shift(
        admissions=tuple(sorted(found, key=lambda admission: (admission.at, admission.letter.id or 0))),
        troubles=tuple(late_acceptances.of_hospital(session, actor.hospital_code, since=midnight)),
        asked=tuple(transfers.of_hospital(session, actor.hospital_code, since=midnight)),
        asked_of_us=tuple(transfers.from_hospital(session, actor.hospital_code, since=midnight)),
        prolonged=tuple(extensions.of_hospital(session, actor.hospital_code, since=midnight)),
    )


def _accepted(session: Session, hospital_code: str, since: datetime) -> list[Admission]:
    query = select(Acceptance, Letter, Case, Staff.name).join(Letter, col(Letter.id) == Acceptance.letter_id)
    query = query.join(Case, col(Case.id) == Letter.case_id).join(Staff, col(Staff.id) == Acceptance.accepted_by)
    rows = session.exec(query.where(Acceptance.hospital_code == hospital_code, Acceptance.accepted_at >= since))
    return [
        Admission(letter, case, accepted.accepted_at, name, accepted.registration_number, moved=False)
        for accepted, letter, case, name in rows
    ]


def _moved(session: Session, hospital_code: str, since: datetime) -> list[Admission]:
    """Letters that were in use elsewhere; one that was only named elsewhere has an acceptance of its own."""
    query = select(Transfer, Letter, Case, Staff.name).join(Letter, col(Letter.id) == Transfer.letter_id)
    query = query.join(Case, col(Case.id) == Letter.case_id).join(Staff, col(Staff.id) == Transfer.requested_by)
    query = query.join(Acceptance, col(Acceptance.letter_id) == Letter.id)
    here = (Transfer.to_hospital == hospital_code) & (Transfer.outcome == TransferOutcome.CONFIRMED)
    elsewhere = Acceptance.hospital_code != hospital_code
    rows = session.exec(query.where(here, elsewhere, col(Transfer.decided_at) >= since))
    return [
        Admission(letter, case, moved.decided_at, name, moved.registration_number, moved=True)
        for moved, letter, case, name in rows
        if moved.decided_at
    ]
