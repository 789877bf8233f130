"""Handing a letter E out: the original once, then copies that are marked, counted and in its audit trail, like every letter's."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from workflows import audit, collective, collective_paper
from workflows.actor import Actor
from workflows.collective_paper import CollectiveQuestion
from workflows.collective_states import CollectiveStatus
from workflows.errors import NotFound, TransitionRefused
from workflows.permissions import Permission, check
from workflows.records.collective import CollectiveLetter
from workflows.records.reprint import CollectiveReprint
from workflows.reprints import ORIGINAL
from workflows.retention import Erased
from workflows.saying import say


@dataclass(frozen=True, slots=True)
class CollectiveCopy:
    """One paper to hand out: the original as it is, or what the press needs for a marked copy."""

    question: CollectiveQuestion
    original: bytes
    token: str
    ordinal: int


def take(session: Session, letter: CollectiveLetter, actor: Actor, *, now: datetime) -> CollectiveCopy:
    """Count one more paper, under the letter's lock; a marked one is set afterwards, outside the transaction.

    ``NotFound`` where there is no paper yet, ``TransitionRefused`` where the letter is good no more, ``Erased`` where its paper is.
    """
    check(actor, Permission.READ_LETTER)
    if letter.pdf is None or letter.token is None or letter.id is None:
        raise NotFound(say("Surat pengantar ini belum terbit."))
    if not letter.pdf:
        raise Erased(say("Kertas surat pengantar ini sudah dihapus menurut jadwal retensi. Nomor dan SHA-256-nya tetap."))
    if letter.status != CollectiveStatus.ISSUED:
        raise TransitionRefused(say("Hanya surat pengantar yang berlaku dapat dicetak. Muat ulang halaman."))
    ordinal = next_ordinal(session, letter)
    session.add(CollectiveReprint(collective_id=letter.id, ordinal=ordinal, printed_by=actor.person_id, printed_at=now))
    session.flush()
    action = "PRINT" if ordinal == ORIGINAL else "REPRINT"
    audit.record(session, collective.subject(letter), action, actor=actor, now=now, letter=letter.number, ordinal=ordinal)
    return CollectiveCopy(collective_paper.question_of(session, letter), letter.pdf, letter.token, ordinal)


def next_ordinal(session: Session, letter: CollectiveLetter) -> int:
    """Which paper the next one is; ``ORIGINAL`` where none was handed out."""
    last = func.coalesce(func.max(col(CollectiveReprint.ordinal)), ORIGINAL - 1)
    return int(session.exec(select(last).where(CollectiveReprint.collective_id == letter.id)).one()) + 1
