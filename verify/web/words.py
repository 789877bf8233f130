"""The words of the pages: Indonesian for every state, action, role, channel and outcome. Tests prove that none is missing."""

from collections.abc import Mapping

from workflows.rules.facts import Answer
from workflows.rules.finding import Outcome
from workflows.rules.membership import SEGMENTS
from workflows.rules.policy import ActivationMode
from workflows.saying import say, sayings
from workflows.states import Job, Role, State
from workflows.vocabulary import Channel, NoNik, ObjectionOutcome, ProxyKin, Sex, Urgency

ROLE: Mapping[Role, str] = {
    Role.LOKET: "Petugas loket",
    Role.CASEWORKER: "Petugas penilai",
    Role.VALIDATOR: "Validator",
    Role.KASI: "Kepala Seksi",
    Role.KABID: "Kepala Bidang",
    Role.SEKRETARIS: "Sekretaris",
    Role.KADIS: "Kepala Dinas",
    Role.HOSPITAL: "Loket rumah sakit",
    Role.ADMIN: "Admin kantor",
    Role.SYSTEM: "Rekom, otomatis",
}

URGENCY: Mapping[Urgency, str] = {
    Urgency.EMERGENCY: "Gawat darurat",
    Urgency.INPATIENT: "Rawat inap",
    Urgency.CHILDBIRTH: "Persalinan",
    Urgency.CHRONIC: "Penyakit menahun",
    Urgency.OUTPATIENT: "Rawat jalan",
    Urgency.ROUTINE: "Tidak mendesak",
}

NO_NIK: Mapping[NoNik, str] = {
    NoNik.NEWBORN: "Bayi baru lahir",
    NoNik.UNIDENTIFIED: "Belum dikenal atau tidak sadar",
    NoNik.HOMELESS: "Tidak punya tempat tinggal atau belum pernah didata",
    NoNik.FOREIGNER: "Warga negara asing",
}

PROXY_KIN: Mapping[ProxyKin, str] = {
    ProxyKin.FAMILY: "Keluarga pasien",
    ProxyKin.THIRD_PARTY: "Pihak lain, dengan surat kuasa",
}

SEX: Mapping[Sex, str] = {Sex.MALE: "Laki-laki", Sex.FEMALE: "Perempuan"}

CHANNEL: Mapping[Channel, str] = {
    Channel.LOKET_DINSOS: "Loket Dinas Sosial",
    Channel.MPP: "Mal Pelayanan Publik",
    Channel.PUSKESMAS: "Puskesmas",
    Channel.DESA: "Kantor desa atau kelurahan",
    Channel.MCS: "Mobil layanan BPJS Kesehatan",
    Channel.DROPBOX_FKTP: "Kotak berkas di puskesmas atau klinik",
    Channel.RS: "Rumah sakit",
    Channel.ONLINE: "Aplikasi atau situs",
    Channel.WHATSAPP: "WhatsApp",
    Channel.KOLEKTIF: "Kiriman bersama",
}

CHECK: Mapping[Job, str] = {
    Job.IDENTITY: "Data kependudukan",
    Job.MEMBERSHIP: "Kepesertaan BPJS Kesehatan",
    Job.POVERTY: "Data sosial ekonomi (DTSEN)",
    Job.DUPLICATES: "Berkas ganda",
    Job.FINDINGS: "Temuan menurut aturan",
    Job.LETTER: "Surat",
    Job.WEBHOOK: "Pemberitahuan ke rumah sakit",
}
"""What a step looks at, as a heading."""

SLUG: Mapping[Job, str] = {
    Job.IDENTITY: "identitas",
    Job.MEMBERSHIP: "kepesertaan",
    Job.POVERTY: "dtsen",
    Job.DUPLICATES: "ganda",
}
"""A check's name in addresses."""

RESULT: Mapping[Job, Mapping[str, str]] = {
    Job.IDENTITY: {
        "MATCH": "Cocok",
        "PARTIAL": "Sebagian tidak sama",
        "MISMATCH": "Tidak sama",
        "NOT_FOUND": "NIK tidak ditemukan",
        "DECEASED": "Tercatat meninggal",
        "DUPLICATE": "Data ganda",
        "INACTIVE": "NIK tidak aktif",
        "BAD_FORMAT": "Susunan NIK tidak dikenal",
    },
    Job.MEMBERSHIP: {"ACTIVE": "Peserta aktif", "INACTIVE": "Peserta tidak aktif", "NOT_FOUND": "Belum menjadi peserta"},
    Job.POVERTY: {"FOUND": "Tercatat", "NOT_FOUND": "Tidak tercatat"},
    Job.DUPLICATES: {"CLEAR": "Tidak ada yang mirip", "SIMILAR": "Ada berkas yang mirip"},
}
NOT_YET = say("Belum tersedia")
"""For a check nobody could answer."""

