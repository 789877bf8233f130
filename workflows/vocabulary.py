"""The field's standing words as enums: how people come, what they bring, how urgent it is, what a letter is."""

from enum import StrEnum


class Urgency(StrEnum):
    """Priority lanes, most urgent first."""

    EMERGENCY = "EMERGENCY"
    INPATIENT = "INPATIENT"
    CHILDBIRTH = "CHILDBIRTH"
    CHRONIC = "CHRONIC"
    OUTPATIENT = "OUTPATIENT"
    ROUTINE = "ROUTINE"


class NoNik(StrEnum):
    """Why a case begins without a NIK: each has its papers, and its way to tell one person from another."""

    NEWBORN = "NEWBORN"
    UNIDENTIFIED = "UNIDENTIFIED"
    HOMELESS = "HOMELESS"
    FOREIGNER = "FOREIGNER"


class ProxyKin(StrEnum):
    """Who may come for a patient: the family by its card, anybody else by a letter of authority (surat kuasa)."""

    FAMILY = "FAMILY"
    THIRD_PARTY = "THIRD_PARTY"


class Sex(StrEnum):
    """Read off the NIK where there is one, else stated."""

    MALE = "MALE"
    FEMALE = "FEMALE"


class Channel(StrEnum):
    """Where the application came in."""

    LOKET_DINSOS = "LOKET_DINSOS"
    MPP = "MPP"
    PUSKESMAS = "PUSKESMAS"
    DESA = "DESA"
    MCS = "MCS"
    DROPBOX_FKTP = "DROPBOX_FKTP"
    RS = "RS"
    ONLINE = "ONLINE"
    WHATSAPP = "WHATSAPP"
    KOLEKTIF = "KOLEKTIF"


class DocumentType(StrEnum):
    """Papers a region may ask for (domain reference 6.7)."""

    KTP = "KTP"
    KK = "KK"
    KIA = "KIA"
    SKTM = "SKTM"
    SURAT_PERNYATAAN_TIDAK_MAMPU = "SURAT_PERNYATAAN_TIDAK_MAMPU"
    PAKTA_INTEGRITAS = "PAKTA_INTEGRITAS"
    SURAT_RAWAT_INAP = "SURAT_RAWAT_INAP"
    RUJUKAN = "RUJUKAN"
    SURAT_KETERANGAN_FASKES = "SURAT_KETERANGAN_FASKES"
    SKL_BAYI = "SKL_BAYI"
    AKTA_LAHIR = "AKTA_LAHIR"
    BUKU_KIA = "BUKU_KIA"
    KARTU_JKN = "KARTU_JKN"
    FOTO_RUMAH = "FOTO_RUMAH"
    REKENING_LISTRIK = "REKENING_LISTRIK"
    SURAT_KEPOLISIAN = "SURAT_KEPOLISIAN"
    SURAT_BERHENTI_KERJA = "SURAT_BERHENTI_KERJA"
    SURAT_DOMISILI = "SURAT_DOMISILI"
    SURAT_KUASA = "SURAT_KUASA"
    BERITA_ACARA_MUSDES = "BERITA_ACARA_MUSDES"
    LEMBAR_VERIFIKASI_RT_RW = "LEMBAR_VERIFIKASI_RT_RW"
    RINCIAN_BIAYA = "RINCIAN_BIAYA"


class LetterType(StrEnum):
    """A: join or activate in the region's own segment; B: reactivate PBI JK; C: the region pays one hospital's bill;
    D: take a member off the region's list; E: cover letter for many letters A. People call all of them the same."""

    REKOM_PBPU_PEMDA = "REKOM_PBPU_PEMDA"
    KET_REAKTIVASI_PBI_JK = "KET_REAKTIVASI_PBI_JK"
    JAMINAN_PELAYANAN = "JAMINAN_PELAYANAN"
    PENCABUTAN = "PENCABUTAN"
    PENGANTAR_KOLEKTIF = "PENGANTAR_KOLEKTIF"


CHOSEN = (LetterType.REKOM_PBPU_PEMDA, LetterType.KET_REAKTIVASI_PBI_JK, LetterType.JAMINAN_PELAYANAN)
"""What an application can end in; D is started by the office itself, E is about many cases."""

SEATED = frozenset({LetterType.REKOM_PBPU_PEMDA})
"""Letters that take a seat of the region's quota."""

AT_HOSPITAL = frozenset({LetterType.REKOM_PBPU_PEMDA, LetterType.JAMINAN_PELAYANAN})
"""Letters that an admission desk accepts a patient with. The others ask something of BPJS Kesehatan and pay nothing."""


class RemovalReason(StrEnum):
    """Why the region stops paying for a member."""

    DIED = "DIED"
    MOVED = "MOVED"
    WORKS = "WORKS"
    DOUBLE = "DOUBLE"
    ON_REQUEST = "ON_REQUEST"


class WithdrawalCause(StrEnum):
    """Why an application goes no further at the applicant's wish; OTHER needs words."""

    CHANGED_MIND = "CHANGED_MIND"
    COVERED = "COVERED"
    PAYS_SELF = "PAYS_SELF"
    MOVED = "MOVED"
    MISTAKE = "MISTAKE"
    OTHER = "OTHER"


class Capacity(StrEnum):
    """In which capacity a signer signs: in office, acting (Plt., Plh.) or on behalf (a.n.)."""

    DEFINITIF = "DEFINITIF"
    PLT = "PLT"
    PLH = "PLH"
    AN = "AN"


class ObjectionOutcome(StrEnum):
    """What came of an objection: the first decision stands, or the way is gone anew."""

    UPHELD = "UPHELD"
    OVERTURNED = "OVERTURNED"


class Scope(StrEnum):
    """What a hospital system's key is for: look at letters, accept them, or open cases and say what VClaim says."""

    CHECK = "check"
    ACCEPT = "accept"
    OPEN = "open"


class DecisionOutcome(StrEnum):
    """What the head of office decided."""

    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


CARE_CLASS, CARE_CLASS_ROMAN = "3", "III"
"""The class of care that every letter asks for, as a token and as paper write it."""
