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
from workflows.saying import joined, say
from workflows.states import LABEL, State
from workflows.vocabulary import AT_HOSPITAL

STAGES = (say("Diterima"), say("Dinilai"), say("Diputuskan"), say("Surat terbit"), say("Selesai"))
"""The way of a case as a family sees it."""


@dataclass(frozen=True, slots=True)
class Told:
    """The stage reached, counted from 1, None where the case left the way; what it means, and what to do now."""

    stage: int | None
    means: str
    do: str


WAIT = say("Anda tidak perlu datang. Lihat lagi halaman ini besok.")
ASK = say("Datang atau telepon kantor. Petugas menjelaskan jalan yang masih ada.")
AT_DECISION = Told(3, say("Berkas Anda menunggu keputusan pimpinan."), WAIT)
AT_WORK = Told(2, say("Petugas sedang menilai berkas Anda."), say("Siapkan telepon Anda. Petugas mungkin bertanya atau berkunjung."))
AT_START = Told(1, say("Permohonan Anda sudah diterima. Datanya sedang diperiksa."), WAIT)

FAMILY: Mapping[State, Told] = {
    State.RECEIVED: AT_START,
    State.CHECKED: AT_START,
    State.ASSESSMENT: AT_WORK,
    State.VALIDATION: AT_WORK,
    State.PARAF_KASI: AT_DECISION,
    State.PARAF_KABID: AT_DECISION,
    State.PARAF_SEKRETARIS: AT_DECISION,
    State.DECISION: AT_DECISION,
    State.WAITLISTED: Told(
        3,
        say("Kuota sedang penuh. Anda berada di daftar tunggu."),
        say("Lihat lagi halaman ini. Begitu ada kursi, berkas Anda diputus menurut giliran."),
    ),
    State.APPROVED: Told(3, say("Permohonan Anda disetujui. Surat sedang dibuat."), WAIT),
    State.SIGNING: Told(3, say("Permohonan Anda disetujui. Surat menunggu tanda tangan."), WAIT),
    State.LETTER_ISSUED: Told(4, say("Surat Anda sudah terbit."), say("Ambil surat di kantor dengan KTP dan tanda terima.")),
    State.ACCEPTED: Told(4, say("Rumah sakit sudah menerima surat Anda."), say("Anda tidak perlu mengurus surat lagi.")),
    State.REGISTERING: Told(4, say("Pendaftaran ke BPJS Kesehatan sedang berjalan."), WAIT),
    State.ACTIVE: Told(4, say("Kepesertaan BPJS Kesehatan Anda sudah aktif."), say("Tunjukkan KTP saat berobat.")),
    State.CLOSED: Told(5, say("Urusan ini selesai."), say("Anda tidak perlu mengurus apa pun lagi.")),
    State.UNREGISTERED: Told(None, say("BPJS Kesehatan belum dapat mendaftarkan Anda."), ASK),
    State.EXPIRED: Told(None, say("Masa berlaku surat sudah habis."), say("Masih perlu? Datang ke kantor untuk meminta surat baru.")),
    State.REVOKED: Told(None, say("Surat sudah dicabut dan tidak dapat dipakai."), ASK),
    State.REMOVED: Told(None, say("Kepesertaan yang dibayar daerah sudah dihentikan."), ASK),
    State.REJECTED: Told(
        None, say("Permohonan Anda belum dapat dikabulkan."), say("Mintalah lembar alasan di kantor. Anda dapat mengajukan keberatan.")
    ),
    State.WITHDRAWN: Told(None, say("Permohonan ini dibatalkan."), say("Masih perlu? Datang ke kantor dengan KTP.")),
    State.OBJECTION: Told(3, say("Keberatan Anda sedang diperiksa pejabat lain."), WAIT),
    State.UPHELD: Told(None, say("Keberatan Anda belum dapat dikabulkan."), ASK),
    State.OVERTURNED: Told(None, say("Keberatan Anda dikabulkan. Berkas baru sudah dibuka."), say("Mintalah nomor berkas baru di kantor.")),
    State.DIED: Told(None, say("Berkas ini sudah ditutup."), say("Keluarga tidak perlu mengurus apa pun lagi di sini.")),
}

TO_BRING = frozenset({State.RECEIVED, State.CHECKED, State.ASSESSMENT, State.VALIDATION})
"""While papers can still be handed in."""

DAYS = (say("Senin"), say("Selasa"), say("Rabu"), say("Kamis"), say("Jumat"), say("Sabtu"), say("Minggu"))


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
        place = view.hospital.name if view.hospital else say("rumah sakit")
        return Told(told.stage, told.means, say("Ambil surat di kantor, lalu serahkan di loket {place} bersama KTP.", place=place))
    return told


def message(status: FamilyStatus, policy: RegionPolicy, address: str) -> str:
    """A text that an officer or a relative passes on; initials only, because it travels through other hands."""
    lines = [
        say("Kabar dari {name}.", name=policy.office.name),
        say("Berkas {ticket}, {who}: {label}.", ticket=status.ticket, who=status.who, label=status.label.lower()),
        status.told.means,
        say("Bawa ke {address}: {bring}.", address=policy.office.address, bring=", ".join(status.bring))
        if status.bring
        else status.told.do,
        *([say("Surat berlaku sampai {until}.", until=status.until)] if status.until else []),
        say("Telepon {phone}. Layanan ini gratis.", phone=policy.office.phone),
        say("Lihat sendiri: {address}/status", address=address),
        say("Pasien gawat darurat tetap dilayani rumah sakit, dengan atau tanpa surat."),
    ]
    return "\n".join(lines)


def opening_hours(hours: OfficeHours) -> list[str]:
    """``Senin sampai Kamis 08.00–12.00, 13.00–16.00``, days with the same hours together."""
    return [_opening(tuple(days), openings) for openings, days in _alike(hours) if openings]


def _alike(hours: OfficeHours) -> Iterator[tuple[tuple[tuple[time, time], ...], list[str]]]:
    for openings, days in groupby(range(len(DAYS)), key=lambda day: hours[day]):
        yield openings, [DAYS[day] for day in days]


def _opening(days: tuple[str, ...], openings: tuple[tuple[time, time], ...]) -> str:
    named = days[0] if len(days) == 1 else say("{first} sampai {last}", first=days[0], last=days[-1])
    hours = (joined((_clock(begins), _clock(ends)), "–") for begins, ends in openings)
    return joined((named, joined(hours, ", ")))


def _clock(at: time) -> str:
    return say("{hour}.{minute}", hour=f"{at:%H}", minute=f"{at:%M}")
