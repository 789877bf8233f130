"""Good rows from bad ones. Both wait in a temporary file without a name until the last row was read, because some
faults only show then: a NIK that comes again with other content, a column that lost its last digits.

The file is a private SQLite database: it spills to disk by itself, finds a repeated NIK by its key, and is gone with
this process however that ends.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.extract_cells import REASONS, Cell, Fault
from schemas.extract_file import Layout, Reading, zeros_suspicious
from workflows.extracts import COLUMNS, DtsenFact, Fact, MemberFact, ResidentFact
from workflows.ports import Segment
from workflows.records.extract import ExtractKind
from workflows.records.resident import ResidentStatus

SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;
CREATE TABLE person (nik TEXT PRIMARY KEY, line INTEGER, content TEXT, fault TEXT, cells TEXT) WITHOUT ROWID;
CREATE TABLE bad (line INTEGER PRIMARY KEY, fault TEXT, reason TEXT, cells TEXT);
"""
FACTS: Mapping[ExtractKind, type[DtsenFact] | type[MemberFact] | type[ResidentFact]] = {
    ExtractKind.DTSEN: DtsenFact,
    ExtractKind.MEMBERS: MemberFact,
    ExtractKind.RESIDENTS: ResidentFact,
}
TYPES: Mapping[str, Callable[[str], Any]] = {
    "segment": Segment,
    "status": ResidentStatus,
    **dict.fromkeys(("cover_from", "cover_until", "birth_date", "status_on"), date.fromisoformat),
}
"""Columns that are more than text and number."""
JSON = json.JSONEncoder(default=str)
HEAD_ROWS = 20
"""First rows, for a person to see whether the columns are what they should be."""
MOST_DATES = 100
"""More different dates than this are no date of the extract."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken, with the cells we read of it."""

    line: int
    fault: str
    reason: str
    cells: Sequence[Cell]


class Sieve:
    """Takes readings one by one; ``settle()`` once, then the counts, ``facts()`` and ``bad_rows()``."""

    def __init__(self, kind: ExtractKind, layout: Layout) -> None:
        self.kind = kind
        self.layout = layout
        self.dates: set[date] = set()
        self.head: list[tuple[int, Sequence[Cell]]] = []
        self.rows_good = self.rows_bad = self.rows_unreadable = 0
        self._niks = self._zeros = 0
        self._held = sqlite3.connect("", isolation_level=None)
        self._held.executescript(SCHEMA)
        self._held.execute("BEGIN")  # a transaction per row would cost more than the reading

    def take(self, line: int, reading: Reading, cells: Sequence[Cell]) -> None:
        """Keep one row that was read."""
        if reading.digits:
            self._niks += 1
            self._zeros += reading.digits.endswith("0")
        if reading.as_of and len(self.dates) < MOST_DATES:
            self.dates.add(reading.as_of)
        if len(self.head) < HEAD_ROWS:
            self.head.append((line, cells))
        kept = JSON.encode(list(cells))
        if reading.fault:
            self._refuse(line, reading.fault, reading.reason, kept)
        if reading.nik is None:
            self.rows_unreadable += 1
        else:
            self._keep(line, reading, kept)

    def settle(self) -> None:
        """Judge what only shows at the end, and count."""
        if zeros_suspicious(self._zeros, self._niks):
            self._refuse_zeros()
        self.rows_good = self._number("SELECT count(*) FROM person WHERE fault IS NULL")
        self.rows_bad = self._number("SELECT count(*) FROM bad")

    def people(self, until: str | None = None) -> int:
        """How many people are in the file, up to a NIK."""
        if until is None:
            return self._number("SELECT count(*) FROM person")
        return int(self._held.execute("SELECT count(*) FROM person WHERE nik <= ?", (until,)).fetchone()[0])

    def facts(self, behind: str = "") -> Iterator[Fact]:
        """Every person in the file, those with a fault too, in order of NIK, behind one."""
        for nik, content, fault in self._held.execute("SELECT nik, content, fault FROM person WHERE nik > ? ORDER BY nik", (behind,)):
            yield FACTS[self.kind](nik, fault=fault) if fault else _loaded(self.kind, content)

    def bad_rows(self) -> Iterator[BadRow]:
        """Every row that is not taken, in the file's order."""
        for line, fault, reason, cells in self._held.execute("SELECT line, fault, reason, cells FROM bad ORDER BY line"):
            yield BadRow(line, fault, reason, json.loads(cells))

    def faults(self) -> Counter[str]:
        """How often each fault occurs."""
        return Counter(dict(self._held.execute("SELECT fault, count(*) FROM bad GROUP BY fault")))

    def close(self) -> None:
        """Let the temporary file go."""
        self._held.close()

    def _keep(self, line: int, reading: Reading, kept: str) -> None:
        content = _dumped(self.kind, reading.fact) if reading.fact else None
        person = (reading.nik, line, content, reading.fault, kept)
        if self._held.execute("INSERT INTO person VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", person).rowcount == 1:
            return
        query = "SELECT line, content, fault, cells FROM person WHERE nik = ?"
        first_line, first_content, first_fault, first_kept = self._held.execute(query, (reading.nik,)).fetchone()
        if content is not None and content == first_content:
            self._refuse(line, Fault.REPEATED, REASONS[Fault.REPEATED], kept)
            return
        # Two rows that disagree: neither is believed, and look-ups are told that the person is in the file.
        if reading.fault is None:
            self._refuse(line, Fault.NIK_CONTRADICTED, REASONS[Fault.NIK_CONTRADICTED], kept)
        if first_fault is None:
            self._refuse(first_line, Fault.NIK_CONTRADICTED, REASONS[Fault.NIK_CONTRADICTED], first_kept)
            self._held.execute("UPDATE person SET content = NULL, fault = ? WHERE nik = ?", (Fault.NIK_CONTRADICTED.value, reading.nik))

    def _refuse(self, line: int, fault: Fault, reason: str, kept: str) -> None:
        self._held.execute("INSERT INTO bad VALUES (?, ?, ?, ?)", (line, fault.value, reason, kept))

    def _refuse_zeros(self) -> None:
        fault, reason = Fault.NIK_ZEROS.value, REASONS[Fault.NIK_ZEROS]
        lost = "INSERT INTO bad SELECT line, ?, ?, cells FROM person WHERE nik LIKE '%0' AND fault IS NULL"
        self.rows_unreadable += self._held.execute(lost, (fault, reason)).rowcount
        self._held.execute("UPDATE person SET content = NULL, fault = ? WHERE nik LIKE '%0' AND fault IS NULL", (fault,))

    def _number(self, query: str) -> int:
        return int(self._held.execute(query).fetchone()[0])


def _dumped(kind: ExtractKind, fact: Fact) -> str:
    return JSON.encode([getattr(fact, name) for name in COLUMNS[kind]])


def _loaded(kind: ExtractKind, content: str) -> Fact:
    values = zip(COLUMNS[kind], json.loads(content), strict=True)
    return FACTS[kind](**{name: TYPES[name](value) if value is not None and name in TYPES else value for name, value in values})
