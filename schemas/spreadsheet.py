"""Lists that people open in a spreadsheet: semicolons as an Indonesian Excel expects, and no cell that runs as a formula.

Every CSV of ours is written here; every workbook in ``schemas.workbook`` or ``verify.population.tables``. A test holds all others to that.
"""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
"""A spreadsheet runs a cell that begins so; an apostrophe in front makes it text."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


def safe(text: str) -> str:
    """A text no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A whole list, ready to be opened."""
    return (BYTE_ORDER_MARK + lines([titles, *rows])).encode()


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Some lines of a list: texts made safe, numbers with a comma."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";").writerows(map(_cell, row) for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return safe(value) if isinstance(value, str) else value
