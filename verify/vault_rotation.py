"""A new data key, and every sealed value moved under it batch by batch while the office works.

A batch is one transaction that changes a value only as long as it is what was read, so nothing typed meanwhile is lost; a
rotation that was killed goes on where it is run again. Processes seal with the key they know for ``FRESH_SECONDS`` more: the
last pass begins after that, and only then are the older keys noted as empty. They stay: an older copy may need them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, Text, and_, func, literal, or_, select, tuple_, type_coerce, update
from sqlmodel import Session, SQLModel

from verify.composition import Rekom
from verify.vault import FRESH_SECONDS, TABLE, Vault
from workflows.records.vault_key import VaultPurpose
from workflows.sealed import EMPTY, MARK, Resealed, SealBroken, SealedBytes, SealedColumn, as_text, from_text, sealed_columns

AT_ONCE = 500
FILES_AT_ONCE = 20
"""Of a table that holds files: some megabytes each."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """``unreadable`` are values, as ``table.column row``, that no key opens: they stay as they are, and so do the older keys."""

    key: int
    resealed: int
    unreadable: tuple[str, ...]


def rotate(rekom: Rekom, wait: Callable[[float], None] = time.sleep) -> Rotated:
    """Make a new key, unless values still lie under older ones, and move everything under the newest."""
    key = _begin(rekom)
    moved, _ = _pass(rekom)
    wait(_seconds_until_all_know(rekom, key))
    while True:
        more, unreadable = _pass(rekom)
        moved += more
        if not more:
            break
    if not unreadable:
        with rekom.database.write() as session:
            older = and_(TABLE.c.purpose == VaultPurpose.DATA, TABLE.c.id < key, TABLE.c.emptied_at.is_(None))
            session.connection().execute(update(TABLE).where(older).values(emptied_at=rekom.clock()))
    return Rotated(key, moved, tuple(unreadable))


def count(session: Session) -> dict[tuple[str, str], int]:
    """How many values lie under which key, by table and key id; plain ones under an empty id."""
    found: dict[tuple[str, str], int] = {}
    for table in SQLModel.metadata.sorted_tables:
        for sealed in sealed_columns(table):
            raw = _raw(sealed)
            head = func.substr(raw, 1, 16)
            for text, number in session.connection().execute(
                select(head, func.count()).where(raw.is_not(None), raw != EMPTY).group_by(head)
            ):
                key = str(text).split(".")[1] if str(text).startswith(MARK) else ""
                found[table.name, key] = found.get((table.name, key), 0) + number
    return found


def _begin(rekom: Rekom) -> int:
    with rekom.database.read() as session:
        last = rekom.vault.newest
        unfinished = any(int(key or 0) < last for _, key in count(session))
    if not unfinished:
        with rekom.database.write() as session:
            rekom.vault.add(session.connection(), VaultPurpose.DATA)
    with rekom.database.read() as session:
        rekom.vault.load(session.connection())
    return rekom.vault.newest


def _seconds_until_all_know(rekom: Rekom, key: int) -> float:
    with rekom.database.read() as session:
        made_at = session.connection().execute(select(TABLE.c.made_at).where(TABLE.c.id == key)).scalar_one()
    known_at = made_at.replace(tzinfo=made_at.tzinfo or rekom.clock().tzinfo) + timedelta(seconds=FRESH_SECONDS)
    return max(float((known_at - rekom.clock()).total_seconds()), 0.0)


def _pass(rekom: Rekom) -> tuple[int, list[str]]:
    """One walk through all tables; how many values were moved, and which do not open."""
    moved, unreadable = 0, []
    for table in SQLModel.metadata.sorted_tables:
        if sealed_columns(table):
            for done, broken in _batches(rekom, table):
                moved += done
                unreadable += broken
    return moved, unreadable


def _batches(rekom: Rekom, table: Table) -> Iterator[tuple[int, list[str]]]:
    after: tuple[Any, ...] | None = None
    while True:
        with rekom.database.write() as session:
            rows = session.connection().execute(_older(table, rekom.vault.newest, after)).all()
            done = _reseal(session, rekom.vault, table, rows)
        yield done
        if len(rows) < _at_once(table):
            return
        after = tuple(rows[-1])[: len(table.primary_key.columns)]


def _older(table: Table, newest: int, after: tuple[Any, ...] | None) -> Any:
    """Rows with a value under another key than the newest: primary key, words that name the row, sealed values."""
    sealed, keys = sealed_columns(table), list(table.primary_key.columns)
    names = [table.c[name] for name in sealed[0].type.row]
    head = f"{MARK}{newest}."
    old = or_(*(and_(func.substr(_raw(one), 1, len(head)) != head, _raw(one) != EMPTY) for one in sealed))
    query = select(*(column.label(f"k{n}") for n, column in enumerate(keys)), *(column.label(f"r{n}") for n, column in enumerate(names)))
    query = query.add_columns(*(_raw(one).label(f"v{n}") for n, one in enumerate(sealed))).where(old).order_by(*keys).limit(_at_once(table))
    return query.where(tuple_(*keys) > tuple_(*(literal(value) for value in after))) if after else query


def _at_once(table: Table) -> int:
    return FILES_AT_ONCE if any(isinstance(one.type, SealedBytes) for one in sealed_columns(table)) else AT_ONCE


def _reseal(session: Session, vault: Vault, table: Table, rows: Any) -> tuple[int, list[str]]:
    sealed, keys, moved, unreadable = sealed_columns(table), list(table.primary_key.columns), 0, []
    for row in rows:
        named = "/".join(str(getattr(row, f"r{n}")) for n in range(len(sealed[0].type.row)))
        this = [column == getattr(row, f"k{n}") for n, column in enumerate(keys)]
        for number, one in enumerate(sealed):
            raw = getattr(row, f"v{number}")
            if raw in (None, EMPTY) or raw.startswith(f"{MARK}{vault.newest}."):
                continue
            try:
                value = Resealed(as_text(vault.seal(one.type.place, named, vault.open(one.type.place, named, from_text(raw)))))
            except SealBroken:
                unreadable.append(f"{one.type.place} {named}")
                continue
            changed = session.connection().execute(update(table).where(*this, _raw(one) == raw).values({one.column: value}))
            moved += changed.rowcount
    return moved, unreadable


def _raw(sealed: SealedColumn) -> Any:
    return type_coerce(sealed.column, Text)
