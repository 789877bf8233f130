"""The files between a region and BPJS Kesehatan: the columns we send, and the answers we read.

No published layout was found for either (domain reference 5.5). The columns sent are the minimum record seen in the field; the
titles read are those seen in member files. An answer file is read whole or not at all: every bad row is named with its line.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from schemas.extract_cells import BadCell, Cell, card_number, check_nik, day, nik_digits, words
from schemas.workbook import workbook
from workflows.batches import AnswerRow, ExportRow
from workflows.errors import InvalidInput
from workflows.registering import Answer
from workflows.registration_states import RefusalCode
from workflows.saying import joined, say

COLUMNS = (
    "nik no_kk nama tempat_lahir tgl_lahir jk status_kawin hub_keluarga alamat rt rw kode_desa kode_pos no_hp kode_fktp segmen tmt_usulan "
    "no_surat tgl_surat kode_rs tgl_masuk_rs"
).split()

TITLES: Mapping[str, str] = {
    "nik": "nik",
    "noktp": "nik",
    "status": "status",
    "hasil": "status",
    "statuspst": "status",
    "psnoka": "card",
    "nokartu": "card",
    "nomorkartu": "card",
    "tmt": "since",
    "tglaktif": "since",
    "tanggalaktif": "since",
    "kodealasan": "code",
    "alasan": "code",
    "keterangan": "note",
    "catatan": "note",
}
"""A title, folded to letters, and what stands below it."""
ASKED = frozenset({"nik", "status"})

ACTIVE = frozenset({"aktif", "diterima", "berhasil", "sukses", "active", "accepted"})
REFUSED = frozenset({"ditolak", "gagal", "tolak", "refused", "rejected"})
MOST_FAULTS = 20
MOST_ROWS = 20_000


def render(rows: Sequence[ExportRow]) -> bytes:
    """The export file."""
    return workbook(COLUMNS, ([_sent(name, row.columns[name]) for name in COLUMNS] for row in rows))


def is_title_row(cells: Sequence[Cell]) -> bool:
    """Whether a row names the columns of an answer file."""
    return {TITLES.get(_folded(cell)) for cell in cells} >= ASKED


def read_answers(rows: Iterable[tuple[int, Sequence[Cell] | None]], *, practice: bool) -> list[AnswerRow]:
    """Every row, or ``InvalidInput`` that names the lines to mend."""
    lines = iter(rows)
    places = next((_places(cells) for _, cells in lines if cells is not None and is_title_row(cells)), None)
    if places is None:
        raise InvalidInput(say("Baris judul tidak ditemukan. Berkas jawaban harus punya kolom NIK dan STATUS."))
    found, faults, seen = [], [], set[str]()
    for line, cells in lines:
        if cells is not None and not any(words(cell) for cell in cells):
            continue
        try:
            row = _read(line, _picked(cells, places), practice=practice)
            if row.nik in seen:
                raise InvalidInput(say("NIK ini sudah ada di baris lain"))
            seen.add(row.nik)
            found.append(row)
        except (BadCell, InvalidInput, ValueError) as error:
            faults.append(say("baris {line}: {value}", line=line, value=getattr(error, "reason", None) or str(error)))
        if len(found) + len(faults) > MOST_ROWS:
            raise InvalidInput(say("Berkas jawaban lebih dari 20.000 baris. Bagi dua, lalu kirim lagi."))
    if faults:
        more = say(" dan {value} baris lain", value=len(faults) - MOST_FAULTS) if len(faults) > MOST_FAULTS else ""
        raise InvalidInput(
            say("Tidak ada yang disimpan. Perbaiki lalu kirim lagi: {faults}{more}.", faults=joined(faults[:MOST_FAULTS], "; "), more=more)
        )
    if not found:
        raise InvalidInput(say("Berkas jawaban ini tidak berisi baris data. Minta berkas baru."))
    return found


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Names answers that came as JSON, as a file's digest names the file."""
    content = repr([sorted((name, f"{value}") for name, value in row.items() if value is not None) for row in rows])
    return hashlib.sha256(content.encode()).hexdigest()


def _sent(name: str, value: str) -> str:
    """A telephone as people in Indonesia dial it, which is no formula."""
    return re.sub(r"^\+62", "0", value) if name == "no_hp" else value


def _places(cells: Sequence[Cell]) -> dict[str, int]:
    return {TITLES[_folded(cell)]: at for at, cell in reversed(list(enumerate(cells))) if _folded(cell) in TITLES}


def _picked(cells: Sequence[Cell] | None, places: Mapping[str, int]) -> dict[str, Cell]:
    if cells is None:
        raise InvalidInput(say("Tanda petik di baris ini tidak ditutup"))
    return {name: cells[at] if at < len(cells) else None for name, at in places.items()}


def _read(line: int, cells: Mapping[str, Cell], *, practice: bool) -> AnswerRow:
    digits = nik_digits(cells["nik"])
    check_nik(digits, practice=practice)
    status, note = (words(cells["status"]) or "").casefold(), words(cells.get("note"))
    if status in ACTIVE:
        return AnswerRow(line, digits, Answer(_since(cells.get("since")), card_number(cells.get("card")), note=note))
    if status in REFUSED:
        return AnswerRow(line, digits, Answer(refusal=_code(words(cells.get("code")) or ""), note=note))
    raise InvalidInput(say("STATUS harus AKTIF atau DITOLAK"))


def _since(cell: Cell) -> date:
    since = day(cell)
    if since is None:
        raise InvalidInput(say("tanggal aktif (TMT) kosong"))
    return since


def _code(text: str) -> RefusalCode:
    try:
        return RefusalCode(re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_"))
    except ValueError:
        raise InvalidInput(say("kode alasan tidak dikenal; pilih {refusalcode}", refusalcode=", ".join(RefusalCode))) from None


def _folded(cell: Cell) -> str:
    return re.sub(r"[^a-z]", "", str(cell or "").casefold())
