"""The lanes of people without a NIK: newborn, not identified, homeless, foreigner. Nobody is turned away for the missing number."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from workflows.rules import law
from workflows.rules.path_told import Inquiry, Told
from workflows.rules.path_words import LATE_BABY
from workflows.rules.policy import in_force
from workflows.rules.promise import letter_only
from workflows.rules.route import RouteCode
from workflows.vocabulary import LetterType


def _newborn(inquiry: Inquiry) -> Told:
    days, born = in_force(inquiry.book.national.newborn_days, inquiry.on), inquiry.facts.birth_date
    due = born + timedelta(days=days.value) if born else None
    until = f"paling lambat {due:%d-%m-%Y}" if due else f"paling lama {days.value} hari sejak lahir"
    return Told(
        reason="Bayi baru lahir belum mempunyai NIK. Kepesertaannya mengikuti ibunya.",
        say=(f"Daftarkan bayi ke BPJS Kesehatan {until}.", "Bayi mengikuti kepesertaan ibunya."),
        steps=(
            "Minta surat keterangan lahir dari tempat bersalin.",
            "Daftarkan bayi di BPJS Kesehatan dengan NIK ibu, lalu urus NIK bayi.",
            "Bila ibu belum peserta aktif, cari dahulu jalur untuk ibu.",
        ),
        rests_on=days,
        papers=inquiry.policy.newborn_papers,
        in_care_meanwhile=True,
        warnings=(LATE_BABY.format(days=days.value),) if due and inquiry.on > due else (),
    )


def _unidentified(inquiry: Inquiry) -> Told:
    return Told(
        reason="Pasien tidak sadar atau belum dikenal. Tanpa NIK kepesertaannya tidak dapat diperiksa.",
        say=("Pasien tetap dirawat. Petugas dan rumah sakit mencari identitasnya.",),
        steps=(
            "Rumah sakit melapor ke Dinas Sosial dan kepolisian.",
            "Minta Disdukcapil mencocokkan sidik jari dan wajah.",
            "Bila NIK ditemukan, cari jalurnya lagi dengan NIK itu.",
        ),
        rests_on=inquiry.policy.unidentified_papers,
        papers=inquiry.policy.unidentified_papers,
        letter=LetterType.JAMINAN_PELAYANAN,
        promise=letter_only(inquiry.policy),
    )


def _homeless(inquiry: Inquiry) -> Told:
    return Told(
        reason="Orang terlantar ini belum mempunyai NIK, jadi belum dapat didaftarkan sebagai peserta.",
        say=("Anda tetap dirawat. Dinas Sosial mendampingi Anda mengurus NIK.",),
        steps=(
            "Catat keterangan orangnya dan tempat ia ditemukan.",
            "Dampingi perekaman datanya di Disdukcapil.",
            "Sesudah NIK terbit, cari jalurnya lagi.",
        ),
        rests_on=inquiry.policy.homeless_papers,
        papers=inquiry.policy.homeless_papers,
        letter=LetterType.JAMINAN_PELAYANAN,
        promise=letter_only(inquiry.policy),
    )


def _foreigner(inquiry: Inquiry) -> Told:
    return Told(
        reason="Warga negara asing tanpa NIK tidak dapat didaftarkan oleh daerah.",
        say=(
            "Tunjukkan paspor dan izin tinggal kepada petugas.",
            "Bila sudah bekerja 6 bulan di Indonesia, tempat kerja mendaftarkan Anda ke BPJS Kesehatan.",
        ),
        steps=(
            "Lihat izin tinggal tetapnya. Bila memuat NIK, cari lagi dengan NIK itu.",
            "Bila belum bekerja 6 bulan, hubungi asuransinya atau kedutaannya.",
        ),
        rests_on=law.FOREIGNER,
        papers=inquiry.policy.foreigner_papers,
    )


LANES: Mapping[RouteCode, Callable[[Inquiry], Told]] = {
    RouteCode.NEWBORN: _newborn,
    RouteCode.UNIDENTIFIED: _unidentified,
    RouteCode.HOMELESS: _homeless,
    RouteCode.FOREIGNER: _foreigner,
}
