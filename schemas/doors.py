"""Lists of doors: what an office asks for, and the answers that come back in a spreadsheet."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marshmallow import ValidationError, validates

from schemas.extract_cells import Cell, words
from schemas.fields import Choice, Count, Shape, Text
from workflows.errors import InvalidInput
from workflows.records.door import MOST, DoorAnswer
from workflows.revealing import LONG_NUMBER
from workflows.saying import say

LONGEST_LIFE = 90
"""Days for which a list is out."""
MOST_ROWS = 2_000
CODE, SAID = "KODE PINTU", "JAWABAN"
TITLES = {"kodepintu": CODE, "kode": CODE, "jawaban": SAID, "hasil": SAID}
"""A title, folded to letters, and what stands below it."""
ANSWERS: Mapping[str, DoorAnswer] = {
    "terdaftar": DoorAnswer.REGISTERED,
    "daftar": DoorAnswer.REGISTERED,
    "sudahdaftar": DoorAnswer.REGISTERED,
    "pindah": DoorAnswer.MOVED,
    "meninggal": DoorAnswer.DIED,
    "menolak": DoorAnswer.REFUSES,
    "tidakmau": DoorAnswer.REFUSES,
    "tidakditemukan": DoorAnswer.NOT_FOUND,
    "tidakada": DoorAnswer.NOT_FOUND,
}
"""What people write, folded to letters."""
SEPARATORS = re.compile(r"[\s.-]+")


class DoorListSchema(Shape):
    """How many doors, for how many days, for whom and what for."""

    many = Count(1, MOST, strict=False, required=True)
    days = Count(1, LONGEST_LIFE, strict=False, required=True)
    given_to = Text(200, shortest=3, required=True)
    purpose = Text(200, shortest=10, required=True)

    @validates("given_to", "purpose")
    def _check_words(self, value: str, **_: object) -> None:
        if LONG_NUMBER.search(value):
            raise ValidationError(say("Tulis tanpa NIK atau nomor lain."))


class DoorAnswerSchema(Shape):
    """What came of one visit."""

    code = Text(20, required=True)
    answer = Choice(DoorAnswer, required=True)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of a returned file; ``answer`` is None where nobody answered yet, ``fault`` says why a line cannot be used."""

    line: int
    code: str
    answer: DoorAnswer | None
    fault: str | None = None


def is_title_row(cells: Sequence[Cell]) -> bool:
    """Whether a row names the columns of a list of doors."""
    return {TITLES.get(_folded(cell)) for cell in cells} >= {CODE, SAID}


def read_answers(rows: Iterable[tuple[int, Sequence[Cell] | None]]) -> list[AnswerLine]:
    """Every line with its answer or its fault; ``InvalidInput`` where the file is no list of doors."""
    lines = iter(rows)
    places = next((_places(cells) for _, cells in lines if cells is not None and is_title_row(cells)), None)
    if places is None:
        raise InvalidInput(say("Baris judul tidak ditemukan. Berkas harus punya kolom KODE PINTU dan JAWABAN."))
    found = [_read(line, cells, places) for line, cells in lines if cells is None or any(words(cell) for cell in cells)]
    if len(found) > MOST_ROWS:
        raise InvalidInput(say("Berkas ini lebih dari {most} baris. Kirim satu daftar pintu setiap kali.", most=MOST_ROWS))
    if not found:
        raise InvalidInput(say("Berkas ini tidak berisi baris data. Isi kolom JAWABAN, lalu kirim lagi."))
    return found


def door_code(typed: str) -> str:
    """``ABCD-2345`` however it was typed."""
    plain = SEPARATORS.sub("", typed).upper()
    return f"{plain[:4]}-{plain[4:]}"


def _read(line: int, cells: Sequence[Cell] | None, places: Mapping[str, int]) -> AnswerLine:
    if cells is None:
        return AnswerLine(line, "", None, say("Tanda petik di baris ini tidak ditutup."))
    code, said = (words(cells[at]) if at < len(cells) else None for at in (places[CODE], places[SAID]))
    if not code:
        return AnswerLine(line, "", None, say("Kode pintu kosong."))
    if not said:
        return AnswerLine(line, door_code(code), None)
    answer = ANSWERS.get(_folded(said))
    fault = None if answer else say("Jawaban tidak dikenal. Tulis terdaftar, pindah, meninggal, menolak atau tidak ditemukan.")
    return AnswerLine(line, door_code(code), answer, fault)


def _places(cells: Sequence[Cell]) -> dict[str, int]:
    return {TITLES[_folded(cell)]: at for at, cell in reversed(list(enumerate(cells))) if _folded(cell) in TITLES}


def _folded(cell: Cell) -> str:
    return re.sub(r"[^a-z]", "", str(cell or "").casefold())
