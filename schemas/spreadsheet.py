"""Lists that people open in a spreadsheet: semicolons as an Indonesian Excel expects, and no cell that runs as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so; an apostrophe in front makes it text."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


def safe(text: str) -> str:
    """A text no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A whole list, ready to be opened."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow(titles)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + written.getvalue()).encode()
