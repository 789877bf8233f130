"""Published tables of region codes, as their publishers wrote them: a folder of CSV files or a file of SQL.

Two publishers are known: the npm package ``idn-area-data`` (``data/{provinces,regencies,districts,villages}.csv`` with
the columns ``code`` and ``name``) and the repository ``cahyadsn/wilayah`` (rows ``('36.73','Kota Serang')``). Both are
under the MIT licence.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from schemas.population.region_file import merge
from workflows.errors import InvalidInput
from workflows.population.regions import LEVELS, Edition, RegionBook

ARCHIVE = "github.com/cahyadsn/wilayah db/archive"
ARCHIVED = "MIT, Copyright (c) 2017-2025 Cahya DSN"
PACKAGED = "MIT, Copyright (c) 2023 Fityan"

EDITIONS: tuple[tuple[str, Edition], ...] = (
    ("wilayah_2016.sql", Edition("Permendagri 56 Tahun 2015", date(2015, 6, 29), ARCHIVE, ARCHIVED)),
    ("wilayah_2018.sql", Edition("Permendagri 137 Tahun 2017", date(2017, 12, 27), ARCHIVE, ARCHIVED)),
    ("wilayah_2020.sql", Edition("Permendagri 72 Tahun 2019, Kepmendagri 146.1-4717 Tahun 2020", date(2020, 12, 21), ARCHIVE, ARCHIVED)),
    ("wilayah_2022.sql", Edition("Kepmendagri 050-145 Tahun 2022", date(2022, 2, 14), ARCHIVE, ARCHIVED)),
    ("wilayah_2023.sql", Edition("Kepmendagri 100.1.1-6117 Tahun 2022", date(2022, 11, 9), ARCHIVE, ARCHIVED)),
    ("data", Edition("Kepmendagri 300.2.2-2430 Tahun 2025", date(2025, 6, 23), "npm idn-area-data 4.0.1", PACKAGED)),
)
"""Each file's name with what it is; the dates are those of the decisions, as the archive's README gives them."""

CSV_FILES = ("provinces.csv", "regencies.csv", "districts.csv", "villages.csv")
SQL_ROW = re.compile(r"""\(\s*["'](\d\d(?:\.\d+)*)["']\s*,\s*(?:'((?:[^'\\]|''|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\)""")


def read_editions(folder: Path) -> RegionBook:
    """All editions that lie in ``folder`` under the names of ``EDITIONS``; ``InvalidInput`` names one that is missing."""
    missing = [name for name, _ in EDITIONS if not (folder / name).exists()]
    if missing:
        raise InvalidInput(f"Tidak ada {missing[0]} di folder ini. Salin semua edisi ke satu folder, lalu ulangi.")
    return merge([(edition, read_edition(folder / name)) for name, edition in EDITIONS])


def read_edition(path: Path) -> dict[str, str]:
    """Code to name, in order of code; ``InvalidInput`` where a row has no code's shape or no region above it."""
    table = dict(_csv_rows(path) if path.is_dir() else _sql_rows(path))
    for code in table:
        above = code[:6] if len(code) == 10 else code[:-2]
        if len(code) not in LEVELS or (above and above not in table):
            raise InvalidInput(f"Kode {code} di {path.name} tidak mempunyai wilayah induk. Periksa berkas edisi ini.")
    return dict(sorted(table.items()))


def _csv_rows(folder: Path) -> Iterator[tuple[str, str]]:
    for name in CSV_FILES:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["code"].replace(".", ""), _plain(row["name"])


def _sql_rows(path: Path) -> Iterator[tuple[str, str]]:
    for code, single, double in SQL_ROW.findall(path.read_text(encoding="utf-8", errors="replace")):
        yield code.replace(".", ""), _plain((single or double).replace("''", "'").replace("\\'", "'"))


def _plain(name: str) -> str:
    return " ".join(name.split())
