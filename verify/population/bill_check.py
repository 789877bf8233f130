"""A bill checked for an office: read under the day's premium, held against the newest files, and its lines as a spreadsheet."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlmodel import Session
from werkzeug.utils import secure_filename

from schemas.foreign import quotable
from schemas.names import likeness
from verify.composition import Rekom
from verify.imports.arriving import looked_at
from verify.imports.source import ImportRefused
from verify.population.bill_reader import read_bill
from verify.population.tables import Value
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.population import premium
from workflows.population.premium import Bill
from workflows.population.premium_lines import LineView
from workflows.records.premium import DisputeReason, LineWord, PremiumBill
from workflows.rules.policy import in_force
from workflows.saying import say

LARGEST_BILL = 16 << 20
"""Bytes of an uploaded bill: some 150,000 lines as CSV. A larger one is checked by ``rekom bill check``."""
REASON: Mapping[DisputeReason, str] = {
    DisputeReason.NIK_INVALID: say("NIK tidak sah"),
    DisputeReason.NOT_FOUND: say("NIK tidak ada di data penduduk"),
    DisputeReason.DOUBLE: say("ditagih dua kali"),
    DisputeReason.DIED: say("meninggal"),
    DisputeReason.MOVED: say("pindah"),
    DisputeReason.EMPLOYEE: say("sudah pekerja penerima upah"),
    DisputeReason.PBI_JK: say("sudah PBI JK"),
    DisputeReason.MISMATCH: say("data orang tidak cocok"),
    DisputeReason.RATE: say("iuran di atas tarif"),
}
TITLES = ("BARIS", "KODE ALASAN", "ALASAN", "NIK", "NO KARTU", "NAMA", "RUPIAH", "BUKTI", "STATUS", "CATATAN")

assert set(REASON) == set(DisputeReason)


def read(rekom: Rekom, path: Path, month: date) -> Bill:
    """A bill's file under the premium of its month."""
    rate = in_force(rekom.policies.national.premium_region_share, month).value
    return read_bill(path, month, rate, practice=rekom.settings.practice)


def read_sent(rekom: Rekom, sent: bytes, name: str, month: date) -> Bill:
    """The same for a file that came with a form and lies nowhere under a name; ``InvalidInput`` where it is none."""
    try:
        with io.BytesIO(sent) as stream, looked_at(stream) as source:
            bill = read(rekom, source.path, month)
    except ImportRefused as refused:
        raise InvalidInput(str(refused)) from None
    return replace(bill, file_name=quotable(secure_filename(name)[-100:]) or "tagihan")


def check(rekom: Rekom, session: Session, bill: Bill, actor: Actor) -> PremiumBill:
    """Hold it against the newest files and keep what is disputed."""
    least = rekom.settings.registry_name_score
    return premium.check(session, bill, lambda one, other: likeness(one, other) >= least, actor, now=rekom.clock())


def sheet(lines: Sequence[LineView], words: Mapping[LineWord, str]) -> list[Sequence[Value]]:
    """Titles and a line each, with the whole NIK: BPJS finds a member by nothing else."""
    return [TITLES, *(_line(one, words) for one in lines)]


def _line(one: LineView, words: Mapping[LineWord, str]) -> Sequence[Value]:
    row = one.dispute
    who = (row.nik or "", row.card or "", row.name or "")
    return (
        row.line,
        row.reason.value,
        REASON[row.reason],
        *who,
        row.amount,
        row.evidence,
        words[one.word],
        one.said.reason if one.said else "",
    )
