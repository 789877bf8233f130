"""Witnesses of the audit trail: one Merkle root (RFC 6962) over the heads of all chains, for others to keep.

A chain in one's own database can be rewritten from its first link on, and so can every root stored beside it. A root
that hospitals hold cannot: whoever rewrites, cuts or leaves out a chain can no longer show the trail they were told of.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, case, cast, literal_column, text, type_coerce
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from workflows.audit import GENESIS, stored_hash
from workflows.records.audit_event import AuditEvent, canonical
from workflows.records.checkpoint import Checkpoint

LEAF, NODE = b"\x00", b"\x01"
"""Prefixes of RFC 6962: a leaf can never be taken for a node."""
FETCHED = 1_000
MOMENT: Mapping[str, ColumnElement[str]] = {
    "postgresql": func.to_char(func.timezone("UTC", AuditEvent.at), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
    + case((col(AuditEvent.at) < literal_column("TIMESTAMPTZ '0001-01-01 00:00+00'"), " BC"), else_=""),
    "sqlite": func.replace(type_coerce(AuditEvent.at, Text), " ", "T") + "+00:00",
}
"""An event's moment as it is hashed, written by the database: reading and writing it anew took longer than the hash. A year before
the first would be written like the one after: no event is of one, and what says so was made so.
"""


class Link(NamedTuple):
    """One event as it is stored; ``detail`` is JSON text, ``moment`` in UTC with its microseconds."""

    previous_hash: str
    subject: str
    sequence: int
    moment: str
    actor_id: int | None
    actor_name: str
    action: str
    detail: str
    hash: str


@dataclass(frozen=True, slots=True)
class Walk:
    """All chains up to an event: how many, their root, and the first link that does not hold."""

    chains: int
    root: str
    broken: str | None


def settle(session: Session) -> int:
    """The number of the newest event, when all before it are settled; 0 without any.

    PostgreSQL gives numbers before it shows rows: the lock waits for transactions that hold a lower number.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SET LOCAL lock_timeout = '500ms'"))
        session.connection().execute(text("LOCK TABLE audit_event IN SHARE MODE"))
    return newest_event(session)


def newest_event(session: Session) -> int:
    """The number of the newest event one can see; 0 without any."""
    return session.exec(select(func.max(col(AuditEvent.id)))).one() or 0


def heads(session: Session, last_event: int) -> dict[str, tuple[int, str]]:
    """Sequence number and hash of each chain's newest event, counting events up to ``last_event``."""
    newest = select(AuditEvent.subject, func.max(col(AuditEvent.sequence)).label("sequence"))
    last = newest.where(col(AuditEvent.id) <= last_event).group_by(AuditEvent.subject).subquery()
    query = select(AuditEvent.subject, AuditEvent.sequence, AuditEvent.hash).join(
        last, (col(AuditEvent.subject) == last.c.subject) & (col(AuditEvent.sequence) == last.c.sequence)
    )
    return {subject: (sequence, head) for subject, sequence, head in session.exec(query)}


def keep(session: Session, last_event: int, chains: dict[str, tuple[int, str]], *, now: datetime) -> Checkpoint:
    """Store a witness; one that is there for these events already is returned as it is."""
    known = session.exec(select(Checkpoint).where(Checkpoint.last_event == last_event)).first()
    if known is None:
        known = Checkpoint(at=now, last_event=last_event, chains=len(chains), root=root_of(chains))
        session.add(known)
        session.flush()
    return known


def newest(session: Session) -> Checkpoint | None:
    """The newest witness."""
    return session.exec(select(Checkpoint).order_by(col(Checkpoint.last_event).desc()).limit(1)).first()


def root_of(chains: dict[str, tuple[int, str]]) -> str:
    """The Merkle root over chains, ordered by subject."""
    leaves = (f"{subject}\0{sequence}\0{head}".encode() for subject, (sequence, head) in sorted(chains.items()))
    return merkle_root(leaves).hex()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """RFC 6962 section 2.1, in one pass."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, hashlib.sha256(LEAF + leaf).digest()
        while stack and stack[-1][0] == size:
            size, node = 2 * size, hashlib.sha256(NODE + stack.pop()[1] + node).digest()
        stack.append((size, node))
    if not stack:
        return hashlib.sha256(b"").digest()
    _, root = stack.pop()
    while stack:
        root = hashlib.sha256(NODE + stack.pop()[1] + root).digest()
    return root


def walk(session: Session, last_event: int) -> Walk:
    """Check every link of every chain up to an event, and say what root it leads to."""
    return follow(links(session, last_event))


def links(session: Session, last_event: int) -> Iterator[Link]:
    """The events up to one, chain after chain, as columns: millions of them need no objects."""
    told = {"moment": MOMENT[session.get_bind().dialect.name], "detail": cast(AuditEvent.detail, Text)}
    columns = [told[name] if name in told else getattr(AuditEvent, name) for name in Link._fields]
    query = sql_select(*columns).where(col(AuditEvent.id) <= last_event).order_by(col(AuditEvent.subject), col(AuditEvent.sequence))
    return (Link(*row) for row in session.execute(query.execution_options(yield_per=FETCHED)))


def follow(trail: Iterable[Link]) -> Walk:
    """Check links that come chain after chain, oldest first."""
    chains: dict[str, tuple[int, str]] = {}
    broken: str | None = None
    subject, sequence, head = None, 0, GENESIS
    for link in trail:
        if link.subject != subject:  # the chain before has ended
            if subject is not None:
                chains[subject] = sequence, head
            subject, (sequence, head) = link.subject, chains.get(link.subject, (0, GENESIS))
        if broken is None and not _holds(link, sequence, head):
            broken = f"{link.subject} #{link.sequence}"
        sequence, head = link.sequence, link.hash
    if subject is not None:
        chains[subject] = sequence, head
    return Walk(len(chains), root_of(chains), broken)


def _holds(link: Link, sequence: int, head: str) -> bool:
    if link.sequence != sequence + 1 or link.previous_hash != head or not isinstance(link.actor_id, int | None):
        return False  # SQLite keeps text where a number belongs, and it would be hashed like the number
    return link.hash == stored_hash(*link[:-1]) or _holds_rewritten(link)


def _holds_rewritten(link: Link) -> bool:
    # Events from before details were stored as they are hashed: the same value in other letters.
    try:
        detail = canonical(json.loads(link.detail))
    except ValueError:
        return False
    return link.hash == stored_hash(*link._replace(detail=detail)[:-1])
