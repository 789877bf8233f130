"""The bedside lane: a hospital opens the case with whatever exists, and has a provisional token before any registry is asked.

Papers follow within the region's hours. Both sides see the clock and are reminded once; only a named person of the office
lets a token lapse.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from workflows import advance, audit, clocks, intake
from workflows.actor import SYSTEM, Actor
from workflows.errors import Conflict, NotAllowed, NotFound, OpenCaseExists, PolicyRefused, TransitionRefused
from workflows.intake import Intake
from workflows.permissions import Permission, check
from workflows.records.bedside import Provisional
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.rules.policy import PolicyBook, RegionPolicy
from workflows.saying import say
from workflows.sealed import SealBroken
from workflows.states import FINAL, LETTER_OUT, Action
from workflows.vocabulary import Channel, DocumentType

SOON = 4
"""Both sides are reminded when a quarter of the time is left."""
COMPLETE = say("Berkasnya sudah lengkap, jadi tanda ini tidak gugur karena batas berkas. Lanjutkan berkasnya.")


class Cover(StrEnum):
    """How a provisional token stands. LATE runs on until somebody says otherwise."""

    RUNNING = "RUNNING"
    LATE = "LATE"
    COMPLETE = "COMPLETE"
    LETTER = "LETTER"
    LAPSED = "LAPSED"
    CLOSED = "CLOSED"


class NotDueYet(Conflict):
    """The papers may still come in time."""

    slug = "tanda-sementara-masih-berjalan"
    sentence = "Batas berkas belum lewat. Tanda sementara ini masih berjalan."


@dataclass(frozen=True, slots=True)
class Bedside:
    """One bedside case as both sides see it: its token, how it stands, and which papers are missing."""

    provisional: Provisional
    case: Case
    hospital: Hospital
    cover: Cover
    missing: tuple[str, ...]


def open_case(session: Session, given: Intake, actor: Actor, policy: RegionPolicy, due: datetime, *, now: datetime) -> Bedside:
    """Open the case for the actor's own hospital and give its token in the same transaction; no registry is waited for.

    ``due`` is when the region wants the papers. ``OpenCaseExists`` where the person has an open case already.
    """
    check(actor, Permission.OPEN_AT_BEDSIDE)
    if actor.hospital_code is None:
        raise NotAllowed(say("Akun ini bukan akun rumah sakit. Mintalah akun loket kepada admin."))
    here = replace(given, hospital_code=actor.hospital_code, channel=Channel.RS)
    try:
        case = intake.open_anywhere(session, here, actor, policy, now=now)
    except OpenCaseExists as error:
        known = say(
            "Orang ini sudah punya berkas terbuka (nomor {ticket}). Periksa NIK-nya di halaman Periksa surat. Pasien tetap dilayani.",
            ticket=error.context["ticket"],
        )
        raise OpenCaseExists(known, **error.context) from None
    assert case.id is not None
    token_id = secrets.token_hex(16)
    provisional = Provisional(
        case_id=case.id, token_id=token_id, hospital_code=actor.hospital_code, given_by=actor.person_id, given_at=now, papers_due=due
    )
    session.add(provisional)
    session.flush()
    detail = {"hospital": actor.hospital_code, "papers_due": due.isoformat()}
    audit.record(session, advance.subject(case), "BEDSIDE", actor=actor, now=now, **detail)
    return _shown(session, provisional, case, policy, now=now)


def note_papers(session: Session, token_id: str, documents: frozenset[DocumentType], actor: Actor, *, now: datetime) -> Case:
    """Papers the hospital has in hand by now; the region's clock stops with the last one it asks for.

    ``NotFound`` for a token that is not the actor's hospital's.
    """
    check(actor, Permission.OPEN_AT_BEDSIDE)
    provisional, _ = of_own(session, token_id, actor)
    case = advance.lock_by_id(session, provisional.case_id)
    if case.state not in intake.AMENDABLE_STATES:
        raise TransitionRefused(say("Berkas ini sudah diputus. Berkas susulan tidak diperlukan lagi."))
    intake.add_documents(session, case, documents, actor, now=now)
    audit.record(session, advance.subject(case), "AMEND", actor=actor, now=now, fields=[], documents=sorted(documents))
    advance.check_again(session, case, now=now)
    advance.weigh_again(session, case, now=now)
    return case


def of_own(session: Session, token_id: str, actor: Actor) -> tuple[Provisional, Case]:
    """A token of the actor's own hospital; another hospital's is as unknown as one that never was."""
    found = by_token(session, token_id)
    if found is None or found[0].hospital_code != actor.hospital_code:
        raise NotFound(say("Tanda sementara ini bukan milik rumah sakit Anda. Periksa kodenya."))
    return found


def by_token(session: Session, token_id: str) -> tuple[Provisional, Case] | None:
    """The token behind a public status page, in capitals as its QR has it or not."""
    return session.exec(select(Provisional, Case).join(Case).where(Provisional.token_id == token_id.lower())).first()


def of_hospital(session: Session, hospital_code: str, *, limit: int = 100) -> list[tuple[Provisional, Case]]:
    """A hospital's bedside cases, newest first."""
    query = select(Provisional, Case).join(Case).where(Provisional.hospital_code == hospital_code)
    return list(session.exec(query.order_by(col(Provisional.case_id).desc()).limit(limit)))


