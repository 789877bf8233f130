"""What each HTTP status means to somebody at a screen: a heading, what happened, and what to do next.

Programs get words of their own (``verify.errors.HTTP_SENTENCES``): whoever reads a page can do nothing about a header. Every status of
HTTP has an answer here; those that no page of ours and no server before it gives share the words of their kind.
"""

from dataclasses import dataclass

from workflows.saying import Sentence, joined, say


@dataclass(frozen=True, slots=True)
class Told:
    """A status in words for people."""

    heading: Sentence
    cause: Sentence
    next_step: Sentence

    @property
    def lead(self) -> str:
        """What happened and what to do, as one text."""
        return joined((self.cause, self.next_step))


OUR_SIDE = say("Ada masalah di pihak kami")
ASK_ADMIN = say("Coba sekali lagi. Bila berulang, sebutkan kode masalah kepada admin kantor.")

FOR_PEOPLE = {
    400: Told(
        say("Kiriman tidak dapat dibaca"),
        say("Kiriman ini tidak dapat dibaca."),
        say("Muat ulang halaman, isi lagi, lalu kirim."),
    ),
    401: Told(
        say("Masuk dulu"),
        say("Anda belum masuk."),
        say("Masuk dengan nama pengguna dan kata sandi Anda, lalu ulangi langkah terakhir."),
    ),
    403: Told(
        say("Anda tidak berwenang"),
        say("Langkah ini bukan wewenang Anda."),
        say("Mintalah rekan yang berwenang, atau hubungi admin kantor bila peran Anda keliru."),
    ),
    404: Told(
        say("Tidak ditemukan"),
        say("Halaman atau alamat ini tidak ada."),
        say("Periksa alamatnya, atau mulai dari halaman awal."),
    ),
    405: Told(
        say("Langkah ini tidak ada di sini"),
        say("Alamat ini tidak dapat dibuka dengan cara ini."),
        say("Buka halaman dari menu, jangan dari alamat yang diketik."),
    ),
    406: Told(
        say("Bentuk ini tidak ada"),
        say("Halaman ini tidak ada dalam bentuk yang diminta."),
        say("Buka halaman ini dengan peramban biasa, misalnya Chrome atau Firefox."),
    ),
    408: Told(
        say("Kiriman terputus"),
        say("Kiriman Anda terlalu lama di jalan, lalu terputus."),
        say("Periksa sambungan internet, lalu kirim lagi."),
    ),
    409: Told(
        say("Berkas dalam keadaan lain"),
        say("Langkah ini tidak cocok dengan keadaan berkas."),
        say("Muat ulang berkas, lihat keadaan terakhirnya, lalu putuskan langkah berikutnya."),
    ),
    410: Told(
        say("Halaman ini sudah dihapus"),
        say("Halaman ini pernah ada, tetapi sudah dihapus."),
        say("Mulai lagi dari halaman awal."),
    ),
    411: Told(
        say("Kiriman tidak lengkap"),
        say("Peramban tidak menyebut berapa besar kiriman Anda."),
        say("Muat ulang halaman, lalu kirim lagi. Bila berulang, pakai peramban lain."),
    ),
    412: Told(
        say("Berkas sudah berubah"),
        say("Berkas ini berubah sesudah Anda membukanya."),
        say("Muat ulang berkas, lihat yang berubah, lalu kirim lagi."),
    ),
    413: Told(
        say("Kiriman terlalu besar"),
        say("Kiriman terlalu besar."),
        say("Pilih foto atau berkas yang lebih kecil, lalu kirim lagi."),
    ),
    414: Told(
        say("Alamat terlalu panjang"),
        say("Alamat halaman ini terlalu panjang."),
        say("Mulai dari halaman awal, lalu pakai kotak pencarian atau formulirnya."),
    ),
    415: Told(
        say("Jenis kiriman tidak dikenal"),
        say("Jenis kiriman ini tidak dikenal."),
        say("Isi dan kirim lewat formulir di layar. Foto berjenis JPEG atau PNG."),
    ),
    416: Told(
        say("Bagian ini tidak ada"),
        say("Bagian berkas yang diminta tidak ada."),
        say("Unduh lagi dari awal."),
    ),
    417: Told(
        say("Kiriman tidak dapat diterima"),
        say("Peramban meminta cara kirim yang tidak ada di sini."),
        say("Muat ulang halaman, lalu kirim lagi. Bila berulang, pakai peramban lain."),
    ),
    422: Told(
        say("Ada yang perlu diperbaiki"),
        say("Isian belum benar."),
        say("Kembali ke halaman tadi, perbaiki isian itu, lalu kirim lagi."),
    ),
    428: Told(
        say("Buka berkas lebih dulu"),
        say("Kiriman ini tidak menyebut keadaan berkas yang Anda lihat."),
        say("Muat ulang berkas, isi lagi, lalu kirim."),
    ),
    429: Told(
        say("Terlalu banyak permintaan"),
        say("Terlalu banyak permintaan dalam waktu singkat."),
        say("Tunggu satu menit, lalu coba lagi."),
    ),
    431: Told(
        say("Kuki peramban terlalu besar"),
        say("Peramban Anda mengirim terlalu banyak kuki."),
        say("Hapus kuki alamat ini di peramban, lalu masuk lagi."),
    ),
    500: Told(
        OUR_SIDE,
        say("Ada kesalahan di pihak kami. Data Anda belum tersimpan."),
        ASK_ADMIN,
    ),
    501: Told(
        say("Langkah ini belum ada"),
        say("Rekom belum dapat mengerjakan kiriman seperti ini."),
        say("Muat ulang halaman, lalu kirim lagi. Bila berulang, pakai peramban lain."),
    ),
    502: Told(
        OUR_SIDE,
        say("Layanan lain yang ditanya Rekom memberi jawaban yang salah."),
        say("Lanjutkan pekerjaan lain. Rekom mencoba lagi sendiri, atau catat hasil pemeriksaan manual."),
    ),
    503: Told(
        say("Layanan belum siap"),
        say("Layanan sedang tidak siap. Data Anda belum tersimpan."),
        say("Coba lagi sebentar lagi. Pasien gawat darurat tetap dilayani."),
    ),
    504: Told(
        say("Jawaban terlalu lama"),
        say("Layanan lain yang ditanya Rekom terlalu lama menjawab."),
        say("Tunggu sebentar, lalu coba lagi. Pasien gawat darurat tetap dilayani."),
    ),
    507: Told(
        say("Tempat simpan penuh"),
        say("Tempat simpan Rekom penuh. Data Anda belum tersimpan."),
        ASK_ADMIN,
    ),
}
"""By status; the words for people."""

REFUSED = Told(
    say("Langkah ini tidak berhasil"),
    say("Permintaan ini tidak dapat dikerjakan."),
    say("Buka halaman dari menu, lalu coba lagi. Bila berulang, sebutkan kode masalah kepada admin kantor."),
)
FAILED = FOR_PEOPLE[500]


def told(status: int) -> Told:
    """A status in words for people; that of its kind where nobody meets it."""
    return FOR_PEOPLE.get(status, REFUSED if status < 500 else FAILED)
