"""Columns that lie encrypted in the database and are plain in the program.

A sealed value is ``r1.<key id>.<cipher text>``. It opens only in its own column and row: the row's own words go into every
SELECT beside it, and into the value when its row is written. What is looked up has a keyed digest in the column beside it,
``<name>_digest``; a comparison with ``==``, ``!=`` or ``in_`` is one with the digest, by itself. Ordering or searching by
parts is refused. The keys are somebody else's: whoever makes an engine says by ``use`` which vault seals for it.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import ClauseElement, Column, ColumnElement, Dialect, String, Table, Text, event, inspect, literal_column, type_coerce
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import defer
from sqlalchemy.sql import operators
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from workflows.errors import RekomError

MARK = "r1."
"""How every sealed value begins; CHECKs ask for it, so that a plain value cannot be written."""
DIGEST_LENGTH = 32
"""Hexadecimal digits: the first 16 bytes of an HMAC-SHA256."""


class Vault(Protocol):
    """Seals and opens. ``place`` is ``table.column``, ``row`` what names the row in it."""

    def seal(self, place: str, row: str, content: bytes) -> bytes:
        """``r1.<key id>.`` and the cipher text."""

    def open(self, place: str, row: str, sealed: bytes) -> bytes:
        """And back; ``SealBroken`` where key, column or row are others."""

    def digest(self, domain: str, text: str) -> str:
        """A keyed digest: equal texts of one domain can be matched, none can be read back."""


class SealBroken(RekomError, DontWrapMixin):
    """A value does not open: it was changed, moved from another place, or sealed with keys this office does not have."""

    slug = "segel-data-rusak"
    sentence = "Data tersegel tidak terbaca: diubah, dipindah, atau kuncinya lain. Hubungi admin; jalankan rekom doctor."


class VaultMissing(RekomError, DontWrapMixin):
    """Sealed columns were used over an engine that has no vault."""

    slug = "brankas-tidak-ada"
    sentence = "Data pribadi tidak dapat dibaca tanpa kunci induk kantor. Hubungi admin; jalankan rekom doctor."


VAULTS: WeakKeyDictionary[Dialect, Vault] = WeakKeyDictionary()


def use(dialect: Dialect, vault: Vault) -> None:
    """Let an engine's values be sealed and opened by this vault; each engine has a dialect of its own."""
    VAULTS[dialect] = vault


def vault_of(dialect: Dialect) -> Vault:
    """Whose keys an engine uses; ``VaultMissing`` where nobody's."""
    vault = VAULTS.get(dialect)
    if vault is None:
        raise VaultMissing
    return vault


def as_text(sealed: bytes) -> str:
    """A sealed value as a text column holds it."""
    mark, key_id, rest = sealed.split(b".", 2)
    return f"{mark.decode()}.{key_id.decode()}.{base64.urlsafe_b64encode(rest).decode()}"


def from_text(text: str) -> bytes:
    """And back; ``SealBroken`` where it is none."""
    try:
        mark, key_id, rest = text.split(".")
        return b".".join((mark.encode(), key_id.encode(), base64.b64decode(rest, b"-_", validate=True)))
    except ValueError:
        raise SealBroken from None


class _BoundText(str):
    row: str


class _BoundBytes(bytes):
    row: str


class _BoundMapping(dict[str, Any]):
    row: str


class _BoundList(list[Any]):
    row: str


BOUND: Mapping[type, Callable[[Any], Any]] = {str: _BoundText, bytes: _BoundBytes, dict: _BoundMapping, list: _BoundList}
"""A value on its way into its row: itself, and whose it is."""


class Hashed(str):
    """A digest that came from the database: it is not digested again."""


class Resealed(str):
    """A sealed value as it is to be stored."""


EMPTY = Resealed(MARK)
"""Nothing, in the place of something that was sealed: it needs no key and no row."""


class Digest(TypeDecorator[str]):
    """The keyed digest of a text; what is bound to it, a comparison's other side included, is digested on its way."""

    impl = String(DIGEST_LENGTH)
    cache_ok = True

    def __init__(self, domain: str) -> None:
        super().__init__()
        self.domain = domain

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Digest what is plain."""
        return value if value is None or isinstance(value, Hashed) else vault_of(dialect).digest(self.domain, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Say that it is one."""
        return None if value is None else Hashed(value)


class _Comparator(TypeDecorator.Comparator[Any]):
    """Equality is that of the digests; nothing else can be asked of a sealed value but whether it is there."""

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        if op in (operators.is_, operators.is_not) or (op in (operators.eq, operators.ne) and other[0] is None):
            return super().operate(op, *other, **kwargs)
        digest = _digest_beside(self.expr)
        if digest is None and op in (operators.eq, operators.ne) and _is_clause(other[0]):
            return super().operate(op, *other, **kwargs)  # SQLAlchemy's own sets of columns compare any two
        if digest is None or op not in (operators.eq, operators.ne, operators.in_op, operators.not_in_op):
            raise TypeError(f"{self.expr} is sealed: it can be compared by its digest, neither ordered nor searched")
        found: ColumnElement[Any] = op(digest, *(_digests(one) for one in other))
        return found


