"""A list of doors as a spreadsheet for whoever goes there, and the same spreadsheet when it comes back with answers."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from schemas.doors import CODE, SAID, AnswerLine, is_title_row, read_answers
from verify.composition import Rekom
from verify.imports.csv_reader import CsvReader
from verify.imports.source import Format, ImportRefused, check_unchanged, inspect
from verify.imports.xlsx_reader import XlsxReader
from verify.population.tables import Value
from workflows.actor import Actor
from workflows.errors import InvalidInput, RekomError
from workflows.population import doors
from workflows.population.doors import DoorView
from workflows.records.door import DoorAnswer
from workflows.saying import say

LARGEST_RETURN = 2 << 20
"""Bytes of a returned list."""
TITLES = ("NO", CODE, "NAMA", "JUMLAH ORANG", "ALAMAT", "ALASAN", SAID)


@dataclass(slots=True)
class Receipt:
    """What a returned list came to: lines with an answer, lines without, and a sentence for each line that could not be used."""

    taken: int = 0
    waiting: int = 0
    faults: list[str] = field(default_factory=list)


def sheet(views: Sequence[DoorView], reason: Callable[[DoorView], str], answers: dict[DoorAnswer, str]) -> list[Sequence[Value]]:
    """Titles and a line a door; no NIK stands on it."""
    return [TITLES, *(_line(view, reason(view), answers) for view in views)]


def take(rekom: Rekom, list_id: int, sent: bytes, actor: Actor) -> Receipt:
    """Apply every line of a list's sheet that can be used, in one transaction. A line changes no answer that is there already, so
    the same file again, or an older one, changes nothing."""
    receipt = Receipt()
    lines = _read(sent)
    with rekom.database.write() as session:
        listed = doors.find(session, actor, list_id)
        for line in lines:
            try:
                if line.fault:
                    receipt.faults.append(_fault(line, line.fault))
                elif line.answer is None:
                    receipt.waiting += 1
                else:
                    doors.answer_by_sheet(session, listed, line.code, line.answer, actor, now=rekom.clock())
                    receipt.taken += 1
            except RekomError as refused:
                receipt.faults.append(_fault(line, str(refused)))
    return receipt


def _read(sent: bytes) -> list[AnswerLine]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "daftar"
        path.write_bytes(sent)
        try:
            source = inspect(path)
            reader = CsvReader(source, is_title_row) if source.format is Format.CSV else XlsxReader(source)
            with closing(reader.rows()) as rows:
                found = read_answers(rows)
            check_unchanged(source)
        except ImportRefused as refused:
            raise InvalidInput(str(refused)) from None
    return found


def _fault(line: AnswerLine, why: str) -> str:
    return say("Baris {line}: {why}", line=line.line, why=why)


def _line(view: DoorView, reason: str, answers: dict[DoorAnswer, str]) -> Sequence[Value]:
    door = view.door
    names = ", ".join(one.name or "" for one in view.people)
    address = next((one.address for one in view.people if one.address), "")
    return (door.position, door.code, names, door.people, address, reason, answers[door.answer] if door.answer else "")
