"""A process of its own that opens one workbook: whatever a hostile file does, it does it here, within limits.

Started as a script, isolated from our packages. Writes JSON lines: ``{"rows": n}``, a list per row, ``{"end": n}``;
or ``{"refused": slug}``. A date is ``{"day": iso}``.
"""

import json
import resource
import sys
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

WIDEST = 200
"""Columns; the widest file known has thirty."""
LONGEST = 1_000
"""Characters of a cell that are handed on; nothing we read is that long."""


def main(path: str, memory: int, seconds: int) -> int:
    """Limit this process, then read."""
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0))
    for limit, value in limits:  # no core: what was sent must not outlive the process that read it
        with suppress(ValueError, OSError):  # macOS knows no limit of the address space
            resource.setrlimit(limit, (value, value))
    try:
        return read(path)
    except PasswordError:
        return refuse("password")
    except (CalamineError, OSError, ValueError):
        return refuse("broken")
    except MemoryError:
        return refuse("memory")


def read(path: str) -> int:
    """Write the only sheet that holds anything."""
    with CalamineWorkbook.from_path(path) as workbook:
        sheets = filled_sheets(workbook)
        if len(sheets) != 1:
            return refuse("sheets" if sheets else "empty")
        if sheets[0].total_width > WIDEST:
            return refuse("wide")
        write({"rows": sheets[0].total_height})
        rows = 0
        for row in sheets[0].iter_rows():
            write([cell[:LONGEST] if isinstance(cell, str) else cell for cell in row])
            rows += 1
        write({"end": rows})
    return 0


def filled_sheets(workbook: CalamineWorkbook) -> list[CalamineSheet]:
    """Visible worksheets with at least one cell."""
    visible = [
        place
        for place, sheet in enumerate(workbook.sheets_metadata)
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    return [sheet for sheet in map(workbook.get_sheet_by_index, visible) if sheet.height]


def refuse(slug: str) -> int:
    """Say why nothing comes."""
    write({"refused": slug})
    return 3


def write(value: object) -> None:
    """One JSON line."""
    sys.stdout.write(json.dumps(value, default=plain) + "\n")


def plain(cell: object) -> object:
    """Dates as marked ISO text; times and durations are nobody's NIK or desil, as text."""
    if isinstance(cell, date | datetime):
        return {"day": cell.isoformat()}
    return str(cell) if isinstance(cell, time | timedelta) else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
