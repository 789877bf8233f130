"""A region's contracts with hospitals: where policy says so, letter C guarantees a bill only under one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from workflows import advance, audit
from workflows.actor import Actor
from workflows.errors import InvalidInput, NotAllowed, NotFound
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.saying import say
from workflows.vocabulary import LetterType


@dataclass(frozen=True, slots=True)
class Contract:
    """A cooperation agreement (PKS) from its first day to its last."""

    number: str
    first: date
    last: date


def sign_contract(session: Session, code: str, new: Contract, actor: Actor, *, now: datetime) -> Hospital:
    """Note the agreement in force with a hospital; it takes the place of the one noted before, and open cases for a guarantee there are
    weighed anew."""
    check(actor, Permission.MANAGE_STAFF)
    hospital = session.get(Hospital, code)
    if hospital is None:
        raise NotFound(say("Rumah sakit {code} belum terdaftar. Periksa kodenya di daftar rumah sakit.", code=code))
    if actor.id is not None and actor.region_code != hospital.region_code:
        raise NotAllowed(say("Anda hanya mengelola rumah sakit daerah Anda sendiri. Hubungi admin daerah itu."))
    if new.last < new.first or not new.number.strip():
        raise InvalidInput(say("Isi nomor perjanjian, hari pertama, dan hari terakhir yang tidak lebih awal."))
    hospital.contract_number, hospital.contract_from, hospital.contract_until = new.number.strip(), new.first, new.last
    session.add(hospital)
    session.flush()
    detail = {"code": code, "contract": hospital.contract_number, "first": new.first.isoformat(), "last": new.last.isoformat()}
    audit.record(session, f"office:{hospital.region_code}", "SIGN_CONTRACT", actor=actor, now=now, **detail)
    _weigh_again(session, code, now=now)
    return hospital


def _weigh_again(session: Session, code: str, *, now: datetime) -> None:
    guaranteed = Case.hospital_code == code, Case.letter_type == LetterType.JAMINAN_PELAYANAN, col(Case.closed_at).is_(None)
    for case in session.exec(select(Case).where(*guaranteed).order_by(col(Case.id))):
        advance.weigh_again(session, case, now=now)