def _is_clause(other: Any) -> bool:
    return isinstance(other, ClauseElement) or hasattr(other, "__clause_element__")


def _digests(other: Any) -> Any:
    element = other.__clause_element__() if hasattr(other, "__clause_element__") else other
    beside = _digest_beside(element) if isinstance(getattr(element, "type", None), Sealed) else None
    return other if beside is None else beside


def _digest_beside(column: Any) -> Any:
    return column.table.c.get(f"{column.name}_digest") if getattr(column, "table", None) is not None else None


class Sealed(TypeDecorator[Any]):
    """A text that lies sealed. ``place`` is its table and column, ``row`` the columns that name its row, ``domain`` what its
    digest is of: the same for all columns that are compared with each other, None where it is not looked up.
    """

    impl = Text
    cache_ok = True
    comparator_factory = _Comparator

    def __init__(self, place: str, row: tuple[str, ...], domain: str | None = None) -> None:
        super().__init__()
        self.place, self.row, self.domain = place, row, domain

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:  # noqa: ARG002 -- SQLAlchemy's signature
        """What stands beside it is what it is."""
        return self

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value, a space, and the words that name its row."""
        table: Any = column.table  # the column's own, or an alias of it
        said = type_coerce(column, Text).op("||")(literal_column("' '"))
        for place, name in enumerate(self.row):
            said = said.op("||")(literal_column("'/'")) if place else said
            said = said.op("||")(sql_cast(table.c[name], Text))
        return type_coerce(said, self)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Seal what is bound to its row; anything else is a mistake in the program."""
        if value is None or isinstance(value, Resealed):
            return value
        if not hasattr(value, "row"):
            raise SealBroken(f"{self.place} is sealed: it is written by the row's own object only")
        return as_text(vault_of(dialect).seal(self.place, value.row, self.to_bytes(value)))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open what a SELECT brought with its row."""
        if value is None:
            return None
        sealed, _, row = value.partition(" ")
        return self.from_bytes(b"") if sealed == EMPTY else self.from_bytes(vault_of(dialect).open(self.place, row, from_text(sealed)))

    def to_bytes(self, value: Any) -> bytes:
        """What is sealed."""
        return str(value).encode()

    def from_bytes(self, content: bytes) -> Any:
        """And back."""
        return content.decode()


class SealedJson(Sealed):
    """Numbers, texts, lists and mappings, sealed as one."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode()

    def from_bytes(self, content: bytes) -> Any:
        return json.loads(content or b"[]")


class SealedBytes(Sealed):
    """A file."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, content: bytes) -> Any:
        return content


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One sealed column of one table."""

    column: Column[Any]
    type: Sealed

    @property
    def digest(self) -> str:
        """The name of the column with its digest."""
        return f"{self.column.name}_digest"


@lru_cache(maxsize=256)
def sealed_columns(table: Table) -> tuple[SealedColumn, ...]:
    """What of a table lies sealed."""
    return tuple(SealedColumn(column, column.type) for column in table.columns if isinstance(column.type, Sealed))


def left_sealed(kind: type[SQLModel]) -> tuple[ExecutableOption, ...]:
    """For a query that looks at many rows: what lies sealed stays so until somebody asks a row for it."""
    return tuple(defer(getattr(kind, one.column.name)) for one in sealed_columns(SQLModel.metadata.tables[str(kind.__tablename__)]))


@event.listens_for(SQLModel, "before_insert", propagate=True)
@event.listens_for(SQLModel, "before_update", propagate=True)
def _bind_to_row(mapper: Any, connection: Any, row: Any) -> None:
    """Tell each value whose it is, and digest what changed, on the way into the database; what was never opened stays as it is."""
    for sealed in sealed_columns(mapper.local_table):
        if sealed.column.name in inspect(row).unloaded and inspect(row).persistent:
            continue
        value = getattr(row, sealed.column.name)
        if sealed.type.domain and inspect(row).attrs[sealed.column.name].history.has_changes():
            digest = None if value is None else Hashed(vault_of(connection.dialect).digest(sealed.type.domain, value))
            setattr(row, sealed.digest, digest)
        if value is not None:
            setattr(row, sealed.column.name, _bound(value, "/".join(str(getattr(row, name)) for name in sealed.type.row)))


def bound(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for an INSERT without its object: each value told whose it is, digests beside them."""
    changes: dict[str, Any] = {}
    for sealed in sealed_columns(table):
        value = row.get(sealed.column.name)
        if sealed.type.domain:
            changes[sealed.digest] = None if value is None else str(value)
        if value is not None:
            changes[sealed.column.name] = _bound(value, "/".join(str(row[name]) for name in sealed.type.row))
    return {**row, **changes}


def _bound(value: Any, row: str) -> Any:
    kind = next(kind for kind in BOUND if isinstance(value, kind))
    bound = BOUND[kind](value)
    bound.row = row
    return bound
