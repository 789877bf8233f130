"""Sealing what lies plain in a table, and opening it again, within a migration's own transaction."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from verify.migrations.schema_text import is_postgresql
from verify.vault import Vault
from workflows.sealed import EMPTY, as_text, from_text

AT_ONCE = 1_000
FILES_AT_ONCE = 50
"""Of a table that holds files: some hundred kilobytes each."""


NOTHING = "[]"
"""What an emptied list was; no text or number of ours is ever emptied."""


@dataclass(frozen=True)
class Plain:
    """Columns of one table: which of them to a digest's domain or to None; ``row`` names a row, ``key`` is the primary key."""

    table: str
    columns: Mapping[str, str | None]
    row: tuple[str, ...]
    key: tuple[str, ...] = ("id",)
    bytes: bool = False


def seal(plain: Plain) -> None:
    """Seal each value and write its digest beside it."""
    _rewrite_rows(plain, partial(_sealed, plain))


def unseal(plain: Plain) -> None:
    """The values as they were."""
    _rewrite_rows(plain, partial(_opened, plain))


def _rewrite_rows(plain: Plain, change: Callable[[Vault, Mapping[str, Any]], dict[str, Any]]) -> None:
    connection, table = op.get_bind(), _table(plain)
    keys = [table.c[name] for name in plain.key]
    there = [tuple(row) for row in connection.execute(sa.select(*keys).order_by(*keys))]
    vault = _vault() if there else None
    some = FILES_AT_ONCE if plain.bytes else AT_ONCE
    for start in range(0, len(there), some):
        assert vault is not None
        wanted = sa.select(table).where(sa.tuple_(*keys).in_(there[start : start + some]))
        for row in connection.execute(wanted).mappings().all():
            this = sa.and_(*(table.c[name] == row[name] for name in plain.key))
            connection.execute(sa.update(table).where(this).values(change(vault, dict(row))))


def _vault() -> Vault:
    """The vault this migration was given, with the keys of this very database."""
    vault: Vault | None = context.config.attributes.get("vault")
    if vault is None:
        raise RuntimeError("personal data cannot be sealed or opened without the office's master key: run rekom migrate")
    vault.make_first(op.get_bind())
    return vault


def _table(plain: Plain) -> sa.TableClause:
    digests = (f"{name}_digest" for name, domain in plain.columns.items() if domain)
    return sa.table(plain.table, *(sa.column(name) for name in dict.fromkeys((*plain.key, *plain.row, *plain.columns, *digests))))


def _sealed(plain: Plain, vault: Vault, row: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, domain in plain.columns.items():
        if (value := row[name]) is not None:
            content = _bytes(value) if plain.bytes else _text(value).encode()
            changes |= {f"{name}_digest": vault.digest(domain, _text(value))} if domain else {}
            named = _named(plain, {**row, **changes})
            changes[name] = as_text(vault.seal(f"{plain.table}.{name}", named, content))
    return changes or {plain.row[0]: row[plain.row[0]]}


def _opened(plain: Plain, vault: Vault, row: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name in plain.columns:
        if row[name] is not None:
            place, gone = f"{plain.table}.{name}", row[name] == EMPTY
            content = b"" if gone else vault.open(place, _named(plain, row), from_text(row[name]))
            changes[name] = _file(content) if plain.bytes else content.decode() or NOTHING
    return changes or {plain.row[0]: row[plain.row[0]]}


def _bytes(value: Any) -> bytes:
    """A file: itself on SQLite, in base64 on PostgreSQL, where the column is text already."""
    return base64.b64decode(value) if isinstance(value, str) else bytes(value)


def _file(content: bytes) -> bytes | str:
    return base64.b64encode(content).decode() if is_postgresql() else content


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _named(plain: Plain, row: Mapping[str, Any]) -> str:
    return "/".join(str(row[name]) for name in plain.row)
