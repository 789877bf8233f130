"""A workbook of texts: one sheet whose cells are all texts, byte for byte the same for the same rows.

A CSV that Excel opens loses the sixteenth digit of a NIK and runs what begins with ``=``. Here a cell is text by its type; the
sign in front of what looks like a formula is for whoever saves the sheet as CSV after all.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from schemas.spreadsheet import safe

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can say: the same for all files."""

OFFICE = "http://schemas.openxmlformats.org"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{OFFICE}/spreadsheetml/2006/main" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{OFFICE}/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
"""Everything but the rows; format 49 is "text", so that a cell that somebody edits stays one."""


def workbook(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX file of one sheet."""
    sheet = "".join(_row(number, cells) for number, cells in enumerate([titles, *rows], 1))
    content = f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in {**PARTS, "xl/worksheets/sheet1.xml": content}.items():
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, HEAD + part)
    return packed.getvalue()


def harmless(text: str) -> str:
    """The same text, not to be taken for a formula; what XML cannot hold is left out."""
    clean = "".join(letter for letter in text if letter.isprintable() or letter in "\t\r\n")
    return safe(clean)


def _row(number: int, cells: Sequence[str]) -> str:
    texts = (
        f'<c t="inlineStr" r="{_column(at)}{number}"><is><t xml:space="preserve">{escape(harmless(cell))}</t></is></c>'
        for at, cell in enumerate(cells)
    )
    return f'<row r="{number}">{"".join(texts)}</row>'


def _column(at: int) -> str:
    """``A`` to ``Z``, then ``AA``: as a spreadsheet names its columns."""
    first, last = divmod(at, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)
