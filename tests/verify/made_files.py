"""Made-up files to import: people of the impossible province 99, as CSV and as a workbook written by hand."""

import random
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MONTHLY = ("PSNOKA", "NIK", "NAMA", "SEGMEN", "BULAN", "TAHUN")
FULL = tuple(
    "PSNOKA PSNOKALAMA PSNOKALAMA2 NAMA NMCETAK JENKEL AGAMA TMPLHR TGLLHR FLAGTANGGUNGAN NOHP NIK NOKTP TMT TAT NPWP EMAIL NOKA "
    "KDHUBKEL KDSTAWIN KDNEGARA KDGOLDARAH KDSTATUSPST KDKANTOR TSINPUT TSUPDATE USERINPUT USERUPDATE TSSTATUS DAFTAR".split()
)
DATE_STYLE = 1
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
    "</styleSheet>"
)


class ExcelDate(float):
    """A number shown as a date."""


def nik(number: int) -> str:
    """A different NIK for every number below a million; serials as they are in life, 0001 to 0009."""
    district, rest = number % 9 + 1, number // 9
    serial, rest = rest % 9 + 1, rest // 9
    day, rest = rest % 28 + 1, rest // 28
    month, rest = rest % 12 + 1, rest // 12
    return f"9901{district:02d}{day:02d}{month:02d}{rest % 80:02d}{rest // 80:03d}{serial}"


def write_csv(path: Path, rows: Iterable[Sequence[object]], separator: str = ";", encoding: str = "utf-8") -> Path:
    path.write_bytes("".join(separator.join(map(str, row)) + "\r\n" for row in rows).encode(encoding))
    return path


def member_row(**known: str) -> list[str]:
    """One row of the full file."""
    return [known.get(title, "") for title in FULL]


def write_xlsx(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    """A workbook: texts as texts, numbers as numbers."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts(sheets).items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return path


def parts(sheets: Sequence[Sequence[Sequence[object]]]) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="L{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    related = "".join(f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
    styles = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _relationships(f'<Relationship Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relationships(related + styles),
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, rows in zip(numbers, sheets, strict=True)},
    }


def _relationships(inside: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def _sheet(rows: Sequence[Sequence[object]]) -> str:
    written = "".join(
        f'<row r="{n}">{"".join(_cell(cell, n, place) for place, cell in enumerate(row))}</row>' for n, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData></worksheet>'


def _cell(cell: object, row: int, place: int) -> str:
    where = f'r="{_letters(place)}{row}"'
    if cell is None:
        return ""
    if isinstance(cell, ExcelDate):
        return f'<c {where} s="{DATE_STYLE}"><v>{cell}</v></c>'
    if isinstance(cell, int | float):
        return f"<c {where}><v>{cell}</v></c>"
    return f'<c {where} t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'


def _letters(place: int) -> str:
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)


def bent_workbook(path: Path, number: int) -> Path:
    """A good workbook with something broken at a place that depends on the number."""
    write_xlsx(path, [("NIK", "DESIL"), (nik(1), 3), (nik(2), 4)])
    dice, raw = random.Random(number), bytearray(path.read_bytes())
    if number % 3 == 0:
        del raw[dice.randrange(10, len(raw)) :]
    else:
        for _ in range(1 + number % 9):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
    path.write_bytes(raw)
    return path
