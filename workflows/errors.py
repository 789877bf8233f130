"""The exception tree: every refusal has a slug for programs and an Indonesian sentence for people.

RekomError
├── InvalidInput          what was typed cannot be right
│   └── InvalidNik
├── NotFound              no such thing, or not for these eyes
├── NotAllowed            this person may not
│   └── FourEyes          this person already had a hand in it
├── TooMany               tried too often: wait, or ask an admin
├── Conflict              the thing is not in a state for it
│   ├── TransitionRefused
│   ├── OpenCaseExists    carries the ticket of the first case
│   ├── ChangedMeanwhile  somebody saved first
│   ├── TakenMeanwhile    a colleague has it in hand
│   ├── IdempotencyReuse  same key, other request
│   └── PolicyRefused     a dated rule of the region says no
│       └── PolicyEdited  the block a case is pinned to reads otherwise than when it began
├── RegistryError         an outside system
│   ├── Unavailable       may answer later: try again
│   │   └── NotConnected  this office has no connection to it: a person at once
│   └── Refused           will not answer this: a person takes over
│       ├── SignerNotRegistered
│       └── WrongPassphrase
└── PolicyFileError       a policy file cannot be used
"""

import math
from datetime import timedelta
from typing import Self

from workflows.saying import Sentence, say


class RekomError(Exception):
    """Base of all; ``str(error)`` is a sentence a person may read."""

    slug = "kesalahan"
    sentence = "Permintaan tidak dapat diproses."

    def __init__(self, sentence: str | None = None, **context: str) -> None:
        super().__init__(sentence or Sentence(self.sentence))
        self.context = context


class InvalidInput(RekomError):
    slug = "isian-salah"
    sentence = "Isian belum benar. Perbaiki yang ditandai, lalu kirim lagi."


class InvalidNik(InvalidInput):
    slug = "nik-salah"
    sentence = "NIK belum benar. Periksa lagi di KTP."


class NotFound(RekomError):
    slug = "tidak-ditemukan"
    sentence = "Data tidak ditemukan. Periksa nomor berkas, lalu cari lagi."


class NotAllowed(RekomError):
    slug = "tidak-berwenang"
    sentence = "Peran Anda tidak boleh melakukan ini. Mintalah petugas yang berwenang."


class FourEyes(NotAllowed):
    slug = "empat-mata"
    sentence = "Anda sudah menangani langkah sebelumnya. Petugas lain harus melanjutkan."


class Conflict(RekomError):
    slug = "bentrok"
    sentence = "Berkas tidak dalam keadaan yang cocok untuk langkah ini. Muat ulang berkas."


class TransitionRefused(Conflict):
    slug = "langkah-ditolak"


class OpenCaseExists(Conflict):
    slug = "berkas-sudah-ada"
    sentence = "Sudah ada berkas terbuka untuk orang ini. Buka berkas itu."


class ChangedMeanwhile(Conflict):
    slug = "berubah"
    sentence = "Berkas ini baru saja diubah orang lain. Muat ulang, lalu coba lagi."


class TakenMeanwhile(Conflict):
    slug = "berkas-sudah-diambil"
    sentence = "Berkas ini sudah diambil rekan Anda. Pilih berkas lain, atau ambil alih dari halaman berkas."


class IdempotencyReuse(Conflict):
    slug = "kunci-dipakai-ulang"
    sentence = "Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai kunci baru."


class PolicyRefused(Conflict):
    slug = "aturan-menolak"


class PolicyEdited(PolicyRefused):
    slug = "aturan-diubah"
    sentence = "Aturan berkas ini diubah sesudah berkas dibuka. Kembalikan isinya; tulis aturan baru sebagai blok bertanggal baru."


class TooMany(RekomError):
    slug = "terlalu-sering"
    sentence = "Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi."

    @classmethod
    def closed(cls, rest: timedelta) -> Self:
        """Closed for a while."""
        seconds = math.ceil(rest.total_seconds())
        wait = say("{count} detik", count=seconds) if seconds < 120 else say("{count} menit", count=math.ceil(seconds / 60))
        return cls(say("Terlalu banyak percobaan. Tunggu {wait}, lalu coba lagi.", wait=wait), retry_after=str(seconds))

    @classmethod
    def locked(cls) -> Self:
        """Closed until a person opens it."""
        return cls(say("Terlalu banyak percobaan, jadi ini dikunci. Mintalah admin kantor membukanya."))


class RegistryError(RekomError):
    slug = "registri"
    sentence = "Jawaban sistem rujukan tidak dapat dipakai. Coba lagi; bila berulang, petugas memeriksa sendiri."


class Unavailable(RegistryError):
    slug = "registri-belum-menjawab"
    sentence = "Sistem rujukan belum menjawab. Berkas tersimpan dan dicoba lagi."


class NotConnected(Unavailable):
    slug = "registri-tidak-tersambung"
    sentence = "Kantor ini tidak tersambung ke sistem itu. Petugas memeriksanya sendiri."


class Refused(RegistryError):
    slug = "registri-menolak"
    sentence = "Sistem rujukan menolak permintaan. Pemeriksaan dilanjutkan oleh petugas."


class SignerNotRegistered(Refused):
    slug = "penanda-tangan-belum-terdaftar"
    sentence = "Penanda tangan belum terdaftar di BSrE. Surat belum ditandatangani. Pilih cara tanda tangan lain, atau daftarkan dulu."


class WrongPassphrase(Refused):
    slug = "passphrase-salah"
    sentence = "Passphrase salah. Surat belum ditandatangani. Ketik lagi dengan teliti."


class PolicyFileError(RekomError):
    slug = "berkas-aturan-salah"
    sentence = "Berkas aturan daerah tidak dapat dipakai."
