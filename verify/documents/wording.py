"""The words of a letter: from facts to finished sentences and rows, in the official register.

Layout after the templates of Depok and Kota Bogor: grounds, finding, what is asked, validity, signature, copies.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workflows.long_date import birth, long_date
from workflows.ports import Enclosure, LetterFacts
from workflows.vocabulary import CARE_CLASS_ROMAN

ZONES: Mapping[timedelta | None, str] = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
"""Names of Indonesia's time zones by their distance from UTC (Keppres 41/1987)."""
SEX = {"L": "Laki-laki", "M": "Laki-laki", "MALE": "Laki-laki", "P": "Perempuan", "F": "Perempuan", "FEMALE": "Perempuan"}
CAPACITIES = {"PLT": "Plt. ", "PLH": "Plh. ", "AN": "a.n. "}
PRACTICE_MARK = "CONTOH – LATIHAN · BUKAN SURAT RESMI"


def letter_words(facts: LetterFacts, *, copied: bool = False) -> dict[str, Any]:
    """Everything the template prints except the QR and the check code; nothing but JSON values. ``copied`` where the paper is set
    anew after others signed the original."""
    return {
        "title": f"{facts.subject} Nomor {facts.number}",
        "office": facts.office,
        "number": facts.number,
        "practice": facts.practice,
        "practice_mark": PRACTICE_MARK,
        "government": [line for line in facts.office_lines if _is_government(line)],
        "office_lines": [line for line in facts.office_lines if line != facts.office and not _is_government(line)],
        "place_and_date": f"{facts.place}, {long_date(_local(facts.signed_at, facts).date())}",
        "reference": [
            ["Nomor", facts.number],
            ["Sifat", "Segera"],
            ["Lampiran", "1 (satu) berkas" if facts.enclosure else "–"],
            ["Hal", facts.subject, "strong"],
        ],
        "addressee": _addressee(facts.addressee),
        "legal_basis": list(facts.legal_basis),
        "identity": [list(row) for row in facts.enclosure.about] if facts.enclosure else _identity_rows(facts),
        "enclosure": _enclosure(facts, facts.enclosure) if facts.enclosure else None,
        "finding": facts.finding,
        "request": facts.request,
        "activation": facts.activation_sentence,
        "copies": list(facts.copies),
        **_sentences(facts),
        **_validity(facts),
        **_signature(facts, copied=copied),
    }


def long_time(moment: datetime) -> str:
    """``22 November 2026 pukul 14.05 WIB``; ``moment`` already in the region's time zone."""
    zone = ZONES.get(moment.utcoffset(), moment.tzname())
    return f"{long_date(moment.date())} pukul {moment:%H.%M} {zone}"


def _local(moment: datetime, facts: LetterFacts) -> datetime:
    return moment.astimezone(ZoneInfo(facts.timezone))


def _is_government(line: str) -> bool:
    return line.casefold().startswith("pemerintah")


def _addressee(lines: tuple[str, ...]) -> list[str]:
    has_place = bool(lines) and lines[-1].casefold().startswith("di ")
    return ["Kepada Yth.", *lines, *([] if has_place else ["di Tempat"])]


def _identity_rows(facts: LetterFacts) -> list[list[str]]:
    """Label and value of what is known; a third item asks for bold."""
    rows: list[list[str | None]] = [
        ["Nama", facts.name, "strong"],
        ["NIK", facts.nik or "belum ada", "strong"],
        list(facts.stands_in) if facts.stands_in else ["", None],
        ["Nomor Kartu Keluarga", facts.kk],
        ["Jenis kelamin", SEX.get(facts.sex.upper(), facts.sex)],
        ["Tanggal lahir", birth(facts.birth_date, estimated=facts.birth_estimated)],
        ["Alamat", facts.address],
        ["Nomor telepon", facts.phone],
        ["Rumah sakit", facts.hospital_name],
        ["Diagnosis sementara", facts.diagnosis],
        ["Masuk perawatan", long_time(_local(facts.admitted_at, facts)) if facts.admitted_at else None],
        ["Kelas perawatan", f"Kelas {CARE_CLASS_ROMAN}" if facts.at_hospital else None],
    ]
    return [[cell for cell in row if cell is not None] for row in rows if row[1]]


