"""What a file would change: its people beside those of the extract that counts now, both in the order of their NIKs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from workflows.extracts import COLUMNS, TABLES, Fact
from workflows.records.extract import ExtractKind

TELL_EVERY = 5_000
MONTHLY = frozenset({"nik", "fault", "month", "year"})
"""What makes nobody another: a member file of the next month names that month in every row."""


def compare(session: Session, kind: ExtractKind, facts: Iterable[Fact], before: int | None, step: Callable[[int], None]) -> Counter[str]:
    """How many people are ``new``, ``changed``, ``same`` or ``gone``; whoever's row was refused counts in none of them.

    No transaction is open while the file is walked, which takes minutes. ``before`` is the extract that counts now, by its number.
    """
    names = tuple(name for name in COLUMNS[kind] if name not in MONTHLY)
    ours, theirs = _ours(facts, names, step), _theirs(session, kind, before, names)
    counts = Counter({"new": 0, "changed": 0, "same": 0, "gone": 0})
    one, other = next(ours, None), next(theirs, None)
    while one or other:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            counts["new"] += one[1] is None
            one = next(ours, None)
        elif one is None or other[0] < one[0]:
            counts["gone"] += other[1] is None
            other = next(theirs, None)
        else:
            counts[_alike(one, other)] += one[1] is None
            one, other = next(ours, None), next(theirs, None)
    return counts


Line = tuple[str, str | None, tuple[Any, ...]]
"""A NIK, the fault of its row, and what else is said of the person."""


def _alike(one: Line, other: Line) -> str:
    if other[1] is not None:
        return "new"
    return "same" if one[2] == other[2] else "changed"


def _ours(facts: Iterable[Fact], names: tuple[str, ...], step: Callable[[int], None]) -> Iterator[Line]:
    for number, fact in enumerate(facts, 1):
        if number % TELL_EVERY == 0:
            step(number)
        yield fact.nik, fact.fault, tuple(getattr(fact, name) for name in names)


def _theirs(session: Session, kind: ExtractKind, before: int | None, names: tuple[str, ...]) -> Iterator[Line]:
    """Piece by piece, each in a transaction of its own: between two pieces a whole file of new people may go by."""
    last, table = "", TABLES[kind]
    columns = [col(getattr(table, name)) for name in ("nik", "fault", *names)]
    while before is not None:
        behind = (col(table.extract_id) == before, col(table.nik) > last)
        piece = session.connection().execute(select(*columns).where(*behind).order_by(col(table.nik)).limit(TELL_EVERY)).all()
        session.rollback()
        if not piece:
            return
        for nik, fault, *said in piece:
            last = nik
            yield nik, fault, tuple(said)
