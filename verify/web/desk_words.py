"""The answers as a desk's screen shows them, and the sentences a desk without network says by itself."""

from dataclasses import dataclass

from schemas.desk_check import ASK_OFFICE, NEXT_STEPS, TITLES
from workflows.desk import DeskAnswer
from workflows.saying import say, sayings

LOOK: dict[DeskAnswer, tuple[str, str]] = {
    DeskAnswer.VALID: ("good", "check"),
    DeskAnswer.EXPIRED: ("bad", "clock"),
    DeskAnswer.REVOKED: ("bad", "stop"),
    DeskAnswer.ALREADY_USED: ("warn", "warning"),
    DeskAnswer.OTHER_HOSPITAL: ("bad", "building"),
    DeskAnswer.NOT_FOR_HOSPITAL: ("bad", "letter"),
    DeskAnswer.IN_PROGRESS: ("warn", "clock"),
    DeskAnswer.AFTER_BACKUP: ("warn", "letter"),
    DeskAnswer.UNKNOWN: ("warn", "search"),
    DeskAnswer.FORGED: ("bad", "cross"),
}
"""Colour and icon of each answer; the words stand beside them always."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How one answer looks: a colour, an icon, a word, and what to do."""

    answer: str
    kind: str
    icon: str
    title: str
    next_step: str


SCREENS = (
    *(Screen(answer.value, *LOOK[answer], TITLES[answer], NEXT_STEPS[answer]) for answer in DeskAnswer),
    Screen(
        "NEEDS_CHECK",
        "warn",
        "info",
        say("PERLU DICEK"),
        say("Sambungkan internet, lalu pindai lagi. Pasien gawat darurat tetap dilayani."),
    ),
    Screen(
        "CLOCK_WRONG",
        "warn",
        "clock",
        say("JAM KOMPUTER SALAH"),
        say("Betulkan jam komputer, lalu pindai lagi. Pasien gawat darurat tetap dilayani."),
    ),
)
"""The ten answers of the office, and the two that only a desk itself can give."""