SEGMENT: Mapping[str, str] = SEGMENTS
SEGMENT_SHORT: Mapping[str, str] = {
    "PBI_JK": "PBI JK (pusat)",
    "PEMDA": "PBPU dan BP Pemda (daerah)",
    "PPU": "Pekerja penerima upah",
    "PBPU_MANDIRI": "Mandiri",
    "OTHER": "Lainnya atau tidak disebut",
    "NONE": "Belum peserta",
}

RULE: Mapping[str, str] = {
    "identitas": "Identitas",
    "kepesertaan": "Kepesertaan",
    "kelayakan": "Kelayakan",
    "domisili": "Domisili",
    "ganda": "Berkas ganda",
    "berkas": "Kelengkapan berkas",
    "kriteria": "Penilaian keluarga",
    "aktivasi": "Mulai aktif",
    "reaktivasi": "Pengaktifan kembali",
    "jaminan": "Jaminan biaya",
    "pencabutan": "Alasan pencabutan",
}

OBJECTION: Mapping[ObjectionOutcome, str] = {
    ObjectionOutcome.UPHELD: "Keberatan ditolak, keputusan tetap",
    ObjectionOutcome.OVERTURNED: "Keberatan dikabulkan",
}

FINDING: Mapping[Outcome, str] = {
    Outcome.MEETS: "Memenuhi",
    Outcome.FAILS: "Tidak memenuhi",
    Outcome.NEEDS_PERSON: "Perlu ditimbang petugas",
}
FINDING_ICON: Mapping[Outcome, str] = {Outcome.MEETS: "check", Outcome.FAILS: "cross", Outcome.NEEDS_PERSON: "person"}

ACTIVATION: Mapping[str, str] = {
    ActivationMode.SAME_DAY: "pada hari pendaftaran",
    ActivationMode.NEXT_CYCLE: "siklus berikutnya",
    ActivationMode.SUSPENDED: "sedang dihentikan",
}
"""The rule ``aktivasi`` states its value as a code."""

ANSWER: Mapping[Answer, str] = {Answer.YES: "Ya", Answer.NO: "Tidak", Answer.UNKNOWN: "Belum tahu"}

STATE_ICON: Mapping[State, str] = {
    State.RECEIVED: "clock",
    State.CHECKED: "clock",
    State.ASSESSMENT: "pencil",
    State.VALIDATION: "person",
    State.PARAF_KASI: "pencil",
    State.PARAF_KABID: "pencil",
    State.PARAF_SEKRETARIS: "pencil",
    State.DECISION: "person",
    State.WAITLISTED: "clock",
    State.APPROVED: "clock",
    State.SIGNING: "pencil",
    State.LETTER_ISSUED: "letter",
    State.ACCEPTED: "building",
    State.REGISTERING: "clock",
    State.ACTIVE: "person",
    State.CLOSED: "check",
    State.UNREGISTERED: "cross",
    State.EXPIRED: "clock",
    State.REVOKED: "stop",
    State.REMOVED: "stop",
    State.REJECTED: "cross",
    State.WITHDRAWN: "stop",
    State.OBJECTION: "person",
    State.UPHELD: "cross",
    State.OVERTURNED: "check",
    State.DIED: "stop",
}

TONE: Mapping[State, str] = {
    State.RECEIVED: "wait",
    State.CHECKED: "wait",
    State.ASSESSMENT: "todo",
    State.VALIDATION: "todo",
    State.PARAF_KASI: "todo",
    State.PARAF_KABID: "todo",
    State.PARAF_SEKRETARIS: "todo",
    State.DECISION: "todo",
    State.WAITLISTED: "warn",
    State.APPROVED: "wait",
    State.SIGNING: "todo",
    State.LETTER_ISSUED: "good",
    State.ACCEPTED: "todo",
    State.REGISTERING: "wait",
    State.ACTIVE: "good",
    State.CLOSED: "good",
    State.UNREGISTERED: "bad",
    State.EXPIRED: "warn",
    State.REVOKED: "bad",
    State.REMOVED: "closed",
    State.REJECTED: "bad",
    State.WITHDRAWN: "closed",
    State.OBJECTION: "todo",
    State.UPHELD: "bad",
    State.OVERTURNED: "good",
    State.DIED: "closed",
}
"""The colour of a state, always beside its icon and its word."""

