"""The letter to BPJS about a bill, with every disputed line behind it, to be signed in ink. The same letter gives the same bytes.

A withdrawn one says so across every page.

Official paper, so Indonesian whatever language the pages are read in. No NIK is on it: a line's number leads to the bill's own file.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst

from verify.documents.letter import STANDARDS, LetterNotPrintable
from verify.documents.wording import CAPACITIES, PRACTICE_MARK
from workflows.long_date import MONTHS, long_date
from workflows.population.premium import Files
from workflows.population.premium_letters import Paper, PaperLine
from workflows.records.extract import Extract
from workflows.records.premium import DisputeReason
from workflows.rules.letter_terms import LetterRule
from workflows.rules.policy import RegionPolicy
from workflows.thousands import grouped, rupiah

TEMPLATE = Path(__file__).with_name("dispute_letter.typ")
SUBJECT = "Sanggahan tagihan iuran"
REQUEST = (
    "Kami mohon Saudara memeriksa baris-baris tersebut, menerbitkan nota kredit bagi yang memang bukan tanggungan daerah, dan "
    "menjawab tiap baris dengan menyebut nomornya."
)
CLOSING = "Demikian disampaikan. Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih."
NOTE = "Nomor baris menunjuk ke berkas tagihan Saudara dengan sidik SHA-256 {sha256}. NIK lengkap ada dalam berkas itu."


@dataclass(frozen=True, slots=True)
class Terms:
    """What the office's rules say of the letter: to whom, on which paper, in which words each reason is named."""

    policy: RegionPolicy
    rule: LetterRule
    reasons: Mapping[DisputeReason, str]
    practice: bool


def set_dispute(paper: Paper, terms: Terms) -> bytes:
    """The letter as PDF/A; ``LetterNotPrintable`` where its words cannot be set. Like the press, not before a fork."""
    content = dispute_words(paper, terms)
    inputs = {"letter": json.dumps(content, ensure_ascii=False), "paper": terms.policy.paper.value if terms.policy.paper else "A4"}
    assert paper.letter.decided_at is not None
    signed = int(paper.letter.decided_at.timestamp())
    try:
        pdf = typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, ignore_system_fonts=True, pdf_standards=STANDARDS, timestamp=signed)
    except typst.TypstError as error:
        raise LetterNotPrintable() from error
    assert isinstance(pdf, bytes)
    return pdf


def dispute_words(paper: Paper, terms: Terms) -> dict[str, Any]:
    """Everything the template prints; nothing but JSON values."""
    letter, bill, office = paper.letter, paper.bill, terms.policy.office
    assert letter.number is not None and letter.decided_at is not None
    month, zone = f"{MONTHS[bill.month.month - 1]} {bill.month.year}", ZoneInfo(terms.policy.timezone)
    return {
        "title": f"{SUBJECT} {month} Nomor {letter.number}",
        "practice": terms.practice,
        "practice_mark": PRACTICE_MARK,
        "withdrawn": f"DITARIK {_day(letter.ended_at, zone)}" if letter.ended_at else "",
        "number": letter.number,
        "page": "Halaman",
        "government": office.government,
        "office": office.name,
        "office_lines": [line for line in (office.address, office.phone) if line],
        "place_and_date": f"{office.place}, {_day(letter.decided_at, zone)}",
        "reference": [
            ["Nomor", letter.number],
            ["Sifat", "Segera"],
            ["Lampiran", f"1 (satu) daftar, {grouped(letter.lines)} baris"],
            ["Hal", f"{SUBJECT} bulan {month}"],
        ],
        "addressee": ["Kepada Yth.", *_filled(terms.rule.terms.addressee, office.place)],
        "opening": f"Tagihan iuran peserta PBPU dan BP Pemerintah Daerah bulan {month} telah kami periksa sebelum dibayar, dengan dasar:",
        "grounds": [["Tagihan", f"{grouped(bill.lines)} baris, {rupiah(bill.billed)}"], *_files(paper.files)],
        "finding": f"Kami menyanggah {grouped(letter.lines)} baris dengan jumlah {rupiah(letter.rupiah)}, sebagai berikut:",
        "reasons": _by_reason(paper, terms.reasons),
        "request": REQUEST,
        "closing": CLOSING,
        "copies_label": "Tembusan:",
        "copies": _filled(terms.rule.terms.copies, office.place),
        "list": _list(paper, terms.reasons),
        **_signature(paper),
    }


def _by_reason(paper: Paper, reasons: Mapping[DisputeReason, str]) -> dict[str, Any]:
    lines, sums = Counter(one.reason for one in paper.lines), Counter[DisputeReason]()
    for one in paper.lines:
        sums[one.reason] += one.amount
    rows = [[_capital(reasons[reason]), grouped(lines[reason]), rupiah(sums[reason])] for reason in DisputeReason if lines[reason]]
    total = ["Jumlah", grouped(paper.letter.lines), rupiah(paper.letter.rupiah)]
    return {"titles": ["Alasan", "Baris", "Rupiah"], "rows": rows, "sum": total}


def _list(paper: Paper, reasons: Mapping[DisputeReason, str]) -> dict[str, Any]:
    return {
        "title": f"Lampiran surat nomor {paper.letter.number}",
        "note": NOTE.format(sha256=paper.bill.sha256),
        "titles": ["Baris", "Nama", "Nomor kartu", "Alasan dan bukti", "Rupiah"],
        "rows": [_row(one, reasons) for one in paper.lines],
    }


def _row(one: PaperLine, reasons: Mapping[DisputeReason, str]) -> Sequence[str]:
    why = f"{_capital(reasons[one.reason])}. {one.evidence}"
    return [str(one.line), one.name or "–", one.card or "–", why, rupiah(one.amount)]


def _signature(paper: Paper) -> dict[str, Any]:
    authority, signer = paper.authority, paper.signer
    first, *more = [line for line in (*authority.title.splitlines(), authority.position) if line]
    prefix = CAPACITIES.get(authority.capacity.value, "")
    titles = [f"{prefix}{first.removeprefix(prefix)}", *more]
    return {
        "signer_title": [*titles[:-1], f"{titles[-1]},"],
        "signer_name": signer.name,
        "signer_lines": [line for line in (signer.rank, f"NIP. {signer.nip}" if signer.nip else None) if line],
    }


def _filled(lines: Sequence[str], place: str) -> list[str]:
    return [line.format(rumah_sakit="", kota=place) for line in lines]


def _files(files: Files) -> list[list[str]]:
    named = [["Data penduduk", _as_of(files.residents)], ["Berkas peserta", _as_of(files.members)]]
    if files.newer_members is not None:
        named.append(["Berkas peserta sebagian", f"{_as_of(files.newer_members)}, lebih baru"])
    return named


def _as_of(extract: Extract) -> str:
    return f"per {_day(extract.as_of, ZoneInfo(extract.timezone))}, berkas {extract.sha256[:12]}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return long_date(moment.astimezone(zone).date())


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
