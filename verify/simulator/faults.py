"""Which registry misbehaves how, for everybody or for one person; switchable while the simulator runs."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Registry(StrEnum):
    """The registries the simulator speaks for."""

    DUKCAPIL = "dukcapil"
    BPJS = "bpjs"
    DTSEN = "dtsen"
    BSRE = "bsre"


class Fault(StrEnum):
    """How a registry can fail; ``ok`` for one person exempts that person from a fault of the whole registry."""

    OK = "ok"
    SLOW = "slow"
    DRIP = "drip"
    RESET = "reset"
    ERROR = "error"
    BUSY = "busy"
    HTML = "html"
    TRUNCATED = "truncated"
    REDIRECT = "redirect"
    HUGE = "huge"
    OTHER_NIK = "other_nik"
    OTHER_NAME = "other_name"
    DECEASED = "deceased"
    NULLS = "nulls"
    NUMBERS = "numbers"
    STALE = "stale"
    QUOTA = "quota"
    WRONG_SIGNATURE = "wrong_signature"
    WRONG_KEY = "wrong_key"
    NOT_REGISTERED = "not_registered"
    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105 -- the name of a fault
    EXPIRED_CERTIFICATE = "expired_certificate"
    OTHER_PAPER = "other_paper"
    UNCHANGED = "unchanged"
    NO_PDF = "no_pdf"
    BY_NUMBER = "by_number"


LABELS: Mapping[Fault, str] = {
    Fault.OK: "Normal",
    Fault.SLOW: "Lambat",
    Fault.DRIP: "Menetes, satu byte demi satu byte",
    Fault.RESET: "Sambungan diputus",
    Fault.ERROR: "Galat server (500)",
    Fault.BUSY: "Terlalu banyak permintaan (429)",
    Fault.HTML: "Halaman masuk HTML, bukan data",
    Fault.TRUNCATED: "Jawaban terpotong",
    Fault.REDIRECT: "Pengalihan tanpa akhir",
    Fault.HUGE: "Jawaban raksasa",
    Fault.OTHER_NIK: "Menjawab tentang NIK lain",
    Fault.OTHER_NAME: "Menjawab dengan nama lain",
    Fault.DECEASED: "Tercatat meninggal",
    Fault.NULLS: "Semua isian kosong",
    Fault.NUMBERS: "Tipe isian salah, NaN",
    Fault.STALE: "Jawaban lama",
    Fault.QUOTA: "Kuota habis",
    Fault.WRONG_SIGNATURE: "Akses kantor ditolak",
    Fault.WRONG_KEY: "Sandi jawaban salah (BPJS)",
    Fault.NOT_REGISTERED: "Penanda tangan belum terdaftar (BSrE)",
    Fault.WRONG_PASSPHRASE: "Passphrase dianggap salah (BSrE)",
    Fault.EXPIRED_CERTIFICATE: "Sertifikat kedaluwarsa (BSrE)",
    Fault.OTHER_PAPER: "Berkas lain yang kembali (BSrE)",
    Fault.UNCHANGED: "Berkas kembali tanpa tanda tangan (BSrE)",
    Fault.NO_PDF: "Yang kembali bukan PDF (BSrE)",
    Fault.BY_NUMBER: "Normal, tetapi berkas diunduh terpisah (BSrE v1)",
}
"""What the trainer's page calls each fault."""

PAUSES: Mapping[Fault, float] = {Fault.SLOW: 30.0, Fault.DRIP: 1.0}
"""Seconds, unless told otherwise: before the answer, and between two bytes."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One switched fault. ``seconds`` is its pause, ``retry_after`` stands in a 429, ``megabytes`` is the size of ``huge``."""

    registry: Registry
    fault: Fault
    nik: str | None = None
    seconds: float = 0.0
    retry_after: int = 30
    megabytes: float = 200.0


class FaultBoard:
    """The switches. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settings: dict[tuple[Registry, str | None], Setting] = {}

    def set(
        self,
        registry: Registry,
        fault: Fault,
        *,
        nik: str | None = None,
        seconds: float | None = None,
        retry_after: int = 30,
        megabytes: float = 200.0,
    ) -> Setting:
        """Switch a fault on, for one NIK or (None) for everybody; it replaces the one set for the same registry and NIK."""
        pause = PAUSES.get(fault, 0.0) if seconds is None else seconds
        setting = Setting(registry, fault, nik, pause, retry_after, megabytes)
        with self._lock:
            self._settings[registry, nik] = setting
        return setting

    def clear(self, registry: Registry | None = None, *, nik: str | None = None) -> None:
        """Switch faults off: all of them, all of a registry, or only those set for one NIK."""
        with self._lock:
            for key in list(self._settings):
                if (registry is None or key[0] is registry) and (nik is None or key[1] == nik):
                    del self._settings[key]

    def of(self, registry: Registry, nik: str) -> Setting:
        """The setting for a question about this NIK: its own, else the registry's, else ``ok``."""
        with self._lock:
            found = self._settings.get((registry, nik)) or self._settings.get((registry, None))
        return found or Setting(registry, Fault.OK)

    def active(self) -> list[Setting]:
        """All switched faults, in the order they were set."""
        with self._lock:
            return list(self._settings.values())
