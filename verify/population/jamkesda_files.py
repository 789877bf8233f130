"""A Jamkesda list read from a file, and a batch of its people written as BPJS is sent one."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from schemas.foreign import quotable
from schemas.jamkesda import Refused, is_title_row, read_lines
from schemas.registration_file import COLUMNS, render
from verify.imports.csv_reader import CsvReader
from verify.imports.source import Format, check_unchanged, inspect
from verify.imports.xlsx_reader import XlsxReader
from workflows.batches import ExportRow
from workflows.nik import parse_nik
from workflows.population.jamkesda import ListFile
from workflows.ports import Segment
from workflows.records.jamkesda import JamkesdaPerson
from workflows.records.resident import ResidentRow


def read(path: Path, *, practice: bool) -> tuple[ListFile, list[Refused]]:
    """The whole file, and the lines that cannot be used; ``ImportRefused`` or ``InvalidInput`` where it is none."""
    source = inspect(path)
    reader = CsvReader(source, is_title_row) if source.format is Format.CSV else XlsxReader(source)
    with closing(reader.rows()) as rows:
        lines, refused = read_lines(rows, practice=practice)
    check_unchanged(source)
    return ListFile(source.sha256, quotable(path.name) or "", lines, len(refused)), refused


def as_registration(people: Sequence[tuple[JamkesdaPerson, ResidentRow | None]]) -> bytes:
    """A batch in the columns of the registration file; where the residents' extract knows more, its word is taken."""
    return render([ExportRow(_columns(person, resident)) for person, resident in people])


def _columns(person: JamkesdaPerson, resident: ResidentRow | None) -> dict[str, str]:
    told, nik = person.details, parse_nik(person.nik, practice=True)
    known = {
        "nik": person.nik,
        "no_kk": (resident.family_card if resident else None) or told.get("kk"),
        "nama": (resident.name if resident else None) or told["name"],
        "tgl_lahir": resident.birth_date.isoformat() if resident and resident.birth_date else None,
        "jk": "P" if nik.female else "L",
        "alamat": (resident.address if resident else None) or told.get("address"),
        "kode_desa": resident.village_code if resident else None,
        "segmen": Segment.PEMDA.value,
    }
    return {name: known.get(name) or "" for name in COLUMNS}
