"""Facts of made-up letters: a usual one, one with everything long, one with nothing that may be left out."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.ports import EnclosedRow, Enclosure, LetterFacts

AT = datetime(2026, 11, 22, 14, 5, tzinfo=ZoneInfo("Asia/Jakarta"))
NORMAL = LetterFacts(
    letter_id=1,
    letter_type="REKOM_PBPU_PEMDA",
    number="400.9/007/Dinsos/XI/2026",
    region_code="3673",
    office="Dinas Sosial",
    office_lines=("Pemerintah Kota Serang", "Dinas Sosial", "Jalan Contoh Nomor 1, Kota Serang 42111", "Telepon (0254) 000000"),
    place="Serang",
    issuer="dinsos-3673",
    token_id="0123456789abcdef0123456789abcdef",
    name="SITI CONTOH",
    nik="9901014101900001",
    kk="9901010101100001",
    sex="P",
    birth_date=date(1990, 1, 1),
    address="Kampung Contoh RT 001/RW 002, Kelurahan Contoh, Kecamatan Contoh, Kota Serang",
    phone="0812-0000-0001",
    hospital_code="3673015",
    hospital_name="RSUD Contoh Kota Serang",
    admitted_at=AT - timedelta(hours=5),
    care_class="3",
    segment="PEMDA",
    subject="Rekomendasi Kepesertaan JKN PBPU dan BP Pemda",
    finding="dan hasil penelitian kami atas permohonan, berkas, dan data kependudukan, dengan ini kami menerangkan bahwa warga berikut "
    "memenuhi syarat untuk menerima rekomendasi ini:",
    request="Sehubungan dengan itu, kami merekomendasikan agar yang bersangkutan didaftarkan atau diaktifkan sebagai peserta Jaminan "
    "Kesehatan Nasional segmen PBPU dan BP Pemerintah Daerah dengan hak rawat kelas III.",
    terms="untuk satu kali perawatan di RSUD Contoh Kota Serang",
    activation_sentence="Kepesertaan mohon diaktifkan pada hari surat ini diterima, tanpa masa tunggu (UHC Prioritas).",
    addressee=("Direktur RSUD Contoh Kota Serang", "di Kota Serang"),
    copies=("Wali Kota Serang (sebagai laporan)", "Kepala Dinas Kesehatan Kota Serang", "Arsip"),
    legal_basis=(
        "Undang-Undang Nomor 40 Tahun 2004 tentang Sistem Jaminan Sosial Nasional",
        "Peraturan Presiden Nomor 82 Tahun 2018 tentang Jaminan Kesehatan beserta perubahannya",
        "Peraturan Wali Kota Serang tentang Jaminan Kesehatan Daerah (contoh)",
    ),
    signer_title="Kepala Dinas Sosial Kota Serang",
    signer_name="Dra. Ani Uji, M.Si.",
    signer_rank="Pembina Utama Muda (IV/c)",
    signer_nip="19700101 199503 2 001",
    signer_capacity="DEFINITIF",
    signed_at=AT,
    valid_from=AT,
    valid_until=AT + timedelta(hours=72),
    timezone="Asia/Jakarta",
)
LONG = replace(
    NORMAL,
    number="400.9.14.2/Rekom-PBPU.1234 - Dinsos.P3A/Linjamsos/XI/2026",
    office="Dinas Sosial, Pemberdayaan Perempuan, dan Perlindungan Anak",
    name="RADEN RORO SITI NURHALIZA PUTRI KUSUMAWARDHANI CONTOH WIDYANINGRUM BINTI UJI",
    address="Jalan Raya Contoh Panjang Sekali Nomor 123 Blok AB-17 Perumahan Bumi Contoh Permai Indah Lestari Tahap II, RT 001/RW 002, "
    "Kelurahan Contoh Kidul, Kecamatan Contoh Barat, Kabupaten Contoh Selatan, Provinsi Contoh Tengah 99999",
    hospital_name="Rumah Sakit Umum Pusat Pendidikan dan Rujukan Nasional Dr. Contoh Mangunkusumo Provinsi Contoh Tengah",
    addressee=("Direktur Rumah Sakit Umum Pusat Pendidikan dan Rujukan Nasional Dr. Contoh Mangunkusumo", "di Contoh Selatan"),
    copies=tuple(f"Kepala Badan atau Dinas Contoh Nomor {i} Kabupaten Contoh Selatan" for i in range(1, 9)),
    legal_basis=NORMAL.legal_basis * 3,
    signer_title="Kepala Dinas Sosial, Pemberdayaan Perempuan, dan Perlindungan Anak Kabupaten Contoh Selatan\nSekretaris",
    signer_capacity="AN",
    signer_name="Prof. Dr. Ir. Hj. Ani Uji Coba Sangat Panjang Kusumawardhani, S.Sos., M.Si., M.A.P.",
    timezone="Asia/Jayapura",
)
MINIMAL = replace(
    NORMAL,
    kk=None,
    address=None,
    phone=None,
    hospital_code=None,
    hospital_name=None,
    terms="untuk satu kali perawatan di rumah sakit yang bekerja sama dengan BPJS Kesehatan",
    admitted_at=None,
    copies=(),
    legal_basis=NORMAL.legal_basis[:1],
    activation_sentence="",
    signer_rank=None,
    signer_nip=None,
    signer_capacity="PLH",
    timezone="Asia/Makassar",
)


def collective(people: int = 12) -> LetterFacts:
    """A letter E with a list of so many, one of them with a long name."""
    rows = tuple(
        EnclosedRow(
            LONG.name if at == 2 else f"SITI CONTOH {at:04d}", f"•••• •••• •••• {at:04d}", f"400.9/{at:03d}/Dinsos/XI/2026", AT.date()
        )
        for at in range(1, people + 1)
    )
    about = (
        ("Jumlah warga", f"{people} orang"),
        ("Berkas kiriman", f"Nomor 3, {people} orang"),
        ("Sidik SHA-256 berkas", " ".join(["0a1b"] * 16)),
        ("Sidik SHA-256 daftar", " ".join(["c2d3"] * 16)),
    )
    return replace(
        NORMAL,
        letter_type="PENGANTAR_KOLEKTIF",
        number="400.9/090/Dinsos/XI/2026",
        name=f"Daftar {people} warga",
        nik=None,
        hospital_code=None,
        subject="Pengantar Usulan Kolektif Peserta PBPU dan BP Pemda",
        finding=f"bersama ini kami sampaikan daftar {people} warga yang mendapat surat rekomendasi kami pada 22 November 2026, "
        "sebagaimana terlampir.",
        request="Sehubungan dengan itu, kami memohon agar warga dalam daftar terlampir didaftarkan atau diaktifkan sebagai peserta Jaminan "
        "Kesehatan Nasional segmen PBPU dan BP Pemerintah Daerah. Surat ini bukan jaminan pembayaran biaya perawatan.",
        terms="untuk pendaftaran kolektif di BPJS Kesehatan",
        activation_sentence="",
        addressee=("Kepala BPJS Kesehatan Cabang Serang", "di Serang"),
        at_hospital=False,
        enclosure=Enclosure(about, rows, "NIK ditulis empat angka terakhir. NIK lengkap ada dalam berkas kiriman.", practice=True),
    )
