"""Where a key stands in a TOML text: the standard library's parser does not tell, and a fault needs a line."""

import re

Path = tuple[str | int, ...]
"""Names of tables and keys from the top of the file, with the position inside a list of tables."""

HEADER = re.compile(r"^\s*(\[{1,2})\s*([A-Za-z0-9_.-]+)\s*\]")
KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")


def key_lines(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every table and key that begins a line."""
    lines: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _table(header[2], header[1] == "[[", counts)
            lines.setdefault(tuple(table[:-1]) if isinstance(table[-1], int) else table, number)
            lines.setdefault(table, number)
        elif key := KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of ``path``, or of the nearest table around it when the key itself is not there."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _table(name: str, listed: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    *parents, last = name.split(".")
    for parent in parents:
        path = (*path, parent)
        path = (*path, counts[path]) if path in counts else path
    path = (*path, last)
    if not listed:
        return path
    counts[path] = counts.get(path, -1) + 1
    return (*path, counts[path])