def of_region(session: Session, region_code: str) -> list[tuple[Provisional, Case]]:
    """An office's bedside cases that are not closed, the first to be late on top."""
    query = select(Provisional, Case).join(Case).where(Case.region_code == region_code, col(Case.closed_at).is_(None))
    return list(session.exec(query.order_by(col(Provisional.papers_due))))


def shown(session: Session, found: tuple[Provisional, Case], policy: RegionPolicy, *, now: datetime) -> Bedside:
    """The same with how it stands."""
    return _shown(session, *found, policy, now=now)


def remind(session: Session, case_id: int, book: PolicyBook, *, now: datetime) -> None:
    """Remind both sides, once, while papers are missing: it stands in the case's story and marks the hospital's list."""
    case = advance.lock_by_id(session, case_id)
    provisional = session.get_one(Provisional, case_id, populate_existing=True)
    if provisional.reminded_at is None and case.closed_at is None and _waits(session, provisional, book, now=now):
        provisional.reminded_at = now
        session.add(provisional)
        audit.record(session, advance.subject(case), "REMIND_PAPERS", actor=SYSTEM, now=now, papers_due=provisional.papers_due.isoformat())


def to_remind(session: Session, book: PolicyBook, *, now: datetime) -> list[int]:
    """Case ids whose papers are nearly due and not all there, and of whom nobody was reminded; the first due on top."""
    query = select(Provisional).join(Case).where(col(Provisional.reminded_at).is_(None), col(Case.closed_at).is_(None))
    waiting = session.exec(query.order_by(col(Provisional.papers_due))).all()
    soon = [one for one in waiting if (one.papers_due - now) * SOON <= one.papers_due - one.given_at]
    return [one.case_id for one in soon if _waits(session, one, book, now=now)]


def lapse(session: Session, case: Case, reason: str, book: PolicyBook, actor: Actor, *, now: datetime) -> Provisional:
    """End a token whose papers did not come: the case is closed by a named person, with a reason the hospital reads.

    ``NotDueYet`` while they may still come, and where they are all there.
    """
    check(actor, Permission.WITHDRAW)
    provisional = session.get(Provisional, case.id)
    if provisional is None:
        raise NotFound(say("Berkas ini tidak dibuka rumah sakit. Batalkan seperti berkas lain."))
    if provisional.papers_due > now:
        raise NotDueYet
    policy = book.pinned(case.region_code, case.policy_valid_from)
    if _shown(session, provisional, case, policy, now=now).cover is Cover.COMPLETE:
        raise NotDueYet(COMPLETE)
    advance.advance(session, case, Action.WITHDRAW, actor, now=now, reason=reason)
    provisional.lapsed_at, provisional.lapsed_by, provisional.lapse_reason = now, actor.person_id, reason
    session.add(provisional)
    session.flush()
    audit.record(session, advance.subject(case), "LAPSE", actor=actor, now=now, reason=reason)
    return provisional


def _waits(session: Session, provisional: Provisional, book: PolicyBook, *, now: datetime) -> bool:
    try:
        case = session.get_one(Case, provisional.case_id)
        policy = book.pinned(case.region_code, case.policy_valid_from)
    except (PolicyRefused, SealBroken):  # nobody can say what is missing: rather one reminder too many
        return True
    return _shown(session, provisional, case, policy, now=now).cover in (Cover.RUNNING, Cover.LATE)


def _shown(session: Session, provisional: Provisional, case: Case, policy: RegionPolicy, *, now: datetime) -> Bedside:
    seen = clocks.papers_seen(session, [case]).get(provisional.case_id, {})
    missing = tuple(paper for paper in clocks.asked_of(case, policy) if paper not in seen)
    hospital = session.get_one(Hospital, provisional.hospital_code)
    return Bedside(provisional, case, hospital, _cover(provisional, case, missing, now), missing)


def _cover(provisional: Provisional, case: Case, missing: tuple[str, ...], now: datetime) -> Cover:
    if provisional.lapsed_at is not None:
        return Cover.LAPSED
    if case.state in LETTER_OUT:
        return Cover.LETTER
    if case.state in FINAL:
        return Cover.CLOSED
    if not missing:
        return Cover.COMPLETE
    return Cover.LATE if provisional.papers_due <= now else Cover.RUNNING