FIELD: Mapping[str, str] = {
    "nik": "NIK",
    "many": "Berapa pintu",
    "days": "Berapa hari",
    "given_to": "Diserahkan kepada",
    "no_nik": "Mengapa belum punya NIK",
    "mother_nik": "NIK ibu",
    "other_number": "Nomor rekam medis atau paspor",
    "sex": "Jenis kelamin",
    "birth_estimated": "Tanggal lahir perkiraan",
    "name": "Nama lengkap",
    "birth_date": "Tanggal lahir",
    "phone": "Nomor telepon",
    "kk": "Nomor Kartu Keluarga",
    "address": "Alamat",
    "domicile_code": "Kode wilayah domisili",
    "resident_since": "Tinggal di daerah ini sejak",
    "hospital_code": "Rumah sakit tujuan",
    "admitted_at": "Waktu masuk rumah sakit",
    "urgency": "Keadaan pasien",
    "channel": "Datang lewat",
    "proxy_name": "Nama yang mengurus",
    "proxy_relation": "Hubungan dengan pasien",
    "proxy_phone": "Telepon yang mengurus",
    "proxy_kin": "Yang mengurus adalah",
    "proxy_paper": "Nomor dan tanggal surat kuasa",
    "members": "Anggota keluarga",
    "covered": "Anggota yang sudah dijamin",
    "documents": "Berkas yang sudah dilihat",
    "paper": "Berkas apa",
    "picture": "Foto atau pindaian",
    "note": "Catatan",
    "reason": "Alasan",
    "grounds": "Alasan",
    "objector": "Yang mengajukan keberatan",
    "relation": "Hubungan dengan pemohon",
    "died_on": "Tanggal wafat",
    "told_by": "Yang memberi kabar",
    "outcome": "Hasil",
    "as_of": "Waktu pemeriksaan",
    "segment": "Jenis peserta",
    "desil": "Desil",
    "data_file": "Berkas",
    "data_on": "Data per tanggal",
    "exclusion_reason": "Alasan pengecualian",
    "code": "Kode QR",
    "owner": "Rekan",
    "number": "Nomor surat",
    "registration_number": "Nomor pendaftaran pasien",
    "age": "Umur",
    "transfer_reason": "Alasan pindah",
    "transfer_registration": "Nomor pendaftaran di sini",
    "transfer": "Permintaan pindah",
    "confirms": "Jawaban",
    "settlement": "Bagaimana diselesaikan",
    "q": "NIK, nomor berkas, atau nama",
    "ticket": "Nomor berkas",
    "last_four": "Empat angka terakhir NIK pasien",
    "username": "Nama pengguna",
    "password": "Kata sandi",
    "removal": "Alasan pencabutan",
    "cause": "Alasan pembatalan",
    "member_seen": "Bukti sebagai peserta daerah",
    "evidence": "Bukti yang dilihat",
    "letter_type": "Jenis surat",
    "cap_rupiah": "Batas jaminan, rupiah",
    "diagnosis": "Diagnosis sementara",
    "answers": "Jawaban",
    "agrees": "Hasil validasi",
    "version": "Versi berkas",
    "capacity": "Sebagai",
    "position": "Jabatan wakil",
    "first": "Hari pertama",
    "last": "Hari terakhir",
    "letter_types": "Jenis surat",
    "sep_number": "Nomor SEP",
    "answer_file": "Berkas jawaban BPJS",
    "active_on": "Aktif sejak tanggal",
    "card_number": "Nomor kartu JKN",
    "refusal": "Alasan penolakan",
    "reference": "Nomor usulan di SIKS-NG",
    "no_kk": "Nomor Kartu Keluarga",
    "tempat_lahir": "Tempat lahir",
    "status_kawin": "Status kawin",
    "hub_keluarga": "Hubungan keluarga",
    "alamat": "Alamat",
    "rt": "RT",
    "rw": "RW",
    "kode_desa": "Kode desa atau kelurahan",
    "kode_pos": "Kode pos",
    "no_hp": "Nomor telepon",
    "kode_fktp": "Kode FKTP",
}
"""What a field is called, on its label and in the list of errors."""

ROLE, URGENCY, NO_NIK, PROXY_KIN = sayings(ROLE), sayings(URGENCY), sayings(NO_NIK), sayings(PROXY_KIN)
SEX, CHANNEL, CHECK, RESULT = sayings(SEX), sayings(CHANNEL), sayings(CHECK), sayings(RESULT)
SEGMENT_SHORT, RULE, OBJECTION, FINDING = sayings(SEGMENT_SHORT), sayings(RULE), sayings(OBJECTION), sayings(FINDING)
ACTIVATION, ANSWER, FIELD = sayings(ACTIVATION), sayings(ANSWER), sayings(FIELD)
"""The words of these tables are in the catalogue."""
