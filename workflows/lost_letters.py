"""Letters given between a backup and its restore: real outside, unknown here. Their seals tell them, so nobody calls them forged."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from workflows import audit
from workflows.actor import Actor
from workflows.errors import Conflict
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter
from workflows.records.premium_letter import PremiumLetter
from workflows.records.readopted import ReadoptedLetter
from workflows.vocabulary import LetterType

RESTORES = "restore"
"""The chain of the audit trail that knows of each restore."""
SLACK = timedelta(minutes=5)
"""A letter's hour is written in whole seconds, by a clock that may differ a little from the backup's."""


class NotLost(Conflict):
    """A true seal of a letter that no restore explains."""

    slug = "bukan-surat-hilang"
    sentence = "Surat ini tidak terbit di antara cadangan dan pemulihannya. Periksa nomornya, lalu hubungi pengembang bila perlu."


class NumberGivenAgain(Conflict):
    """The office gave a lost letter's number to another one before it was told of the lost one."""

    slug = "nomor-surat-hilang-terpakai"
    sentence = "Nomor surat hilang ini sudah diberikan kepada surat lain. Bandingkan kedua surat, lalu cabut yang baru."


@dataclass(frozen=True, slots=True)
class Lost:
    """What a true seal says of a letter; ``hospital_code`` None is any. ``known`` where it was taken in again."""

    token: str
    token_id: str
    key_id: str
    number: str
    type: LetterType
    nik_digest: bytes
    hospital_code: str | None
    valid_from: datetime
    valid_until: datetime
    known: bool = False


def is_known(session: Session, token_id: str) -> bool:
    """Whether a lost letter was taken in again."""
    return session.get(ReadoptedLetter, token_id) is not None


def is_lost(session: Session, given_at: datetime) -> bool:
    """Whether a letter given at a moment fell between a backup and its restore."""
    for event in audit.events_of(session, RESTORES):
        if event.action == "RESTORE" and datetime.fromisoformat(event.detail["backup_of"]) - SLACK <= given_at <= event.at + SLACK:
            return True
    return False


def readopt(session: Session, lost: Lost, actor: Actor, *, now: datetime) -> bool:
    """Take a lost letter in again; false where it was already.

    ``NotLost`` where no restore explains it, ``NumberGivenAgain`` where two letters have its number now.
    """
    if is_known(session, lost.token_id):
        return False
    if not is_lost(session, lost.valid_from):
        raise NotLost
    if _is_given(session, lost.number):
        raise NumberGivenAgain
    session.add(
        ReadoptedLetter(
            token_id=lost.token_id,
            token_sha256=hashlib.sha256(lost.token.upper().encode()).hexdigest(),
            number=lost.number,
            type=lost.type,
            nik_digest=lost.nik_digest.hex(),
            hospital_code=lost.hospital_code,
            key_id=lost.key_id,
            valid_from=lost.valid_from,
            valid_until=lost.valid_until,
            taken_in_at=now,
            taken_in_by=actor.name,
        )
    )
    audit.record(session, RESTORES, "READOPT", actor=actor, now=now, letter=lost.number)
    return True


def is_taken(session: Session, number: str) -> bool:
    """Whether a lost letter has this number."""
    return session.exec(select(ReadoptedLetter.token_id).where(ReadoptedLetter.number == number)).first() is not None


def _is_given(session: Session, number: str) -> bool:
    given = (select(table.number).where(table.number == number) for table in (Letter, CollectiveLetter, PremiumLetter))
    return is_taken(session, number) or any(session.exec(query).first() is not None for query in given)
