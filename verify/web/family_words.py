"""What a family is told about its case: plain words for each state, what to bring, when and where, and a text to pass on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby

from verify.web.facts import papers_of
from verify.web.times import local_time
from workflows.masking import initials
from workflows.queries import CaseView
from workflows.rules.calendar import OfficeHours
from workflows.rules.policy import RegionPolicy
from workflows.rules.promise import ready_by
from workflows.states import LABEL, State
from workflows.vocabulary import AT_HOSPITAL

STAGES = ("Diterima", "Dinilai", "Diputuskan", "Surat terbit", "Selesai")
"""The way of a case as a family sees it."""


@dataclass(frozen=True, slots=True)
class Told:
    """The stage reached, counted from 1, None where the case left the way; what it means, and what to do now."""

    stage: int | None
    means: str
    do: str


WAIT = "Anda tidak perlu datang. Lihat lagi halaman ini besok."
ASK = "Datang atau telepon kantor. Petugas menjelaskan jalan yang masih ada."
AT_DECISION = Told(3, "Berkas Anda menunggu keputusan pimpinan.", WAIT)
AT_WORK = Told(2, "Petugas sedang menilai berkas Anda.", "Siapkan telepon Anda. Petugas mungkin bertanya atau berkunjung.")
AT_START = Told(1, "Permohonan Anda sudah diterima. Datanya sedang diperiksa.", WAIT)

FAMILY: Mapping[State, Told] = {
    State.RECEIVED: AT_START,
    State.CHECKED: AT_START,
    State.ASSESSMENT: AT_WORK,
    State.VALIDATION: AT_WORK,
    State.PARAF_KASI: AT_DECISION,
    State.PARAF_KABID: AT_DECISION,
    State.PARAF_SEKRETARIS: AT_DECISION,
    State.DECISION: AT_DECISION,
    State.WAITLISTED: Told(3, "Kuota sedang penuh. Anda berada di daftar tunggu.", "Anda dihubungi begitu ada tempat."),
    State.APPROVED: Told(3, "Permohonan Anda disetujui. Surat sedang dibuat.", WAIT),
    State.SIGNING: Told(3, "Permohonan Anda disetujui. Surat menunggu tanda tangan.", WAIT),
    State.LETTER_ISSUED: Told(4, "Surat Anda sudah terbit.", "Ambil surat di kantor dengan KTP dan tanda terima."),
    State.ACCEPTED: Told(4, "Rumah sakit sudah menerima surat Anda.", "Anda tidak perlu mengurus surat lagi."),
    State.REGISTERING: Told(4, "Pendaftaran ke BPJS Kesehatan sedang berjalan.", WAIT),
    State.ACTIVE: Told(4, "Kepesertaan BPJS Kesehatan Anda sudah aktif.", "Tunjukkan KTP saat berobat."),
    State.CLOSED: Told(5, "Urusan ini selesai.", "Anda tidak perlu mengurus apa pun lagi."),
    State.UNREGISTERED: Told(None, "BPJS Kesehatan belum dapat mendaftarkan Anda.", ASK),
    State.EXPIRED: Told(None, "Masa berlaku surat sudah habis.", "Masih perlu? Datang ke kantor untuk meminta surat baru."),
    State.REVOKED: Told(None, "Surat sudah dicabut dan tidak dapat dipakai.", ASK),
    State.REMOVED: Told(None, "Kepesertaan yang dibayar daerah sudah dihentikan.", ASK),
    State.REJECTED: Told(
        None, "Permohonan Anda belum dapat dikabulkan.", "Mintalah lembar alasan di kantor. Anda dapat mengajukan keberatan."
    ),
    State.WITHDRAWN: Told(None, "Permohonan ini dibatalkan.", "Masih perlu? Datang ke kantor dengan KTP."),
    State.OBJECTION: Told(3, "Keberatan Anda sedang diperiksa pejabat lain.", WAIT),
    State.UPHELD: Told(None, "Keberatan Anda belum dapat dikabulkan.", ASK),
    State.OVERTURNED: Told(None, "Keberatan Anda dikabulkan. Berkas baru sudah dibuka.", "Mintalah nomor berkas baru di kantor."),
    State.DIED: Told(None, "Berkas ini sudah ditutup.", "Keluarga tidak perlu mengurus apa pun lagi di sini."),
}

TO_BRING = frozenset({State.RECEIVED, State.CHECKED, State.ASSESSMENT, State.VALIDATION})
"""While papers can still be handed in."""

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@dataclass(frozen=True, slots=True)
class FamilyStatus:
    """Everything the page says. ``until`` is the last moment of a letter, ``promise`` what the office promised before it."""

    ticket: str
    who: str
    label: str
    told: Told
    since: str
    bring: tuple[str, ...]
    until: str | None
    promise: str | None


def status_of(view: CaseView, policy: RegionPolicy, *, now: datetime) -> FamilyStatus:
    """What this family is told."""
    case, letter = view.case, view.letter
    lives = case.state in (State.LETTER_ISSUED, State.REGISTERING) and letter is not None and letter.valid_until > now
    return FamilyStatus(
        ticket=case.ticket,
        who=initials(case.name),
        label=LABEL[case.state],
        told=_told(view),
        since=local_time(case.state_since, case.timezone),
        bring=tuple(word for word, seen in papers_of(view, policy) if not seen) if case.state in TO_BRING else (),
        until=local_time(letter.valid_until, case.timezone) if lives and letter else None,
        promise=ready_by(policy) if letter is None and case.closed_at is None else None,
    )


def _told(view: CaseView) -> Told:
    told = FAMILY[view.case.state]
    if view.case.state is State.LETTER_ISSUED and view.case.letter_type in AT_HOSPITAL:
        place = view.hospital.name if view.hospital else "rumah sakit"
        return Told(told.stage, told.means, f"Ambil surat di kantor, lalu serahkan di loket {place} bersama KTP.")
    return told


def message(status: FamilyStatus, policy: RegionPolicy, address: str) -> str:
    """A text that an officer or a relative passes on; initials only, because it travels through other hands."""
    lines = [
        f"Kabar dari {policy.office.name}.",
        f"Berkas {status.ticket}, {status.who}: {status.label.lower()}.",
        status.told.means,
        f"Bawa ke {policy.office.address}: {', '.join(status.bring)}." if status.bring else status.told.do,
        *([f"Surat berlaku sampai {status.until}."] if status.until else []),
        f"Telepon {policy.office.phone}. Layanan ini gratis.",
        f"Lihat sendiri: {address}/status",
        "Pasien gawat darurat tetap dilayani rumah sakit, dengan atau tanpa surat.",
    ]
    return "\n".join(lines)


def opening_hours(hours: OfficeHours) -> list[str]:
    """``Senin sampai Kamis 08.00–12.00 dan 13.00–16.00``, days with the same hours together."""
    return [_opening(tuple(days), openings) for openings, days in _alike(hours) if openings]


def _alike(hours: OfficeHours) -> Iterator[tuple[tuple[tuple[time, time], ...], list[str]]]:
    for openings, days in groupby(range(len(DAYS)), key=lambda day: hours[day]):
        yield openings, [DAYS[day] for day in days]


def _opening(days: tuple[str, ...], openings: tuple[tuple[time, time], ...]) -> str:
    named = days[0] if len(days) == 1 else f"{days[0]} sampai {days[-1]}"
    return f"{named} {' dan '.join(f'{begins:%H.%M}–{ends:%H.%M}' for begins, ends in openings)}"
