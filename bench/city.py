"""Goals 9 and 10: a city's file read, proved and stored, against a bare COPY; and its coverage counted, against a bare join."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench.contest import Bar, Measure, contest
from bench.goal import Outcome, Size, demand
from bench.people import REGION, City, make_city
from bench.place import office
from tests.office import Office
from verify.config import variable
from workflows.population import coverage

PEOPLE = 2_500_000
GIGABYTE = 1e9
BARE = (
    "CREATE UNLOGGED TABLE bare_{0} (nik text, name text, born text, village text, kk text, address text)",
    "COPY bare_{0} FROM STDIN WITH (FORMAT csv, DELIMITER ';', HEADER)",
    "CREATE INDEX ON bare_{0} (nik)",
)


@dataclass(slots=True)
class Town:
    """An office, its city's files, and the most memory an import of them took."""

    office: Office
    city: City
    peak: int = 0

    def rekom(self, *words: object, good: tuple[int, ...] = (0,)) -> str:
        """One command in a process of its own; returns what it said."""
        settings = self.office.rekom.settings
        given = {variable(name): str(getattr(settings, name)) for name in settings.__dataclass_fields__}
        command = [sys.executable, "-m", "verify.cli", *map(str, words)]
        child = subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert child.stdout is not None
        with child.stdout as stream:
            said = stream.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.peak = max(self.peak, used.ru_maxrss * 1024)
        demand(child.returncode in good, f"rekom {words[0]} {words[1]} ended with {child.returncode}: {said[-300:]}")
        return said

    def newest(self) -> int:
        """The number of the file that was imported last."""
        with self.office.read() as session:
            return int(session.execute(text("SELECT max(id) FROM extract")).scalar_one())


def run_import(size: Size) -> Outcome:
    """Seconds a row, undone again outside the clock; and the most memory against a gigabyte."""
    people = size.of(PEOPLE)
    with town(people) as here:
        found = proved(here)
        here.peak = 0
        bar = Bar(2.0, 1.3, higher=False)
        time_taken = contest("time", lambda: imported(here) / people, lambda: copied(here, people) / people, bar, rounds=size.rounds)
        return Outcome([time_taken, memory(here)], checked=found, facts={"rows": people})


def run_coverage(size: Size) -> Outcome:
    """Seconds to count a city from files that are stored already."""
    people = size.of(PEOPLE)
    with town(people) as here:
        here.rekom("import", "residents", here.city.residents, "--as-of", "2026-06-30", "--by", "Bench Contoh")
        here.rekom("import", "members", here.city.members, "--complete", "--by", "Bench Contoh")
        loaded(here)
        counted(here)
        right = agreed(here)
        bar = Bar(0.4, 0.15, higher=False)
        measure = contest("count by kelurahan", lambda: counted(here), lambda: joined(here), bar, rounds=size.rounds)
        return Outcome([measure], checked=right, facts={"people": people})


@contextmanager
def town(people: int) -> Iterator[Town]:
    """An office on PostgreSQL and the files of a city."""
    with tempfile.TemporaryDirectory(prefix="rekom-bench-") as folder, office("postgresql", practice=True) as made:
        yield Town(made, make_city(Path(folder), people))


def memory(here: Town) -> Measure:
    """The import's peak against a gigabyte, which is always the same: no rounds are needed."""
    ratio = here.peak / GIGABYTE
    return Measure("memory", here.peak, GIGABYTE, ratio, (ratio, ratio), 1.0, 1, Bar(1.0, 0.256, higher=False), "bytes")


def proved(here: Town) -> int:
    """Every planted fault is reported by its code, every other row is good."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).unlink()
        words = (
            "import",
            "residents",
            here.city.residents,
            "--as-of",
            "2026-06-30",
            "--by",
            "Bench Contoh",
            "--dry-run",
            "--bad-rows",
            file.name,
        )
        here.rekom(*words, good=(0, 1))
        listed = Path(file.name).read_text(encoding="utf-8-sig")
        Path(file.name).touch()
    for code, number in here.city.bad.items():
        demand(len(re.findall(rf"\b{code}\b", listed)) == number, f"{code}: planted {number}, reported {len(re.findall(code, listed))}")
    return here.city.good + sum(here.city.bad.values())


def imported(here: Town) -> float:
    """Seconds of one import; afterwards it is undone, so that the next one has the same to do."""
    began = time.perf_counter()
    here.rekom("import", "residents", here.city.residents, "--as-of", "2026-06-30", "--by", "Bench Contoh")
    took = time.perf_counter() - began
    number = here.newest()
    with here.office.read() as session:
        stored = session.execute(text("SELECT count(*) FROM resident_row WHERE extract_id = :id"), {"id": number}).scalar_one()
    demand(stored >= here.city.good, f"{stored} rows stored of {here.city.good}")
    here.rekom("import", "undo", number, "--by", "Bench Contoh")
    return took


def copied(here: Town, people: int) -> float:
    """Seconds of a COPY of the same file and one index."""
    with connection(here) as link:
        link.execute("DROP TABLE IF EXISTS bare_copy")
        began = time.perf_counter()
        copy(link, "copy", here.city.residents)
        took = time.perf_counter() - began
        (number,) = link.execute("SELECT count(*) FROM bare_copy").fetchone() or (0,)
        demand(number == people, "COPY lost rows")
        return took


def copy(link: "psycopg.Connection[tuple[int, ...]]", name: str, file: Path) -> None:
    """A file into a table as it is."""
    table, load, index = (line.format(name) for line in BARE)
    link.execute(table)
    with file.open("rb") as source, link.cursor().copy(load) as target:
        while block := source.read(1 << 20):
            target.write(block)
    link.execute(index)


def loaded(here: Town) -> None:
    """Both files as bare tables, for the join."""
    with connection(here) as link:
        copy(link, "residents", here.city.residents)
        copy(link, "members", here.city.members)
        link.execute("ANALYZE")


def counted(here: Town) -> float:
    """Seconds of our count, forgotten again outside the clock."""
    with here.office.write() as session:
        for table in ("coverage_cell", "coverage_snapshot"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - two names of ours
    made = here.office
    with made.write() as session:
        began = time.perf_counter()
        coverage.count(session, REGION, made.actor("admin"), now=made.clock())
        session.flush()
        return time.perf_counter() - began


JOIN = (
    "SELECT village, count(*), count(m.nik) FROM bare_residents r LEFT JOIN "
    "(SELECT DISTINCT name AS nik FROM bare_members) m ON m.nik = r.nik GROUP BY village"
)
"""``name`` is the second column: of members, the NIK."""


def joined(here: Town) -> float:
    """Seconds of one hash join of the bare tables."""
    with connection(here) as link:
        began = time.perf_counter()
        link.execute(JOIN).fetchall()
        return time.perf_counter() - began


def agreed(here: Town) -> int:
    """Our count is the city's truth, village by village."""
    query = text(
        "SELECT village_code, sum(people), sum(CASE WHEN segment <> 'NONE' THEN people ELSE 0 END) FROM coverage_cell GROUP BY village_code"
    )
    with here.office.read() as session:
        found = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
    wanted = {village: (number, here.city.covered[village]) for village, number in here.city.living.items()}
    demand(found == wanted, "a village was counted wrongly")
    return len(found)


@contextmanager
def connection(here: Town) -> Iterator["psycopg.Connection[tuple[int, ...]]"]:
    """A plain connection to the office's database."""
    url = make_url(here.office.rekom.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as link:
        yield link
