"""The words of the path finder that depend on nothing: titles, circumstances, questions. Sentences of twenty words at most."""

from collections.abc import Mapping

from workflows.rules.path_facts import Cause
from workflows.rules.route import Missing, RouteCode, Unknown

R = RouteCode
TITLE: Mapping[RouteCode, str] = {
    R.NEWBORN: "Bayi baru lahir: ikut kepesertaan ibu",
    R.UNIDENTIFIED: "Pasien belum dikenal: dirawat dahulu, identitas dicari",
    R.HOMELESS: "Orang terlantar tanpa NIK: didampingi Dinas Sosial",
    R.FOREIGNER: "Warga negara asing tanpa NIK",
    R.ALREADY_ACTIVE: "Sudah dijamin: tidak perlu surat",
    R.FIX_IDENTITY: "Betulkan data kependudukan dahulu",
    R.TRAFFIC_ACCIDENT: "Kecelakaan lalu lintas: Jasa Raharja dahulu",
    R.WORK_ACCIDENT: "Kecelakaan kerja: BPJS Ketenagakerjaan dahulu",
    R.OTHER_OFFICE: "Ajukan di daerah tempat tinggal",
    R.REACTIVATE_PBI_JK: "Aktifkan kembali PBI JK",
    R.REACTIVATE_REGION: "Aktifkan kembali peserta daerah",
    R.EMPLOYER: "Pemberi kerja dahulu",
    R.ARREARS: "Peserta mandiri nonaktif: menurut aturan daerah",
    R.SELF_PAID: "Daftar sebagai peserta mandiri",
    R.JOIN_REGION: "Surat rekomendasi menjadi peserta daerah",
    R.UNDETERMINED: "Belum dapat dipastikan",
}

WHEN: Mapping[RouteCode, str] = {
    R.NEWBORN: "bila bayi baru lahir tanpa NIK",
    R.UNIDENTIFIED: "bila pasien tidak sadar atau belum dikenal",
    R.HOMELESS: "bila orang terlantar tanpa NIK",
    R.FOREIGNER: "bila warga negara asing tanpa NIK",
    R.ALREADY_ACTIVE: "bila ternyata masih peserta aktif",
    R.FIX_IDENTITY: "bila data di Dukcapil bermasalah",
    R.TRAFFIC_ACCIDENT: "bila karena kecelakaan lalu lintas",
    R.WORK_ACCIDENT: "bila karena kecelakaan kerja",
    R.OTHER_OFFICE: "bila alamat di KK di daerah lain",
    R.REACTIVATE_PBI_JK: "bila peserta PBI JK yang dinonaktifkan",
    R.REACTIVATE_REGION: "bila peserta daerah yang nonaktif",
    R.EMPLOYER: "bila pekerja yang nonaktif",
    R.ARREARS: "bila peserta mandiri yang nonaktif",
    R.SELF_PAID: "bila keluarga sanggup membayar iuran sendiri",
    R.JOIN_REGION: "bila tidak ada yang di atas",
    R.UNDETERMINED: "bila masih ada yang belum diketahui",
}
"""Under which circumstance a way that is still open is the one."""

FAMILY, PAPERS, INSURER = (
    "Petugas loket bertanya kepada keluarga.",
    "Petugas loket melihat KTP dan KK asli.",
    "Petugas bertanya ke BPJS Kesehatan.",
)
MISSING: Mapping[Unknown, Missing] = {
    one.fact: one
    for one in (
        Missing(Unknown.LANE, "Apakah orang ini mempunyai NIK? Bila tidak, mengapa belum?", FAMILY),
        Missing(Unknown.MEMBERSHIP, "Apakah orang ini peserta JKN, dan apakah aktif? Lihat di Mobile JKN.", INSURER),
        Missing(Unknown.SEGMENT, "Siapa yang membayar iurannya sebelum nonaktif?", INSURER),
        Missing(Unknown.IDENTITY, "Apakah NIK, nama, dan tanggal lahir cocok dengan KTP dan KK asli?", PAPERS),
        Missing(Unknown.CAUSE, "Apakah karena kecelakaan lalu lintas atau kecelakaan kerja?", FAMILY),
        Missing(Unknown.DOMICILE, "Di kabupaten atau kota mana alamat di KK?", PAPERS),
        Missing(Unknown.ABLE_TO_PAY, "Apakah keluarga sanggup membayar iuran sendiri setiap bulan?", FAMILY),
    )
}

UNKNOWN: Mapping[Unknown, str] = {
    Unknown.LANE: "ada atau tidaknya NIK",
    Unknown.MEMBERSHIP: "kepesertaan JKN",
    Unknown.SEGMENT: "jenis kepesertaan",
    Unknown.IDENTITY: "kecocokan data kependudukan",
    Unknown.CAUSE: "sebab perawatan",
    Unknown.DOMICILE: "alamat di KK",
    Unknown.ABLE_TO_PAY: "kesanggupan membayar iuran",
}
"""What is not known, in a few words."""

ACCIDENT: Mapping[Cause, str] = {
    Cause.TRAFFIC_ACCIDENT: "Kecelakaan lalu lintas: Jasa Raharja membayar lebih dahulu.",
    Cause.WORK_ACCIDENT: "Kecelakaan kerja: BPJS Ketenagakerjaan atau pemberi kerja membayar lebih dahulu.",
}

EMERGENCY = "Pasien gawat darurat tetap dilayani. Surat boleh menyusul."
REACTIVATED = "Orang ini sudah {times} kali diaktifkan kembali. Periksa kewajiban memperbarui DTSEN sebelum mengajukan lagi."
REACTIVATION_UNKNOWN = "Belum diketahui apakah orang ini pernah diaktifkan kembali. Periksa riwayatnya di SIKS-NG."
ASK_EMPLOYER = "Pastikan jaminan dari pemberi kerja sudah berakhir."
ALSO_TAKEN = "Daerah ini juga menerima semua warganya. Tawarkan pilihan itu."
BIRTH_UNKNOWN = "Tanggal lahir belum diketahui, jadi syarat lama tinggal belum diperiksa."
LATE_BABY = "Sudah lewat {days} hari sejak lahir. Bayi harus tercatat di KK lebih dahulu."

assert set(TITLE) == set(WHEN) == set(RouteCode)
assert set(MISSING) == set(UNKNOWN) == set(Unknown)
