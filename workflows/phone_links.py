"""Handing the camera over: one link for one case, one officer, one telephone and ten minutes."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from workflows import advance, audit
from workflows.actor import Actor
from workflows.errors import NotFound, TransitionRefused
from workflows.papers import CLOSED
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.phone_link import MOST, PhoneLink
from workflows.saying import say

LIFE = timedelta(minutes=10)
OVER = say("Tautan ini tidak berlaku lagi. Buat kode QR baru di layar loket, lalu pindai lagi.")
OTHER_PHONE = say("Tautan ini sudah dipakai ponsel lain. Buat kode QR baru di layar loket, lalu pindai lagi.")


def digest(text: str) -> str:
    """What is stored of a random token."""
    return hashlib.sha256(text.encode()).hexdigest()


def make(session: Session, case: Case, token: str, sign_in: str, actor: Actor, *, now: datetime) -> PhoneLink:
    """A link for the officer of a session, under the case's lock; the officer's earlier one for this case ends."""
    check(actor, Permission.AMEND_CASE)
    if case.closed_at is not None:
        raise TransitionRefused(CLOSED)
    end(session, case, actor, now=now)
    assert case.id is not None
    link = PhoneLink(digest=digest(token), case_id=case.id, staff_id=actor.person_id, sign_in=sign_in, made_at=now, ends_at=now + LIFE)
    session.add(link)
    session.flush()
    audit.record(session, advance.subject(case), "PHONE_LINK", actor=actor, now=now, until=link.ends_at.isoformat())
    return link


def end(session: Session, case: Case, actor: Actor, *, now: datetime) -> None:
    """End the officer's link for a case, if there is one."""
    mine = (col(PhoneLink.case_id) == case.id, col(PhoneLink.staff_id) == actor.id, col(PhoneLink.ended_at).is_(None))
    session.exec(update(PhoneLink).where(*mine).values(ended_at=now))


def live(session: Session, token: str, *, now: datetime) -> PhoneLink | None:
    """The link behind a token, while it may still be used."""
    found = session.get(PhoneLink, digest(token))
    return found if found and _usable(found, now) else None


def check_device(link: PhoneLink, device: str) -> None:
    """``NotFound`` for another telephone than the one that sent first."""
    if link.device is not None and link.device != digest(device):
        raise NotFound(OTHER_PHONE)


def count(session: Session, token: str, device: str, *, now: datetime) -> None:
    """Count one photograph, under the link's lock; ``NotFound`` where the link is over or another telephone's."""
    query = select(PhoneLink).where(PhoneLink.digest == digest(token)).with_for_update()
    link = session.exec(query.execution_options(populate_existing=True)).first()
    if link is None or not _usable(link, now):
        raise NotFound(OVER)
    check_device(link, device)
    link.device, link.taken = digest(device), link.taken + 1
    session.add(link)
    session.flush()


def _usable(link: PhoneLink, now: datetime) -> bool:
    return link.ended_at is None and now < link.ends_at and link.taken < MOST