def _enclosure(facts: LetterFacts, enclosure: Enclosure) -> dict[str, Any]:
    """The pages behind the letter: its list, each row with the letter it rests on."""
    return {
        "title": f"Lampiran surat nomor {facts.number}",
        "columns": ["No.", "Nama", "NIK", "Nomor surat rekomendasi", "Tanggal surat"],
        "rows": [[str(at), row.name, row.nik, row.letter_number, long_date(row.letter_day)] for at, row in enumerate(enclosure.rows, 1)],
        "note": enclosure.note,
        "page": "Halaman lampiran",
    }


def _sentences(facts: LetterFacts) -> dict[str, Any]:
    return {
        "grounds": "Berdasarkan:",
        "closing": "Demikian surat ini dibuat untuk dipergunakan sebagaimana mestinya. Atas perhatian dan kerja sama "
        "Saudara, kami ucapkan terima kasih.",
        "logo_alt": f"Lambang {facts.office}",
        "qr_alt": f"Kode QR untuk memeriksa keaslian surat nomor {facts.number}",
        "qr_caption": "Pindai untuk memeriksa keaslian",
        "code_label": "Kode surat",
        "copies_label": "Tembusan:",
    }


def _validity(facts: LetterFacts) -> dict[str, str]:
    return {
        "validity_label": "SURAT INI BERLAKU SAMPAI",
        "validity_until": long_time(_local(facts.valid_until, facts)),
        "validity_terms": f"sejak {long_time(_local(facts.valid_from, facts))}, {facts.terms}",
    }


def _signature(facts: LetterFacts, *, copied: bool) -> dict[str, Any]:
    first, *more = facts.signer_title.splitlines() or [""]
    prefix = CAPACITIES.get(facts.signer_capacity.upper().replace(".", ""), "")
    lines = [f"{prefix}{first.removeprefix(prefix)}", *more]
    return {
        "signer_title": [*lines[:-1], f"{lines[-1]},"],
        "signed_note": _copied_note(facts) if copied else _signed_note(facts),
        "signer_name": facts.signer_name,
        "signer_lines": [line for line in (facts.signer_rank, f"NIP. {facts.signer_nip}" if facts.signer_nip else None) if line],
    }


def _signed_note(facts: LetterFacts) -> list[str]:
    """What stands between title and name: nothing where ink and a stamp will."""
    if facts.signing_mode == "WET":
        return [""]
    if facts.signing_mode == "BSRE":
        return ["Ditandatangani secara elektronik", "dengan sertifikat elektronik yang diterbitkan BSrE"]
    return ["Disahkan melalui sistem pada", long_time(_local(facts.signed_at, facts))]


BSRE_FORMULA = (
    "Dokumen ini telah ditandatangani secara elektronik menggunakan sertifikat elektronik yang diterbitkan oleh "
    "Balai Besar Sertifikasi Elektronik (BSrE), Badan Siber dan Sandi Negara."
)
"""The foot of a letter that BSrE signs, as offices print it."""
SIGNED_BY = {"BSRE": "secara elektronik dengan sertifikat BSrE", "WET": "dengan tinta"}


def _copied_note(facts: LetterFacts) -> list[str]:
    """The same of a copy. It carries no signature of others, and says so; the office's own seal is set on each anew."""
    how = SIGNED_BY.get(facts.signing_mode)
    if how is None:
        return _signed_note(facts)
    return [f"Salinan tanpa tanda tangan. Surat asli nomor {facts.number}", f"ditandatangani {how};", f"arsipnya ada di {facts.office}"]
