"""The audit trail: append-only, one hash chain per subject, so that no global lock is needed.

``hash = SHA-256(previous hash + canonical JSON of the event)``. A chain in the same database alone does
not stop an insider who can rewrite it all; signed checkpoints held elsewhere do.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from sqlmodel import Session, col, select

from workflows.actor import Actor
from workflows.records.audit_event import AuditEvent, canonical
from workflows.records.staff import Staff

GENESIS = "0" * 64
_quoted = encode_basestring


def record(session: Session, subject: str, action: str, *, actor: Actor, now: datetime, **detail: Any) -> AuditEvent:
    """Append one event to the chain of ``subject`` (``case:12``, ``staff:3``); details hold words and ids, never a NIK."""
    sequence, head = _last(session, subject)
    event = AuditEvent(
        subject=subject,
        sequence=sequence + 1,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        detail=detail,
        previous_hash=head,
        hash="",
    )
    event.hash = event_hash(event)
    session.add(event)
    session.flush()
    return event


def record_on_person(session: Session, action: str, *, actor: Actor, now: datetime, **detail: Any) -> AuditEvent:
    """Append to the actor's own chain, under the lock of their row, for what belongs to no case."""
    # Not FOR UPDATE: a row stored before that names this person holds a key share, and two of them would deadlock.
    session.exec(select(Staff.id).where(Staff.id == actor.person_id).with_for_update(key_share=True)).one()
    return record(session, f"staff:{actor.person_id}", action, actor=actor, now=now, **detail)


def event_hash(event: AuditEvent) -> str:
    """The hash an untouched event has."""
    what = (event.actor_id, event.actor_name, event.action, canonical(event.detail))
    return link_hash(event.previous_hash, event.subject, event.sequence, event.at, *what)


def link_hash(
    previous: str, subject: str, sequence: int, at: datetime, actor_id: int | None, actor_name: str, action: str, detail: str
) -> str:
    """The same from columns, for walking millions of them; ``detail`` is canonical JSON.

    What is hashed is the canonical JSON of the whole event, its keys in alphabetical order.
    """
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    written = (
        f'{previous}{{"action":{_quoted(action)},"actor_id":{"null" if actor_id is None else actor_id},"actor_name":{_quoted(actor_name)}'
        f',"at":"{moment}","detail":{detail},"sequence":{sequence},"subject":{_quoted(subject)}}}'
    )
    return hashlib.sha256(written.encode()).hexdigest()


def verify_chain(events: Iterable[AuditEvent]) -> int | None:
    """Check one subject's events in order; return the sequence number of the first broken one, or None."""
    previous, expected = GENESIS, 1
    for event in events:
        if event.sequence != expected or event.previous_hash != previous or event.hash != event_hash(event):
            return expected
        previous, expected = event.hash, expected + 1
    return None


def events_of(session: Session, subject: str) -> list[AuditEvent]:
    """All events of one subject, oldest first."""
    return list(session.exec(select(AuditEvent).where(AuditEvent.subject == subject).order_by(col(AuditEvent.sequence))))


def _last(session: Session, subject: str) -> tuple[int, str]:
    newest = select(AuditEvent.sequence, AuditEvent.hash).where(AuditEvent.subject == subject).order_by(col(AuditEvent.sequence).desc())
    return session.exec(newest.limit(1)).first() or (0, GENESIS)
