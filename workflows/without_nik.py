"""People without a NIK: what must stand in its place, one open case each, and the NIK that comes later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import advance, audit
from workflows.actor import Actor
from workflows.errors import InvalidInput, OpenCaseExists, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.saying import say
from workflows.states import LETTER_OUT, State
from workflows.vocabulary import NoNik

TOLD_APART_BY: Mapping[NoNik, tuple[str, ...]] = {
    NoNik.NEWBORN: ("mother_nik", "name"),
    NoNik.UNIDENTIFIED: ("hospital_code", "other_number"),
    NoNik.FOREIGNER: ("other_number",),
    NoNik.HOMELESS: (),
}
"""What tells one open case from another, as the database's indexes do. Of the homeless a person compares names."""

MISSING: Mapping[str, str] = {
    "mother_nik": "Isi NIK ibu. Bayi dikenal dari ibunya sampai punya NIK sendiri.",
    "hospital_code": "Pilih rumah sakit. Pasien yang belum dikenal selalu berada di satu rumah sakit.",
    "other_number": "Isi nomor penggantinya: nomor rekam medis, atau nomor paspor.",
    "name": "Isi nama, atau sebutan seperti PASIEN TAK DIKENAL.",
}

NIK_MAY_COME = frozenset({State.RECEIVED, State.CHECKED, State.ASSESSMENT, State.LETTER_ISSUED, State.ACCEPTED, State.REGISTERING})
"""While nobody's word on the person is waited for: an assessment was of whom it was of."""


@dataclass(frozen=True, slots=True)
class Identified:
    """What became known; a name or birth date that was only guessed is mended with it."""

    nik: str
    name: str | None = None
    birth_date: date | None = None


def check_stands_in(known: Mapping[str, Any]) -> None:
    """``InvalidInput`` at the field that must stand in the place of the NIK."""
    why: NoNik | None = known["no_nik"]
    if known["nik"] is not None:
        if why is not None:
            raise InvalidInput(say("Pilih alasan tanpa NIK hanya bila NIK dikosongkan."), field="no_nik")
        return
    if why is None:
        raise InvalidInput(say("Isi NIK, atau pilih mengapa orang ini belum punya NIK."), field="nik")
    if known["sex"] is None:
        raise InvalidInput(say("Pilih jenis kelamin. Tanpa NIK, Rekom tidak mengetahuinya."), field="sex")
    for name in TOLD_APART_BY[why]:
        if known[name] is None:
            raise InvalidInput(MISSING[name], field=name)


def refuse_second(session: Session, known: Mapping[str, Any]) -> None:
    """``OpenCaseExists`` with the ticket of the case this person already has."""
    query = select(Case.ticket).where(col(Case.closed_at).is_(None))
    if known["nik"] is not None:
        query = query.where(Case.nik == known["nik"])
    elif told := TOLD_APART_BY[known["no_nik"]]:
        query = query.where(Case.no_nik == known["no_nik"], col(Case.nik).is_(None), *(getattr(Case, name) == known[name] for name in told))
    else:
        return
    if (first := session.exec(query).first()) is not None:
        raise OpenCaseExists(say("Sudah ada berkas terbuka untuk orang ini (nomor {first}). Buka berkas itu.", first=first), ticket=first)


def identify(session: Session, case: Case, found: Identified, actor: Actor, *, now: datetime) -> None:
    """Add the NIK that became known; every registry is asked by it, and the findings are weighed again.

    After the hospital's acceptance only the number is added: what was decided stays as it was decided.
    """
    check(actor, Permission.AMEND_CASE)
    if case.nik is not None:
        raise TransitionRefused(say("Berkas ini sudah punya NIK. NIK lain berarti berkas lain."))
    if case.state not in NIK_MAY_COME:
        raise TransitionRefused(say("NIK dapat ditambahkan sebelum penilaian atau sesudah surat terbit. Mintalah berkas dikembalikan."))
    changes = _changes(case, found)
    if case.closed_at is None:
        refuse_second(session, {"nik": found.nik})
    try:
        with session.begin_nested():
            _apply(session, case, changes)
    except IntegrityError:
        refuse_second(session, {"nik": found.nik})
        raise
    audit.record(session, advance.subject(case), "IDENTIFY", actor=actor, now=now, fields=sorted(changes))
    advance.check_again(session, case, now=now)
    advance.weigh_again(session, case, now=now)


def _changes(case: Case, found: Identified) -> dict[str, object]:
    decided = case.state in LETTER_OUT
    mended = {} if decided else {"name": found.name, "birth_date": found.birth_date}
    known = {name: value for name, value in mended.items() if value is not None}
    return {"nik": found.nik, **known, **({"birth_estimated": False} if "birth_date" in known else {})}


def _apply(session: Session, case: Case, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        setattr(case, name, value)
    case.version += 1
    session.add(case)
    session.flush()
