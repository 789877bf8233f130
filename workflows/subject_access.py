"""Everything the office holds about one person, for the person (UU 27/2022 article 7).

Rows are found by the person's NIK or its keyed digest, and from there along the foreign keys that point at them, so a table that
is added is part of it without a line here. Other people's NIKs in those rows are covered; papers are named by size and digest.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Table, or_
from sqlmodel import Session, SQLModel, tuple_

from workflows import audit
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.sealed import Hashed

NIK_COLUMNS = ("nik", "mother_nik", "resident_nik", "other_nik")
FAMILY_COLUMNS = ("kk", "family_card")
KEYED, DOOR = ("card", "premium_line"), "door"
"""Tables with facts about a person under a keyed digest alone, and one about families."""
OTHERS = re.compile(r"(?<!\d)\d{16}(?!\d)")
COVERED = "[NIK orang lain]"
AT_ONCE = 500
"""Keys in one query: SQLite allows some thousands of parameters."""

Row = Mapping[str, Any]
Holdings = dict[str, list[Row]]


def holdings(session: Session, nik: str) -> Holdings:
    """Table to rows, as they stand; empty where the office holds nothing."""
    found = {table: rows for table in _tables() if (rows := _named(session, table, nik))}
    waiting = list(found.items())
    while waiting:
        table, rows = waiting.pop()
        for key in _pointing_at(table):
            known = {_identity(key.table, row) for row in found.get(key.table, [])}
            more = [row for row in _children(session, key, rows) if _identity(key.table, row) not in known]
            if more:
                found.setdefault(key.table, []).extend(more)
                waiting.append((key.table, more))
    named = {table.name: rows for table, rows in found.items()}
    named |= {table: rows for table, rows in _keyed(session, nik, _families(named, nik)).items() if rows}
    trail = [_plain(event) for row in named.get(Case.__tablename__, []) for event in audit.events_of(session, f"case:{row['id']}")]
    return named | ({AuditEvent.__tablename__: trail} if trail else {})


def _keyed(session: Session, nik: str, families: Collection[str]) -> Holdings:
    """Rows that know a person by a keyed digest alone: cards, lines of bills, and the doors of the person's families.

    Nothing is followed from there, for what points at a family points at others too.
    """
    tables = SQLModel.metadata.tables
    sought = {name: tables[name].c.nik_digest == nik for name in KEYED} | {DOOR: tables[DOOR].c.family_digest.in_(sorted(families))}
    return {name: _rows(session, tables[name], where) for name, where in sought.items()}


def _families(named: Holdings, nik: str) -> set[str]:
    """The family cards that stand in the person's own rows; who has none is a family by their own NIK."""
    own = (row for rows in named.values() for row in rows if row.get("nik") == nik)
    return {nik} | {str(card) for row in own for name in FAMILY_COLUMNS if (card := row.get(name))}


def for_the_person(found: Holdings, nik: str) -> dict[str, list[dict[str, Any]]]:
    """The same as JSON can hold it, with other people's NIKs covered and without the digests the office finds rows by."""
    return {
        table: [{name: _told(value, nik) for name, value in row.items() if not isinstance(value, Hashed)} for row in rows]
        for table, rows in sorted(found.items())
    }


def _tables() -> Iterator[Table]:
    return iter(SQLModel.metadata.sorted_tables)


def _named(session: Session, table: Table, nik: str) -> list[Row]:
    columns = [column for column in table.columns if column.name in NIK_COLUMNS]
    return _rows(session, table, or_(*(column == nik for column in columns))) if columns else []


def _pointing_at(table: Table) -> list[ForeignKeyConstraint]:
    return [key for other in _tables() for key in other.foreign_key_constraints if key.referred_table is table]


def _children(session: Session, key: ForeignKeyConstraint, parents: list[Row]) -> list[Row]:
    own = [element.parent for element in key.elements]
    keys = [tuple(parent[element.column.name] for element in key.elements) for parent in parents]
    found: list[Row] = []
    for start in range(0, len(keys), AT_ONCE):
        found += _rows(session, key.table, tuple_(*own).in_(keys[start : start + AT_ONCE]))
    return found


def _rows(session: Session, table: Table, where: ColumnElement[bool]) -> list[Row]:
    return [dict(row) for row in session.connection().execute(table.select().where(where)).mappings()]


def _identity(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _plain(event: AuditEvent) -> Row:
    return {"at": event.at, "actor_name": event.actor_name, "action": event.action, "detail": event.detail}


def _told(value: Any, nik: str) -> Any:
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): _told(inner, nik) for name, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_told(inner, nik) for inner in value]
    return OTHERS.sub(lambda one: one[0] if one[0] == nik else COVERED, value) if isinstance(value, str) else value
