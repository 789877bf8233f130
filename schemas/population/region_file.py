"""The compact table of region codes: one packed text, a line per code and name with its first and last edition.

Names follow the newest spelling; a name that differs only in letters' case or in ``KAB.`` for ``Kabupaten`` is the same.
"""

import json
import lzma
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path

from workflows import population
from workflows.population.regions import Edition, Region, RegionBook

FILE = "region_codes.tsv.xz"
VILLAGE_DIGITS = 10


def table_path() -> Path:
    """The table that comes with the package."""
    return Path(next(iter(population.__path__))) / FILE


@cache
def shipped_regions() -> RegionBook:
    """The packaged table, read once a process: about 100,000 rows."""
    return read_table(table_path())


@cache
def village_codes() -> frozenset[str]:
    """The codes of all villages that any edition knows."""
    return frozenset(region.code for region in shipped_regions().regions if len(region.code) == VILLAGE_DIGITS)


def merge(editions: Sequence[tuple[Edition, Mapping[str, str]]]) -> RegionBook:
    """One book from whole editions (code to name), oldest first."""
    open_rows: dict[str, tuple[str, date]] = {}
    closed: list[Region] = []
    for edition, table in editions:
        for code in [code for code in open_rows if code not in table or folded(table[code]) != folded(open_rows[code][0])]:
            name, since = open_rows.pop(code)
            closed.append(Region(code, name, since, edition.decided_on))
        for code, name in table.items():
            open_rows[code] = (name, open_rows[code][1] if code in open_rows else edition.decided_on)
    closed.extend(Region(code, name, since, None) for code, (name, since) in open_rows.items())
    return RegionBook([edition for edition, _ in editions], closed)


def folded(name: str) -> str:
    """What two spellings of one name have in common."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"^kab(?:\.|upaten)\s*", "", name.casefold().strip()))


def write_table(path: Path, book: RegionBook) -> None:
    """Pack a book; the same book gives the same bytes."""
    days = [edition.decided_on for edition in book.editions]
    lines = [json.dumps([asdict(edition) for edition in book.editions], default=str, ensure_ascii=False)]
    lines.extend(_line(region, days) for region in book.regions)
    packed = lzma.compress("\n".join(lines).encode(), format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)
    path.write_bytes(packed)


def read_table(path: Path) -> RegionBook:
    """Unpack a book."""
    head, *lines = lzma.decompress(path.read_bytes()).decode().split("\n")
    editions = [Edition(**{**told, "decided_on": date.fromisoformat(told["decided_on"])}) for told in json.loads(head)]
    return RegionBook(editions, _regions(lines, [edition.decided_on for edition in editions]))


def _line(region: Region, days: Sequence[date]) -> str:
    last = "" if region.valid_to is None else str(days.index(region.valid_to))
    return f"{region.code}\t{region.name}\t{days.index(region.valid_from)}\t{last}"


def _regions(lines: Iterable[str], days: Sequence[date]) -> Iterator[Region]:
    for line in lines:
        code, name, first, last = line.split("\t")
        yield Region(code, name, days[int(first)], days[int(last)] if last else None)
