"""Lists of cards: what an office asks for, and the answers that come back by telephone or in a spreadsheet."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, validates, validates_schema

from schemas.doors import LONGEST_LIFE, door_code
from schemas.extract_cells import BadCell, Cell, day, words
from schemas.fields import Choice, Count, PastDay, Shape, Text
from workflows.errors import InvalidInput
from workflows.population.cards import NO_RECEIVER, Told
from workflows.records.card import CardAnswer, CardReceiver
from workflows.revealing import LONG_NUMBER
from workflows.saying import say

MOST_ROWS = 5_000
CODE, SAID, RECEIVER, DAY = "KODE KARTU", "JAWABAN", "PENERIMA", "TANGGAL"
TITLES = {
    **dict.fromkeys(("kodekartu", "kode"), CODE),
    **dict.fromkeys(("jawaban", "hasil"), SAID),
    **dict.fromkeys(("penerima", "diterimaoleh"), RECEIVER),
    **dict.fromkeys(("tanggal", "tanggalserah"), DAY),
}
"""A title, folded to letters, and what stands below it."""
ANSWERS: Mapping[str, CardAnswer] = {
    **dict.fromkeys(("diserahkan", "sudahdiserahkan", "diterima", "sampai"), CardAnswer.HANDED_OVER),
    **dict.fromkeys(("tidakditemukan", "tidakada"), CardAnswer.NOT_FOUND),
    "pindah": CardAnswer.MOVED,
    "meninggal": CardAnswer.DIED,
}
RECEIVERS: Mapping[str, CardReceiver] = {
    **dict.fromkeys(("sendiri", "yangbersangkutan", "peserta"), CardReceiver.MEMBER),
    **dict.fromkeys(("keluarga", "anggotakeluarga"), CardReceiver.FAMILY),
    **dict.fromkeys(("rt", "rw", "rtrw"), CardReceiver.RT_RW),
}
"""What people write, folded to letters."""


class PurposeSchema(Shape):
    """What a list with names is for."""

    purpose = Text(200, shortest=10, required=True)

    @validates("purpose")
    def _check_purpose(self, value: str, **_: object) -> None:
        _without_number(value)


class CardListSchema(PurposeSchema):
    """For how many days, for whom and what for."""

    days = Count(1, LONGEST_LIFE, strict=False, required=True)
    given_to = Text(200, shortest=3, required=True)

    @validates("given_to")
    def _check_name(self, value: str, **_: object) -> None:
        _without_number(value)


class CardAnswerSchema(Shape):
    """What came of one card."""

    code = Text(20, required=True)
    answer = Choice(CardAnswer, required=True)
    receiver = Choice(CardReceiver)
    handed_on = PastDay()

    @validates_schema
    def _check_receiver(self, data: dict[str, Any], **_: object) -> None:
        if data["answer"] is CardAnswer.HANDED_OVER and "receiver" not in data:
            raise ValidationError(NO_RECEIVER, "receiver")


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a returned file; ``told`` is None where nobody answered yet, ``fault`` says why a line cannot be used."""

    line: int
    code: str
    told: Told | None
    fault: str | None = None


def told(answer: CardAnswer, receiver: CardReceiver | None = None, handed_on: date | None = None) -> Told:
    """An answer; who received and when is kept of a card that was handed over, and of no other."""
    if answer is not CardAnswer.HANDED_OVER:
        return Told(answer)
    return Told(answer, receiver, handed_on)


def is_title_row(cells: Sequence[Cell]) -> bool:
    """Whether a row names the columns of a list of cards."""
    return {TITLES.get(_folded(cell)) for cell in cells} >= {CODE, SAID}


def read_answers(rows: Iterable[tuple[int, Sequence[Cell] | None]]) -> list[CardLine]:
    """Every line with its answer or its fault; ``InvalidInput`` where the file is no list of cards."""
    lines = iter(rows)
    places = next((_places(cells) for _, cells in lines if cells is not None and is_title_row(cells)), None)
    if places is None:
        raise InvalidInput(say("Baris judul tidak ditemukan. Berkas harus punya kolom KODE KARTU dan JAWABAN."))
    found = [_read(line, cells, places) for line, cells in lines if cells is None or any(words(cell) for cell in cells)]
    if len(found) > MOST_ROWS:
        raise InvalidInput(say("Berkas ini lebih dari {most} baris. Kirim satu daftar kartu setiap kali.", most=MOST_ROWS))
    if not found:
        raise InvalidInput(say("Berkas ini tidak berisi baris data. Isi kolom JAWABAN, lalu kirim lagi."))
    return found


def _read(line: int, cells: Sequence[Cell] | None, places: Mapping[str, int]) -> CardLine:
    if cells is None:
        return CardLine(line, "", None, say("Tanda petik di baris ini tidak ditutup."))
    named = {name: cells[at] if at < len(cells) else None for name, at in places.items()}
    code = words(named[CODE])
    if not code:
        return CardLine(line, "", None, say("Kode kartu kosong."))
    try:
        return CardLine(line, door_code(code), _told(named))
    except BadCell as error:
        return CardLine(line, "", None, error.reason)
    except InvalidInput as error:
        return CardLine(line, "", None, str(error))


def _told(named: Mapping[str, Cell]) -> Told | None:
    said = words(named[SAID])
    if not said:
        return None
    answer, receiver = ANSWERS.get(_folded(said)), RECEIVERS.get(_folded(named.get(RECEIVER)))
    if answer is None:
        raise InvalidInput(say("Jawaban tidak dikenal. Tulis diserahkan, tidak ditemukan, pindah atau meninggal."))
    if answer is CardAnswer.HANDED_OVER and receiver is None:
        raise InvalidInput(say("Penerima kosong atau tidak dikenal. Tulis sendiri, keluarga atau RT/RW."))
    return told(answer, receiver, day(named.get(DAY)))


def _places(cells: Sequence[Cell]) -> dict[str, int]:
    return {TITLES[_folded(cell)]: at for at, cell in reversed(list(enumerate(cells))) if _folded(cell) in TITLES}


def _folded(cell: Cell) -> str:
    return re.sub(r"[^a-z]", "", str(cell or "").casefold())


def _without_number(value: str) -> None:
    if LONG_NUMBER.search(value):
        raise ValidationError(say("Tulis tanpa NIK atau nomor lain."))
