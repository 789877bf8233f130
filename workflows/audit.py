"""The audit trail: append-only, one hash chain per subject, so that no global lock is needed.

``hash = SHA-256(previous hash + canonical JSON of the event)``. A chain in the same database alone does
not stop an insider who can rewrite it all; signed checkpoints held elsewhere do.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import bindparam, insert, text
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from workflows.actor import Actor
from workflows.records.audit_event import AuditEvent, canonical
from workflows.records.staff import Staff

GENESIS = "0" * 64
BETWEEN, MOST_BREAKS = "[ ./-]{0,3}", 3
SIXTEEN = re.compile(
    rf"(?<![0-9a-fA-F])(?<![0-9a-fA-F]{{4}}-)(?!1{BETWEEN}0)[1-9]{BETWEEN}\d(?:{BETWEEN}\d){{4}}"  # province, regency, district
    rf"{BETWEEN}(?:[04]{BETWEEN}[1-9]|[1256]{BETWEEN}\d|[37]{BETWEEN}[01])"  # day of birth, a woman's with 40 more
    rf"{BETWEEN}(?:0{BETWEEN}[1-9]|1{BETWEEN}[0-2])(?:{BETWEEN}\d){{6}}(?![0-9a-fA-F]|-[0-9a-fA-F]{{4}}-)"
)
"""A NIK or the number of a family card, as people write them; not what stands inside of a digest or an id."""
BREAKS = re.compile(r"[ ./-]+")
STRUCTURED = frozenset({"letter", "replaces", "number", "reference", "master", "by"})
"""Details that no officer types: numbers of letters, references of the policy and the like stay as they are."""
BLOT = "[nomor]"
_quoted, _sha256 = encode_basestring, hashlib.sha256
_APPEND = insert(AuditEvent).inline()
_APPEND_MANY = text(
    "INSERT INTO audit_event (subject, sequence, at, actor_id, actor_name, action, detail, previous_hash, hash) "
    "SELECT subject, sequence, at, actor_id, actor_name, action, detail, previous_hash, hash FROM json_to_recordset(CAST(:links AS json)) "
    "AS link(subject text, sequence integer, at timestamptz, actor_id integer, actor_name text, action text, detail json, "
    "previous_hash text, hash text)"
)
"""Many rows in one statement on PostgreSQL, whose driver sends a list of them one by one; ``detail`` is taken as it is written."""
_LAST = text("SELECT sequence, hash FROM audit_event WHERE subject = :subject ORDER BY sequence DESC LIMIT 1")
_EACH = {
    "sqlite": "json_each(:subjects) AS asked",
    "postgresql": "json_array_elements_text(CAST(:subjects AS json)) AS asked(value)",
}
_HEADS = {
    kind: text(
        "SELECT value, (SELECT max(sequence) FROM audit_event WHERE subject = value), "  # noqa: S608 -- nothing of it comes from outside
        f"(SELECT hash FROM audit_event WHERE subject = value ORDER BY sequence DESC LIMIT 1) FROM {each}"
    )
    for kind, each in _EACH.items()
}
"""Newest sequence number and hash of many chains: each is one look into the index, however long the chain."""
_LOCK_PEOPLE = (
    sql_select(col(Staff.id))
    .where(col(Staff.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Staff.id))
    # Not FOR UPDATE: a row stored before that names such a person holds a key share, and two of them would deadlock.
    .with_for_update(key_share=True)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did to one subject, to be written down; ``detail`` holds words and ids, never a NIK."""

    actor: Actor
    subject: str
    action: str
    detail: dict[str, Any]


def record(session: Session, subject: str, action: str, *, actor: Actor, now: datetime, **detail: Any) -> str:
    """Append one event to the chain of ``subject`` (``case:12``, ``staff:3``) and return its hash; details hold words and ids, never
    a NIK. The caller holds what the chain hangs on.
    """
    session.flush()
    link = _link(Entry(actor, subject, action, detail), *_last(session, subject), now)
    session.connection().execute(_APPEND, link)
    return str(link["hash"])


