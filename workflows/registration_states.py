"""The life of a registration with BPJS Kesehatan on one screen, beside the life of its case and of its letter.

It begins when the letter is issued and goes on side by side with the hospital's acceptance. It is always somebody's turn at
the counter: ``SENT`` waits for BPJS, and the counter asks after it.
"""

from collections.abc import Mapping
from enum import StrEnum

from workflows.errors import TransitionRefused
from workflows.saying import say, sayings
from workflows.states import Role
from workflows.vocabulary import LetterType


class Route(StrEnum):
    """How a region tells BPJS: a file of many people (letter A), or SIKS-NG, typed by hand (letter B)."""

    BPJS_FILE = "BPJS_FILE"
    SIKS_NG = "SIKS_NG"


class RegistrationStatus(StrEnum):
    """WAITING for the next batch or for somebody's hand; BATCHED is in a file that was made; GRANTED by the ministry, not yet seen
    active at BPJS; the last three are ends."""

    WAITING = "WAITING"
    BATCHED = "BATCHED"
    SENT = "SENT"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    ACTIVE = "ACTIVE"
    GIVEN_UP = "GIVEN_UP"
    CANCELLED = "CANCELLED"


class RefusalCode(StrEnum):
    """Why BPJS or the ministry refuses a registration; the codes are ours, no public list of theirs was found."""

    NIK_NOT_IN_DUKCAPIL = "NIK_NOT_IN_DUKCAPIL"
    ALREADY_ACTIVE_SAME = "ALREADY_ACTIVE_SAME"
    ACTIVE_OTHER_SEGMENT = "ACTIVE_OTHER_SEGMENT"
    DUPLICATE_MEMBER = "DUPLICATE_MEMBER"
    DECEASED = "DECEASED"
    KK_MISMATCH = "KK_MISMATCH"
    OUT_OF_REGION = "OUT_OF_REGION"
    QUOTA_FULL = "QUOTA_FULL"
    CUTOFF_PASSED = "CUTOFF_PASSED"
    FKTP_INVALID = "FKTP_INVALID"
    REGION_IN_ARREARS = "REGION_IN_ARREARS"
    OTHER = "OTHER"


ROUTES: Mapping[LetterType, Route] = {
    LetterType.REKOM_PBPU_PEMDA: Route.BPJS_FILE,
    LetterType.KET_REAKTIVASI_PBI_JK: Route.SIKS_NG,
}
"""Which letters are followed by a registration, and by which way."""

S = RegistrationStatus

REGISTRATION_TRANSITIONS: frozenset[tuple[RegistrationStatus, RegistrationStatus]] = frozenset(
    {
        (S.WAITING, S.BATCHED),
        (S.WAITING, S.SENT),
        (S.WAITING, S.ACTIVE),
        (S.WAITING, S.GIVEN_UP),
        (S.WAITING, S.CANCELLED),
        (S.CANCELLED, S.WAITING),
        (S.BATCHED, S.WAITING),
        (S.BATCHED, S.SENT),
        (S.BATCHED, S.CANCELLED),
        (S.SENT, S.GRANTED),
        (S.SENT, S.ACTIVE),
        (S.SENT, S.REFUSED),
        (S.SENT, S.CANCELLED),
        (S.GRANTED, S.ACTIVE),
        (S.GRANTED, S.REFUSED),
        (S.GRANTED, S.GIVEN_UP),
        (S.GRANTED, S.CANCELLED),
        (S.REFUSED, S.WAITING),
        (S.REFUSED, S.ACTIVE),
        (S.REFUSED, S.GIVEN_UP),
        (S.REFUSED, S.CANCELLED),
    }
)

ENDED = frozenset({S.ACTIVE, S.GIVEN_UP, S.CANCELLED})
ON_ITS_WAY = frozenset({S.BATCHED, S.SENT, S.GRANTED})
"""BPJS has the person's data or may have it any minute: nobody can take that back by leaving the case."""

OWNER: Mapping[RegistrationStatus, Role] = dict.fromkeys((status for status in S if status not in ENDED), Role.LOKET)
"""Whose turn it is while a registration is open; its clock runs since it came into its status (``workflows.stuck``)."""

LABEL: Mapping[RegistrationStatus, str] = {
    S.WAITING: "Belum dikirim",
    S.BATCHED: "Dalam berkas kiriman",
    S.SENT: "Menunggu jawaban",
    S.GRANTED: "Disetujui Kementerian Sosial, belum terlihat aktif",
    S.REFUSED: "Ditolak",
    S.ACTIVE: "Aktif",
    S.GIVEN_UP: "Ditutup tanpa aktif",
    S.CANCELLED: "Batal karena berkas ditutup",
}
LABEL = sayings(LABEL)

REFUSAL: Mapping[RefusalCode, str] = {
    RefusalCode.NIK_NOT_IN_DUKCAPIL: "NIK tidak ada di Dukcapil. Minta keluarga mengurus ke Dukcapil, lalu kirim ulang.",
    RefusalCode.ALREADY_ACTIVE_SAME: "Sudah aktif di segmen ini. Catat nomor kartunya.",
    RefusalCode.ACTIVE_OTHER_SEGMENT: "Masih aktif di segmen lain. Pemberi kerja harus melepas dulu.",
    RefusalCode.DUPLICATE_MEMBER: "Peserta tercatat ganda. Minta BPJS menggabungkan datanya.",
    RefusalCode.DECEASED: "Tercatat meninggal. Periksa kepada keluarga, lalu tutup.",
    RefusalCode.KK_MISMATCH: "Nomor KK tidak cocok. Betulkan nomor KK, lalu kirim ulang.",
    RefusalCode.OUT_OF_REGION: "Bukan penduduk daerah ini menurut BPJS. Periksa domisilinya.",
    RefusalCode.QUOTA_FULL: "Kuota di BPJS penuh. Tanyakan kepada Dinas Kesehatan.",
    RefusalCode.CUTOFF_PASSED: "Lewat batas kirim bulan ini. Kirim ulang di siklus berikutnya.",
    RefusalCode.FKTP_INVALID: "Kode FKTP tidak berlaku. Betulkan kode FKTP, lalu kirim ulang.",
    RefusalCode.REGION_IN_ARREARS: "Iuran daerah menunggak. Laporkan kepada Kepala Dinas.",
    RefusalCode.OTHER: "Alasan lain. Baca catatan dari BPJS.",
}
"""What a refusal means, and what to do."""
REFUSAL = sayings(REFUSAL)

assert set(LABEL) == set(RegistrationStatus) and set(REFUSAL) == set(RefusalCode)


def check_registration_move(source: RegistrationStatus, target: RegistrationStatus) -> None:
    """Raise ``TransitionRefused`` where the table has no such row."""
    if (source, target) not in REGISTRATION_TRANSITIONS:
        raise TransitionRefused(
            say(
                "Pendaftaran berstatus “{label}” tidak dapat menjadi “{label2}”. Muat ulang halaman.",
                label=LABEL[source],
                label2=LABEL[target],
            )
        )
