"""Tables for other programs: CSV and XLSX. Codes are text, numbers are numbers, and no cell is run as a formula."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from schemas.spreadsheet import lines, safe
from verify.population.cockpit import Cockpit, Row
from workflows.population.regions import dotted
from workflows.population.tally import Definition
from workflows.records.coverage import CoverageSegment

Value = str | int | float

TITLES = (
    "KODE", "WILAYAH", "PENDUDUK", "PESERTA", "PESERTA AKTIF", "BELUM PESERTA", "PERSEN PESERTA", "PERSEN AKTIF",
    *(f"PESERTA {segment.value}" for segment in CoverageSegment if segment is not CoverageSegment.NONE),
    "DATA PENDUDUK PER", "DATA ANGGOTA PER",
)  # fmt: skip
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PART = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{PART}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{PART}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Cakupan" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def table(shown: Cockpit) -> list[Sequence[Value]]:
    """A row per region below, and their sum last."""
    dates = (shown.residents_on.isoformat(), shown.members_on.isoformat())
    return [TITLES, *(_row(row, dates) for row in (*sorted(shown.rows, key=lambda row: row.code), shown.here))]


def as_csv(rows: Iterable[Sequence[Value]]) -> bytes:
    """With semicolons and a byte order mark, as an Indonesian Excel expects."""
    return lines(rows).encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet; texts are texts, so that a code keeps its zeros and a formula stays words."""
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(zipfile.ZipInfo(name), XML + text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _row(row: Row, dates: tuple[str, str]) -> Sequence[Value]:
    tally = row.tally
    shares = (row.covered.percent, tally.share(Definition.ACTIVE_OF_RESIDENTS).percent)
    by_payer = (tally.people_in.get(segment, 0) for segment in CoverageSegment if segment is not CoverageSegment.NONE)
    counted = (tally.people, tally.members, tally.active, tally.uncovered)
    return (dotted(row.code), row.name, *counted, *map(float, shares), *by_payer, *dates)


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(safe(value))}</t></is></c>'
    return f"<c><v>{value}</v></c>"