SENTENCES = {
    "VALID": "{nama}, lahir {tahun}. Untuk {tempat}. Sampai {sampai}.",
    "EXPIRED": "Masa berlaku habis {sampai}.",
    "REVOKED": "Surat ini atau kuncinya sudah ditarik, menurut daftar {daftar}.",
    "ALREADY_USED": "Sudah diterima rumah sakit, menurut daftar {daftar}.",
    "ACCEPTED_HERE": "Sudah Anda terima di komputer ini, {waktu}. Menunggu dikirim.",
    "OTHER_HOSPITAL": "Surat ini untuk rumah sakit lain, kode {tempat}.",
    "NOT_FOR_HOSPITAL": "Surat ini untuk BPJS Kesehatan, bukan jaminan pembayaran.",
    "FORGED": "Tanda tangan digital surat ini tidak cocok.",
    "UNKNOWN": "Ini bukan kode surat.",
    "STALE": "Daftar kunci terakhir {umur} lalu. {nama}, lahir {tahun}, sampai {sampai}. Boleh diterima sementara, akan diperiksa ulang.",
    "OLD_LIST": "Daftar kunci di komputer ini terlalu lama: {umur}. Surat belum dapat dinilai.",
    "NO_LIST": "Daftar kunci belum ada di komputer ini. Surat belum dapat dinilai.",
    "UNKNOWN_KEY": "Kunci surat ini belum ada dalam daftar {daftar}. Surat belum dapat dinilai.",
    "PROVISIONAL": "Ini tanda sementara, belum surat. Keadaan terbarunya tampak begitu ada internet.",
    "TYPED": "Tanpa internet, nomor surat dan NIK tidak dapat diperiksa.",
    "CLOCK_WRONG": "Jam komputer ini berbeda {beda} dari jam Dinas Sosial.",
    "CLOCK_BEHIND": "Jam komputer ini lebih lambat dari waktu surat dan daftar kunci.",
    "ANY": "rumah sakit mana pun",
    "OFFLINE": "Tanpa internet sejak {waktu}. Pemeriksaan surat tetap jalan. Daftar kunci: {umur} lalu.",
    "OFFLINE_OLD": "Tanpa internet sejak {waktu}. Daftar kunci: {umur} lalu. Surat belum dapat dinilai.",
    "OFFLINE_BLIND": "Tanpa internet sejak {waktu}. Daftar kunci belum ada, surat belum dapat dinilai.",
    "WAITING": "{jumlah} penerimaan menunggu dikirim.",
    "SIGN_IN_TO_SEND": "Masuk lagi untuk mengirim {jumlah} penerimaan.",
    "ACCEPTED": "PASIEN DITERIMA",
    "ACCEPTED_ONLINE": "Surat ini sekarang milik rumah sakit Anda. Lanjutkan pendaftaran pasien.",
    "ACCEPTED_OFFLINE": "Tersimpan di komputer ini dan dikirim begitu ada internet. Lanjutkan pendaftaran pasien.",
    "ACCEPTED_SIGNED_OUT": "Tersimpan di komputer ini dan dikirim sesudah Anda masuk lagi. Lanjutkan pendaftaran pasien.",
    "NO_CODE": "Tidak ada kode QR surat di gambar ini. Foto lebih dekat dan terang, lalu coba lagi.",
    "NO_CAMERA": "Kamera tidak dapat dibuka. Pakai pemindai, foto, atau nomor surat.",
    "CLOCK_BAR": "Jam komputer ini berbeda {beda} dari jam Dinas Sosial. Betulkan sebelum internet putus.",
    "CLOCK_BAR_ALONE": "Jam komputer ini berbeda {beda} dari jam Dinas Sosial. Betulkan supaya surat dapat dinilai.",
    "ASK_AGAIN": "Betulkan isiannya, lalu periksa lagi. Pasien gawat darurat tetap dilayani.",
    "ACCEPT_AGAIN": "Betulkan nomor pendaftaran, lalu tekan Terima pasien ini. Suratnya belum diterima.",
    "TOO_LONG": "Isi paling banyak {longest} huruf.",
    "UNPRINTABLE": "Teks berisi tanda yang tidak dapat dicetak. Ketik ulang.",
    "NOT_TAKEN": "Surat {nomor}, Anda terima {waktu}, belum tercatat di Dinas Sosial: {masalah} Betulkan nomor pendaftarannya.",
    "ACCEPT_ELSEWHERE": "Cocokkan dengan KTP. Pasien diterima dari akun loket rumah sakit.",
    "UNDER_A_MINUTE": "kurang dari 1 menit",
    "MINUTES": "{menit} menit",
    "WHOLE_HOURS": "{jam} jam",
    "HOURS": "{jam} jam {menit} menit",
    "DAYS": "{hari} hari {jam} jam",
}
"""What the page says in place of the office. Names in braces are filled in by the page."""
SENTENCES = sayings(SENTENCES)

ALONE = {
    "STALE": "Cocokkan dengan KTP, lalu tekan Terima pasien ini. Sambungkan internet begitu bisa.",
    "TYPED": "Pindai QR di surat, itu jalan tanpa internet. Atau ulangi begitu internet kembali. Pasien gawat darurat tetap dilayani.",
    "EXPIRED": "Telepon Dinas Sosial, atau minta perpanjangan begitu internet kembali. Pasien gawat darurat tetap dilayani.",
    "ALREADY_USED": "Bila pasien dirujuk ke sini, minta pindah begitu internet kembali. Pasien gawat darurat tetap dilayani.",
    "OTHER_HOSPITAL": "Minta pindah begitu internet kembali, atau telepon Dinas Sosial. Pasien gawat darurat tetap dilayani.",
    "ACCEPTED_HERE": "Lanjutkan pendaftaran pasien. Penerimaan ini dikirim begitu internet kembali.",
    "PROVISIONAL": "Periksa lagi begitu internet kembali. Pasien gawat darurat tetap dilayani.",
    "UNKNOWN": "Pindai QR di surat rekomendasi. Pasien gawat darurat tetap dilayani.",
}
"""What to do without network, where the office's own next step needs it; by sentence."""
ALONE = sayings(ALONE)

ONLOOKER = {
    DeskAnswer.VALID: SENTENCES["ACCEPT_ELSEWHERE"],
    DeskAnswer.EXPIRED: ASK_OFFICE,
    DeskAnswer.ALREADY_USED: say("Bila pasien dirujuk, rumah sakit tujuan yang minta pindah. Pasien gawat darurat tetap dilayani."),
}
"""What to do for whoever accepts nobody: the buttons that a hospital is told to press are not on this screen."""

OURS = say("Surat ini sudah milik rumah sakit Anda. Lanjutkan pendaftaran pasien.")
"""What to do with a letter that the asking hospital itself accepted."""
