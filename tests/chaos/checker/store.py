"""Reading the tables as they are, by SQL alone, from SQLite or PostgreSQL, all at one moment."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]


class Store:
    """One database in one transaction that only looks."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, sql: str) -> list[Row]:
        """What a query answers; a value comes as each database keeps it, see ``moment`` and ``parsed``."""
        return [dict(row) for row in self._connection.execute(sql).fetchall()]

    def value(self, sql: str) -> Any:
        """The one value a query answers."""
        (row,) = self.rows(sql)
        (value,) = row.values()
        return value


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """The tables behind an address as the service writes it (``sqlite:///path``, ``postgresql+psycopg://...``)."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True, isolation_level=None)) as lite:
            lite.row_factory = sqlite3.Row
            lite.execute("BEGIN")
            yield Store(lite)
        return
    with psycopg.connect(url.replace("+psycopg", "", 1), row_factory=dict_row, autocommit=True) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield Store(connection)


def moment(value: Any) -> datetime | None:
    """A time in UTC: PostgreSQL knows its zone, SQLite keeps a text without one."""
    if value is None:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def parsed(value: Any) -> Any:
    """A JSON column: PostgreSQL's is read already, SQLite's is a text."""
    return json.loads(value) if isinstance(value, str) else value


def day(value: Any) -> date:
    """A date column."""
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
