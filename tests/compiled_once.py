"""Each test has an application and a database of its own, all with the same routes, templates and statements. What is compiled from
those is kept here for the next one, which is most of what is left of a start, and a part of each test's first page.

Werkzeug compiles two functions for each route, Jinja a module for each template, SQLAlchemy a string for each statement."""

from collections.abc import Callable
from copy import copy
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Compiled, Engine
from sqlalchemy.orm import Mapper
from sqlalchemy.util import HasMemoized, LRUCache
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


_statements: dict[tuple[Any, ...], Compiled] = {}
_new_engine = Engine.__init__


class Statements(LRUCache[Any, Any]):
    """What one engine, or one mapper, has compiled; what another one had compiled already is taken over, with no processor: those seal
    and open with the keys of their own engine."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """The statement for the dialect that the key begins with."""
        found = super().get(key, default)
        kept = _statements.get(_without_dialect(key)) if found is None else None
        if kept is not None:
            found = copy(kept)
            found.dialect = key[0]
            super().__setitem__(key, found)
        return found

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        """Keep what was compiled just now, as it is before it is run for the first time."""
        _statements[_without_dialect(key)] = copy(compiled)
        super().__setitem__(key, compiled)


def _without_dialect(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Every test's servers of a kind are of one version and asked in one way."""
    return (type(key[0]), *key[1:])


def _engine_of_kept_statements(engine: Engine, *given: Any, **named: Any) -> None:
    _new_engine(engine, *given, **named)
    engine._compiled_cache = Statements(500)


def _compiled_cache(mapper: Mapper[Any]) -> Statements:
    return Statements(mapper._compiled_cache_size)


def install() -> None:
    """From now on, in this process."""
    Mapper._compiled_cache = HasMemoized.memoized_attribute(_compiled_cache)  # type: ignore[assignment]
    Engine.__init__ = _engine_of_kept_statements  # type: ignore[method-assign]
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
