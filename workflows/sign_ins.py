"""Who is signed in where, and ending it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import audit
from workflows.actor import Actor
from workflows.errors import NotFound
from workflows.records.sign_in import SignIn
from workflows.saying import say


def open_ones(session: Session, staff_id: int, *, now: datetime) -> Sequence[SignIn]:
    """A person's sessions that still count, the newest first."""
    query = select(SignIn).where(SignIn.staff_id == staff_id, col(SignIn.ended_at).is_(None), SignIn.expires_at > now)
    return session.exec(query.order_by(col(SignIn.created_at).desc(), col(SignIn.digest))).all()


def end(session: Session, handle: str, actor: Actor, *, now: datetime) -> None:
    """End one of the person's own sessions; ``NotFound`` also for somebody else's."""
    found = next((one for one in open_ones(session, actor.person_id, now=now) if one.handle == handle), None)
    if found is None:
        raise NotFound(say("Sesi ini sudah berakhir, atau bukan milik Anda. Muat ulang daftar sesi."))
    _end(found, session, now=now)
    audit.record_on_person(session, "END_SIGN_IN", actor=actor, now=now)


def end_all(session: Session, staff_id: int, *, now: datetime, but: str | None = None) -> int:
    """End a person's sessions, except the one with the digest ``but``; returns how many."""
    ending = [one for one in open_ones(session, staff_id, now=now) if one.digest != but]
    for one in ending:
        _end(one, session, now=now)
    return len(ending)


def _end(one: SignIn, session: Session, *, now: datetime) -> None:
    one.ended_at = now
    session.add(one)
