"""The SEP number of an episode of care: BPJS's own proof, typed by the hospital. It closes the loop."""

from datetime import datetime
from itertools import islice

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import advance, audit, transfers
from workflows.actor import Actor
from workflows.errors import Conflict, NotFound
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.episode import Episode
from workflows.records.letter import Letter
from workflows.saying import say
from workflows.states import Action, State


class SepTaken(Conflict):
    """The number stands at another patient, or this patient has another number."""

    slug = "nomor-sep-sudah-ada"
    sentence = "Nomor SEP ini sudah tercatat untuk pasien lain. Periksa nomornya di VClaim."


NOT_YOURS = say("Rumah sakit Anda belum menerima pasien dengan surat ini. Terima pasiennya dulu.")
OTHER_NUMBER = say("Pasien ini sudah punya nomor SEP lain. Periksa nomornya di VClaim.")
LONGEST_LIST = 200


def record_sep(session: Session, letter: Letter | None, sep_number: str, actor: Actor, *, now: datetime) -> Episode:
    """Keep the number of a patient this hospital has, accepted or taken over; the same number again changes nothing.

    The case is closed with it once BPJS has made the person active, and by itself as soon as BPJS does.
    """
    check(actor, Permission.ACCEPT_LETTER)
    if letter is None:
        raise NotFound(NOT_YOURS)
    case = advance.lock_by_id(session, letter.case_id)
    if session.get(Acceptance, letter.id) is None or transfers.holder(session, letter) != actor.hospital_code:
        raise NotFound(NOT_YOURS)
    known = session.get(Episode, letter.id)
    if known is not None:
        if known.sep_number != sep_number:
            raise SepTaken(OTHER_NUMBER)
        return known
    episode = _keep(session, letter, sep_number, actor, now)
    if case.state == State.ACTIVE:
        advance.advance(session, case, Action.RECORD_SEP, actor, now=now, letter=letter.number, sep=sep_number)
    else:
        audit.record(session, advance.subject(case), "SEP", actor=actor, now=now, sep=sep_number)
    return episode


def awaited(session: Session, hospital_code: str) -> list[tuple[Acceptance, Letter, Case]]:
    """A hospital's patients without a SEP number, the longest served first."""
    query = (
        select(Acceptance, Letter, Case)
        .join(Letter, col(Letter.id) == Acceptance.letter_id)
        .join(Case, col(Case.id) == Letter.case_id)
        .where(col(Case.closed_at).is_(None), col(Letter.id).not_in(select(Episode.letter_id)))
        .order_by(col(Acceptance.accepted_at))
    )
    found = (row for row in session.exec(query) if transfers.holder(session, row[1]) == hospital_code)
    return list(islice(found, LONGEST_LIST))


def _keep(session: Session, letter: Letter, sep_number: str, actor: Actor, now: datetime) -> Episode:
    assert letter.id is not None and actor.hospital_code is not None
    episode = Episode(
        letter_id=letter.id,
        hospital_code=actor.hospital_code,
        sep_number=sep_number,
        recorded_at=now,
        recorded_by=actor.person_id,
    )
    try:
        with session.begin_nested():
            session.add(episode)
            session.flush()
    except IntegrityError:
        raise SepTaken from None
    return episode
