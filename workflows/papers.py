"""The papers of a case as pictures: kept when they come, looked at one by one, removed with a reason while the case is open.

A paper whose picture is kept was seen by the office: it counts as there, and the findings are made again.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select, update

from workflows import advance, audit, intake
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound, TransitionRefused
from workflows.permissions import Permission, can_see, check
from workflows.records.case import Case, CaseDocument
from workflows.records.case_paper import CasePaper, PaperKind, PaperWay
from workflows.records.staff import Staff
from workflows.revealing import LONG_NUMBER
from workflows.saying import say
from workflows.sealed import EMPTY
from workflows.vocabulary import DocumentType

LARGEST = 10 * 1024 * 1024
"""Bytes of one file as a telephone or a scanner sends it."""
MOST = 10
"""Pictures of one paper of one case."""
NO_PICTURE = say("Foto ini tidak ada, atau sudah dihapus. Muat ulang halaman foto.")
CLOSED = say("Berkas sudah ditutup. Fotonya tidak dapat diubah lagi.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A paper as the decoder gave it back; a PDF has no thumbnail."""

    kind: PaperKind
    content: bytes
    thumbnail: bytes | None


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """One picture without its content: ``size`` in bytes, a ``thumbnail`` too small to read; a removed one says by whom and why."""

    handle: str
    type: DocumentType
    kind: PaperKind
    way: PaperWay
    sha256: str
    size: int
    thumbnail: bytes | None
    kept_at: datetime
    kept_by: str
    removed_at: datetime | None
    removed_by: str | None
    removed_reason: str | None


def keep(session: Session, case: Case, paper: DocumentType, picture: Picture, way: PaperWay, actor: Actor, *, now: datetime) -> CasePaper:
    """Keep one picture, under the case's lock; the same one again is the one that is kept."""
    check(actor, Permission.AMEND_CASE)
    if case.closed_at is not None:
        raise TransitionRefused(CLOSED)
    sha256 = hashlib.sha256(picture.content).hexdigest()
    kept = select(CasePaper).where(CasePaper.case_id == case.id, CasePaper.type == paper, col(CasePaper.removed_at).is_(None))
    if known := session.exec(kept.where(CasePaper.sha256 == sha256)).first():
        return known
    if session.exec(select(func.count()).select_from(kept.subquery())).one() >= MOST:
        raise InvalidInput(say("Sudah ada {most} foto untuk berkas ini. Hapus yang tidak perlu, lalu unggah lagi.", most=MOST))
    assert case.id is not None
    added = CasePaper(
        handle=secrets.token_urlsafe(9),
        case_id=case.id,
        type=paper,
        kind=picture.kind,
        way=way,
        sha256=sha256,
        size=len(picture.content),
        content=picture.content,
        thumbnail=picture.thumbnail,
        kept_at=now,
        kept_by=actor.person_id,
    )
    session.add(added)
    session.flush()
    audit.record(session, advance.subject(case), "KEEP_PAPER", actor=actor, now=now, paper=paper.value, way=way.value, sha256=sha256)
    _note_seen(session, case, paper, actor, now=now)
    return added


def remove(session: Session, case: Case, handle: str, reason: str, actor: Actor, *, now: datetime) -> None:
    """Let a picture go, under the case's lock; that it was there, who removed it and why stays. The paper still counts as seen."""
    check(actor, Permission.AMEND_CASE)
    if case.closed_at is not None:
        raise TransitionRefused(CLOSED)
    if LONG_NUMBER.search(reason):
        raise InvalidInput(say("Tulis alasan tanpa NIK atau nomor lain."), field="reason")
    found = _find(session, case, handle)
    if found.removed_at is not None:
        raise Conflict(say("Foto ini sudah dihapus. Muat ulang halaman foto."))
    gone = {"content": EMPTY, "thumbnail": None if found.thumbnail is None else EMPTY}
    said = {"removed_at": now, "removed_by": actor.person_id, "removed_reason": reason}
    session.exec(update(CasePaper).where(col(CasePaper.id) == found.id).values(**gone, **said))
    paper, sha256 = found.type.value, found.sha256
    audit.record(session, advance.subject(case), "REMOVE_PAPER", actor=actor, now=now, paper=paper, sha256=sha256, reason=reason)


def of_case(session: Session, case: Case) -> tuple[KeptPaper, ...]:
    """Every picture of a case somebody may see, removed ones included, in the order they came."""
    one, keeper, remover = CasePaper, aliased(Staff), aliased(Staff)
    query = (
        select(  # type: ignore[call-overload]
            *(one.handle, one.type, one.kind, one.way, one.sha256, one.size, one.thumbnail, one.kept_at, keeper.name),
            *(one.removed_at, remover.name, one.removed_reason),
        )
        .join(keeper, col(keeper.id) == one.kept_by)
        .outerjoin(remover, col(remover.id) == one.removed_by)
    )
    return tuple(KeptPaper(*row) for row in session.exec(query.where(one.case_id == case.id).order_by(col(one.id))))


def look_at(session: Session, ticket: str, handle: str, actor: Actor) -> CasePaper:
    """One picture with its content; ``NotFound`` also for a case of another office, and once it is removed."""
    case = session.exec(select(Case).where(Case.ticket == ticket)).first()
    if case is None or not can_see(actor, case):
        raise NotFound(advance.NO_CASE)
    found = _find(session, case, handle)
    if found.removed_at is not None or not found.content:  # removed, or the case's time is over
        raise NotFound(NO_PICTURE)
    return found


def _find(session: Session, case: Case, handle: str) -> CasePaper:
    found = session.exec(select(CasePaper).where(CasePaper.case_id == case.id, CasePaper.handle == handle)).first()
    if found is None:
        raise NotFound(NO_PICTURE)
    return found


def _note_seen(session: Session, case: Case, paper: DocumentType, actor: Actor, *, now: datetime) -> None:
    """A paper that comes after the decision is kept and changes nothing of what was decided on."""
    if case.state not in intake.AMENDABLE_STATES or session.get(CaseDocument, (case.id, paper)) is not None:
        return
    intake.add_documents(session, case, frozenset({paper}), actor, now=now)
    advance.weigh_again(session, case, now=now)
