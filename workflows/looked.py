"""Who looked at a person's data: written at each look, told to the person on request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from workflows import audit
from workflows.actor import Actor
from workflows.advance import NO_CASE, subject
from workflows.errors import NotFound
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.case_reading import CaseReading, Seen
from workflows.records.staff import Staff
from workflows.sealed import vault_of

READ_PERSON = "READ_PERSON"
INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Look:
    """One person's looks at one thing on one day."""

    name: str
    place: str
    seen: Seen
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Report:
    """A case's looks, and everything anybody did to it, both oldest first."""

    looks: tuple[Look, ...]
    acts: tuple[AuditEvent, ...]


def note_all(session: Session, cases: Select[Any], seen: Seen, actor: Actor, *, now: datetime) -> None:
    """Write down that somebody looked at all ``cases``, a query of their ids, in one statement."""
    told = {"staff_id": actor.person_id, "seen": seen, "day": now.date(), "first_at": now, "last_at": now, "times": 1}
    columns = (literal(value, CaseReading.__table__.c[name].type) for name, value in told.items())  # type: ignore[attr-defined]
    rows = cases.add_columns(*columns).order_by(*cases.selected_columns)  # in one order: two who look at many wait in no ring
    first = INSERT[session.get_bind().dialect.name](CaseReading).from_select(["case_id", *told], rows)
    again = {"last_at": now, "times": CaseReading.times + 1}
    session.exec(first.on_conflict_do_update(index_elements=["case_id", "staff_id", "seen", "day"], set_=again))


def note_person(session: Session, nik: str, actor: Actor, *, now: datetime) -> None:
    """Write into the actor's own chain that they were told of somebody who has no case here; the NIK as its keyed digest only."""
    digest = vault_of(session.connection().dialect).digest("nik", nik)
    audit.record_on_person(session, READ_PERSON, actor=actor, now=now, person=digest)


def report(session: Session, ticket: str) -> Report:
    """Who looked at a case and who did what to it; ``NotFound`` where there is none."""
    case = session.exec(select(Case).where(Case.ticket == ticket)).first()
    if case is None:
        raise NotFound(NO_CASE)
    query = select(CaseReading, Staff).join(Staff).where(CaseReading.case_id == case.id)
    rows = session.exec(query.order_by(col(CaseReading.first_at), col(Staff.name))).all()
    looks = tuple(Look(who.name, who.hospital_code or who.region_code, row.seen, row.first_at, row.last_at, row.times) for row, who in rows)
    return Report(looks, tuple(audit.events_of(session, subject(case))))
