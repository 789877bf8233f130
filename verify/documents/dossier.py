"""One case as one PDF, from its opening to now: what an auditor takes along.

Official paper, so Indonesian whatever language the pages are read in. Numbers stay masked.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from schemas.desk_check import local_time
from verify.documents.letter import STANDARDS, LetterNotPrintable
from workflows import audit
from workflows.long_date import birth, long_date
from workflows.masking import grouped, mask_nik, mask_phone
from workflows.papers import KeptPaper
from workflows.queries import CaseView
from workflows.rules.papers import LABEL

Rows = list[tuple[str, str]]
WHOLE = "Rantai jejak utuh: {count} peristiwa, masing-masing terikat pada yang sebelumnya. Hash terakhir adalah sidik jarinya."
BROKEN = "PERHATIAN: rantai jejak putus pada peristiwa ke-{count}. Laporkan kepada admin kantor."

TEMPLATE = Path(__file__).with_name("dossier.typ")


def set_dossier(content: dict[str, Any], *, timestamp: int) -> bytes:
    """Set the words; the same words and second give the same bytes. ``LetterNotPrintable`` where they cannot be set.

    Like the press, nothing of this may run before a fork.
    """
    inputs = {"dossier": json.dumps(content, ensure_ascii=False)}
    try:
        pdf = typst.compile(
            TEMPLATE, format="pdf", sys_inputs=inputs, ignore_system_fonts=True, pdf_standards=STANDARDS, timestamp=timestamp
        )
    except typst.TypstError as error:
        raise LetterNotPrintable() from error
    assert isinstance(pdf, bytes)
    return pdf


def dossier_words(view: CaseView, facts: dict[str, Any], *, by: str, now: datetime) -> dict[str, Any]:
    """Everything the template prints; ``facts`` are those of the case's page, with its ``pictures``."""
    policy, case = facts["policy"], view.case
    return {
        "title": f"Berkas {case.ticket}",
        "office": policy.office.name,
        "lead": f"{case.name}. Status: {facts['state_word']}. Dibuat {local_time(now, case.timezone)} oleh {by}.",
        "footer": f"{policy.office.name}, berkas {case.ticket}. Rahasia: memuat data pribadi.",
        "nothing": "Belum ada.",
        "sections": [{"title": title, "rows": rows} for title, rows in _sections(view, facts)],
        **_trail(view, facts),
    }


def _sections(view: CaseView, facts: dict[str, Any]) -> list[tuple[str, Rows]]:
    findings = [(one["title"], f"{one['words']}. {one['reason']} ({one['reference']})") for one in facts["findings"]]
    checks = [(one.label, f"{one.words}. Sumber: {one.source}{f', data {one.as_of}' if one.as_of else ''}.") for one in facts["checks"]]
    papers = [(word, "sudah dilihat" if seen else "belum ada") for word, seen in facts["papers"]]
    answers = [(question, word) for question, word, _ in facts["answers"]]
    return [
        ("Pemohon", _person(view, facts)),
        ("Temuan menurut aturan", findings),
        ("Pemeriksaan data", checks),
        ("Berkas yang diminta", papers),
        ("Foto dan pindaian berkas", [_picture(view, one) for one in facts["pictures"]]),
        ("Penilaian", answers),
        ("Keputusan dan surat", _decision(view, facts)),
    ]


def _picture(view: CaseView, one: KeptPaper) -> tuple[str, str]:
    kept = f"{local_time(one.kept_at, view.case.timezone)}, {one.kept_by}. SHA-256 {grouped(one.sha256)}"
    if one.removed_at is None:
        return LABEL[one.type], kept
    return LABEL[one.type], f"{kept}. Dihapus {local_time(one.removed_at, view.case.timezone)}, {one.removed_by}: {one.removed_reason}"


def _person(view: CaseView, facts: dict[str, Any]) -> Rows:
    case = view.case
    return [
        ("Nama", case.name),
        ("Lahir", birth(case.birth_date, estimated=case.birth_estimated)),
        ("NIK", mask_nik(case.nik)),
        ("Telepon", mask_phone(case.phone)),
        ("Alamat", case.address or "belum dicatat"),
        ("Jenis surat", facts["letter_name"]),
        ("Keadaan pasien", facts["urgency_word"]),
        ("Rumah sakit tujuan", view.hospital.name if view.hospital else "tidak ditentukan"),
        ("Aturan", f"{facts['policy'].region_name} sejak {long_date(case.policy_valid_from)}, SHA-256 {case.policy_sha256}"),
    ]


def _decision(view: CaseView, facts: dict[str, Any]) -> Rows:
    rows: Rows = []
    if view.decision:
        decided = local_time(view.decision.decided_at, view.case.timezone)
        rows.append(("Keputusan", f"{'Disetujui' if view.decision.outcome == 'APPROVED' else 'Ditolak'}, {decided}"))
        rows.append(("Diputuskan oleh", facts["decider"] or "Kepala Dinas"))
        rows.append(("Alasan", view.decision.reason or "tidak ada"))
    if view.letter:
        rows.append(("Nomor surat", f"{view.letter.number} ({facts['letter_word']})"))
        rows.append(("Berlaku sampai", local_time(view.letter.valid_until, view.case.timezone)))
    return rows


def _trail(view: CaseView, facts: dict[str, Any]) -> dict[str, Any]:
    events = tuple(reversed(view.timeline))
    broken = audit.verify_chain(events)
    told = reversed(facts["story"])
    return {
        "trail_title": "Jejak, dari yang pertama",
        "trail_lead": WHOLE.format(count=len(events)) if broken is None else BROKEN.format(count=broken),
        "trail": [
            {
                "title": f"{event.sequence}. {one.title}",
                "line": f"{local_time(event.at, view.case.timezone)}, {'otomatis' if one.machine else one.who}",
                "details": list(one.details),
                "hash": event.hash,
            }
            for event, one in zip(events, told, strict=True)
        ],
    }
