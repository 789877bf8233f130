"""Each test has an application and a database of its own, all with the same routes, templates and statements. What is compiled from
those is kept here for the next one, which is most of what is left of a start, and a part of each test's first page.

Werkzeug compiles two functions for each route, Jinja a module for each template, SQLAlchemy a string and its processors for each
statement. Mappers keep statements by dialect too: with a dialect for each test they would keep every test's."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing.rules import Rule

_compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile = Rule._compile_builder


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function reads the rule it is called for; it is made of these three alone."""
    made_of = (tuple(rule._trace), repr(rule.defaults), append_unknown)
    if made_of not in _compiled:
        _compiled[made_of] = _compile(rule, append_unknown)
    return _compiled[made_of]


class Templates(BytecodeCache):
    """Jinja's bytecode by template, as long as the process; the bucket itself refuses what was made of another source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if it was filled before."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled just now."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


STATEMENTS: LRUCache[Any, Any] = LRUCache(5000)
_new_engine = Engine.__init__


def _same_kind(dialect: Dialect, other: object) -> bool:
    """Every test's servers are of one version and asked in one way."""
    return type(dialect) is type(other)


def _engine_of_kept_statements(engine: Engine, *given: Any, **named: Any) -> None:
    _new_engine(engine, *given, **named)
    engine._compiled_cache = STATEMENTS


def install() -> None:
    """From now on, in this process."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = _same_kind  # type: ignore[method-assign]
        kind.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[method-assign]
    Engine.__init__ = _engine_of_kept_statements  # type: ignore[method-assign]
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
