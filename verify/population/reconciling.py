"""Letters, member file and bill beside each other for an office: words for each cell, and a spreadsheet of whoever is not in all three."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from verify.composition import Rekom
from verify.population.tables import Value
from workflows.population.grounds import Ground
from workflows.population.reconciliation import Cell, Found, Member, Sides
from workflows.ports import Segment
from workflows.records.premium import PremiumBill
from workflows.rules.policy import in_force
from workflows.saying import say

NAME: Mapping[Cell, str] = {
    Cell.ALL: say("Surat, peserta dan tagihan cocok"),
    Cell.NOT_BILLED: say("Ada surat dan sudah peserta, belum ditagih"),
    Cell.NOT_MEMBER: say("Ada surat dan ditagih, belum peserta aktif"),
    Cell.LETTER_ONLY: say("Ada surat, belum peserta aktif"),
    Cell.NO_LETTER: say("Peserta dan ditagih, tanpa surat atau kiriman"),
    Cell.MEMBER_ONLY: say("Peserta yang belum ditagih, tanpa surat atau kiriman"),
    Cell.BILL_ONLY: say("Ditagih tanpa surat dan bukan peserta aktif"),
}
NEXT: Mapping[Cell, str] = {
    Cell.ALL: say("Tidak ada."),
    Cell.NOT_BILLED: say("Siapkan uangnya: BPJS dapat menagih susulan."),
    Cell.NOT_MEMBER: say("Minta BPJS mengaktifkan, atau sanggah barisnya."),
    Cell.LETTER_ONLY: say("Loket mendaftarkan atau menanyakan pendaftarannya."),
    Cell.NO_LETTER: say("Cari dasarnya di daftar lama; sebagian besar masuk lewat daftar."),
    Cell.MEMBER_ONLY: say("Tanyakan ke BPJS mengapa tidak ditagih."),
    Cell.BILL_ONLY: say("Sanggah barisnya, atau minta bukti kepesertaannya."),
}
SEGMENT: Mapping[Segment, str] = {
    Segment.PBI_JK: "PBI JK",
    Segment.PEMDA: "peserta daerah",
    Segment.PPU: "pekerja penerima upah",
    Segment.PBPU_MANDIRI: "peserta mandiri",
    Segment.OTHER: "segmen lain",
}
TITLES = ("KODE", "ARTI", "LANGKAH BERIKUTNYA", "NIK", "NAMA", "RUPIAH", "SURAT ATAU KIRIMAN", "MENURUT BERKAS PESERTA", "BARIS TAGIHAN")

assert set(NAME) == set(NEXT) == set(Cell) and set(SEGMENT) == set(Segment)


def sides(rekom: Rekom, bill: PremiumBill, region_code: str) -> Sides:
    """What the bill's month is held against: its premium a head, by the region's calendar."""
    return Sides(in_force(rekom.policies.national.premium_region_share, bill.month).value, rekom.zone(region_code))


def sheet(found: Iterable[Found]) -> list[Sequence[Value]]:
    """Titles and a line for each person, with the whole NIK where a file of ours knows it."""
    return [TITLES, *(_row(one) for one in found)]


def _row(one: Found) -> Sequence[Value]:
    who = (one.nik or "", one.name or "")
    evidence = (_ground(one.ground), _member(one.member), one.billed.line if one.billed else "")
    return (one.cell.value, NAME[one.cell], NEXT[one.cell], *who, one.rupiah, *evidence)


def _ground(ground: Ground | None) -> str:
    if ground is None:
        return ""
    return f"Surat {ground.letter}, {_day(ground.day)}" if ground.letter else f"Kiriman Jamkesda {ground.batch}, batas {_day(ground.day)}"


def _member(member: Member | None) -> str:
    if member is None:
        return "tidak ada, atau bukan peserta daerah yang aktif"
    return f"{SEGMENT[member.segment] if member.segment else 'segmen tidak disebut'}, {'aktif' if member.active else 'tidak aktif'}"


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
