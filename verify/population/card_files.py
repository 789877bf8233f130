"""A list of cards as a spreadsheet for whoever hands them over, the same when it comes back, and the counts and the rest list."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from schemas.cards import CODE, DAY, RECEIVER, SAID, CardLine, is_title_row, read_answers
from verify.composition import Rekom
from verify.imports.csv_reader import CsvReader
from verify.imports.source import Format, ImportRefused, check_unchanged, inspect
from verify.imports.xlsx_reader import XlsxReader
from verify.population.door_files import Receipt
from verify.population.tables import Value
from workflows.actor import Actor
from workflows.errors import InvalidInput, RekomError
from workflows.population import cards
from workflows.population.card_rest import Handed
from workflows.population.cards import CardView
from workflows.population.new_members import Member
from workflows.population.regions import dotted
from workflows.records.card import CardAnswer, CardReceiver
from workflows.saying import say

TITLES = ("NO", CODE, "NAMA", "TAHUN LAHIR", "ALAMAT", "AKHIR NOMOR KARTU", SAID, RECEIVER, DAY)
COUNTED = (
    "KODE",
    "WILAYAH",
    "TERDAFTAR",
    "DISERAHKAN",
    "TIDAK DITEMUKAN",
    "PINDAH",
    "MENINGGAL",
    "BELUM DIJAWAB",
    "SISA",
    "PERSEN DISERAHKAN",
)
LEFT = ("NO", "KELURAHAN ATAU DESA", "NAMA", "TAHUN LAHIR", "ALAMAT")
OF_COUNTS = (CardAnswer.HANDED_OVER, CardAnswer.NOT_FOUND, CardAnswer.MOVED, CardAnswer.DIED, None)


def sheet(views: Sequence[CardView], answers: Mapping[CardAnswer, str], receivers: Mapping[CardReceiver, str]) -> list[Sequence[Value]]:
    """Titles and a line a card; no NIK stands on it."""
    return [TITLES, *(_line(view, answers, receivers) for view in views)]


def counts(villages: Sequence[Handed], place: Callable[[str], str]) -> list[Sequence[Value]]:
    """Titles and a line a village; it names nobody."""
    return [COUNTED, *(_counted(one, place(one.village)) for one in villages)]


def rest_sheet(members: Sequence[Member], place: Callable[[str], str]) -> list[Sequence[Value]]:
    """Titles and a line for each person whose card is still to be handed over."""
    return [LEFT, *((at, place(one.village), one.name, one.birth_date.year, one.address or "") for at, one in enumerate(members, 1))]


def take(rekom: Rekom, list_id: int, sent: bytes, actor: Actor) -> Receipt:
    """Apply every line of a list's sheet that can be used, in one transaction. A line changes no answer that is there already, so
    the same file again, or an older one, changes nothing."""
    receipt, zone = Receipt(), rekom.zone(actor.region_code)
    lines = _read(sent)
    with rekom.database.write() as session:
        listed = cards.find(session, actor.region_code, list_id)
        for line in lines:
            try:
                if line.fault:
                    receipt.faults.append(_fault(line, line.fault))
                elif line.told is None:
                    receipt.waiting += 1
                else:
                    cards.answer_by_sheet(session, listed, line.code, line.told, actor, zone, now=rekom.clock())
                    receipt.taken += 1
            except RekomError as refused:
                receipt.faults.append(_fault(line, str(refused)))
    return receipt


def _read(sent: bytes) -> list[CardLine]:
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


def _fault(line: CardLine, why: str) -> str:
    return say("Baris {line}: {why}", line=line.line, why=why)


def _line(view: CardView, answers: Mapping[CardAnswer, str], receivers: Mapping[CardReceiver, str]) -> Sequence[Value]:
    card, person = view.card, view.person
    year = person.birth_date.year if person and person.birth_date else ""
    who = ((person.name or "") if person else "", year, (person.address or "") if person else "")
    said = (answers[card.answer] if card.answer else "", receivers[card.receiver] if card.receiver else "")
    return (card.position, card.code, *who, view.card_end or "", *said, card.handed_on.isoformat() if card.handed_on else "")


def _counted(one: Handed, name: str) -> Sequence[Value]:
    answers = (one.answers.get(said, 0) for said in OF_COUNTS)
    return (dotted(one.village), name, one.people, *answers, one.rest, float(one.share.percent))