def record_all(session: Session, entries: Sequence[Entry], *, now: datetime) -> None:
    """Append many events in their order, with two statements for all of them."""
    session.flush()
    heads = _heads(session, {entry.subject for entry in entries})
    links = []
    for entry in entries:
        link = _link(entry, *heads.get(entry.subject, (0, GENESIS)), now)
        heads[entry.subject] = link["sequence"], link["hash"]
        links.append(link)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_APPEND_MANY, {"links": canonical([{**link, "at": link["at"].isoformat()} for link in links])})
    else:
        connection.execute(_APPEND, links)


def blotted(value: Any) -> Any:
    """The same without numbers that have a NIK's shape, in up to four groups; digests and ids, and what nobody types, stay."""
    if isinstance(value, str):
        return SIXTEEN.sub(_blot, value)
    if isinstance(value, Mapping):
        return {name: inner if name in STRUCTURED else blotted(inner) for name, inner in value.items()}
    return [blotted(inner) for inner in value] if isinstance(value, list | tuple) else value


def _blot(found: re.Match[str]) -> str:
    return BLOT if len(BREAKS.findall(found[0])) <= MOST_BREAKS else found[0]


def record_on_person(session: Session, action: str, *, actor: Actor, now: datetime, **detail: Any) -> str:
    """Append to the actor's own chain, under the lock of their row, for what belongs to no case."""
    lock_people(session, {actor.person_id})
    return record(session, f"staff:{actor.person_id}", action, actor=actor, now=now, **detail)


def lock_people(session: Session, staff_ids: Collection[int]) -> None:
    """Take the locks that people's own chains hang on, in one order."""
    session.connection().execute(_LOCK_PEOPLE, {"ids": list(staff_ids)}).all()


def event_hash(event: AuditEvent) -> str:
    """The hash an untouched event has."""
    what = (event.actor_id, event.actor_name, event.action, canonical(event.detail))
    return link_hash(event.previous_hash, event.subject, event.sequence, event.at, *what)


def link_hash(
    previous: str, subject: str, sequence: int, at: datetime, actor_id: int | None, actor_name: str, action: str, detail: str
) -> str:
    """The same from columns; ``detail`` is canonical JSON."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return stored_hash(previous, subject, sequence, moment, actor_id, actor_name, action, detail)


def stored_hash(
    previous: str, subject: str, sequence: int, moment: str, actor_id: int | None, actor_name: str, action: str, detail: str
) -> str:
    """The same from texts as they are stored, for walking millions of them; ``moment`` is in UTC with its microseconds.

    What is hashed is the canonical JSON of the whole event, its keys in alphabetical order.
    """
    written = (
        f'{previous}{{"action":{_quoted(action)},"actor_id":{"null" if actor_id is None else actor_id},"actor_name":{_quoted(actor_name)}'
        f',"at":"{moment}","detail":{detail},"sequence":{sequence},"subject":{_quoted(subject)}}}'
    )
    return _sha256(written.encode()).hexdigest()


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


def _link(entry: Entry, sequence: int, head: str, now: datetime) -> dict[str, Any]:
    """The row that follows the link with this sequence number and hash.

    A number that an officer typed into a reason is blotted out first: nothing could take it out of the trail again.
    """
    detail, actor = blotted(entry.detail), entry.actor
    own = link_hash(head, entry.subject, sequence + 1, now, actor.id, actor.name, entry.action, canonical(detail))
    return {
        "subject": entry.subject,
        "sequence": sequence + 1,
        "at": now,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": entry.action,
        "detail": detail,
        "previous_hash": head,
        "hash": own,
    }


def _last(session: Session, subject: str) -> tuple[int, str]:
    sequence, head = session.connection().execute(_LAST, {"subject": subject}).first() or (0, GENESIS)
    return sequence, head


def _heads(session: Session, subjects: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Newest sequence number and hash of many chains; those without any event are left out."""
    connection = session.connection()
    rows = connection.execute(_HEADS[connection.dialect.name], {"subjects": json.dumps(sorted(subjects))})
    return {subject: (sequence, head) for subject, sequence, head in rows if sequence is not None}
