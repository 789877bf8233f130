"""``kepesertaan``: does somebody already pay for this person, or should somebody other than the region?"""

from collections.abc import Mapping

from workflows.rules import law
from workflows.rules.facts import CheckFact, EligibilityFacts
from workflows.rules.finding import Advice, Finding, Outcome, Referenced, finding, unanswered
from workflows.rules.policy import RegionPolicy
from workflows.saying import sayings

RULE = "kepesertaan"

SEGMENTS: Mapping[str, str] = {
    "PBI_JK": "PBI JK",
    "PEMDA": "PBPU dan BP Pemda",
    "PPU": "pekerja penerima upah",
    "PBPU_MANDIRI": "peserta mandiri",
    "OTHER": "segmen lain",
}
"""By ``workflows.ports.Segment``: the words people read."""
SEGMENTS = sayings(SEGMENTS)

ASKED = "belum dijamin siapa pun, atau peserta daerah yang nonaktif"
STANDING = {"ACTIVE": "aktif", "INACTIVE": "nonaktif", "NOT_FOUND": "belum terdaftar"}

UNDETERMINED = Advice(
    Outcome.NEEDS_PERSON,
    "BPJS Kesehatan belum memberi jawaban yang pasti.",
    "Periksa kepesertaan di Mobile JKN atau PANDAWA, lalu catat hasilnya.",
)
NEW = Advice(Outcome.MEETS, "Orang ini belum terdaftar sebagai peserta JKN.")
COVERED = Advice(
    Outcome.FAILS, "Orang ini sudah dijamin JKN dan aktif. Surat tidak diperlukan.", "Tunjukkan KTP atau kartu JKN di loket rumah sakit."
)
DIED = Advice(
    Outcome.NEEDS_PERSON,
    "BPJS Kesehatan mencatat orang ini sudah meninggal.",
    "Cocokkan orangnya dengan KTP dan KK asli, lalu betulkan catatannya di BPJS Kesehatan.",
)
REACTIVATE_PBI = Advice(
    Outcome.FAILS,
    "Orang ini peserta PBI JK yang dinonaktifkan. Pakai surat pengaktifan kembali, bukan surat ini.",
    "Minta surat keterangan faskes, lalu ajukan surat pengaktifan kembali PBI JK.",
)
REACTIVATE_REGION = Advice(Outcome.MEETS, "Orang ini peserta PBPU dan BP Pemda yang nonaktif. Surat ini mengaktifkannya kembali.")
EMPLOYER_FIRST = Advice(
    Outcome.NEEDS_PERSON,
    "Orang ini terdaftar sebagai pekerja. Pemberi kerja bertanggung jawab lebih dahulu.",
    "Minta pemberi kerja mengaktifkan kembali, atau bawa surat berhenti kerja.",
)
LEFT_WORK = Advice(
    Outcome.NEEDS_PERSON,
    "Orang ini membawa surat berhenti kerja. Petugas memastikan jaminan dari pemberi kerja sudah berakhir.",
    "Catat tanggal berhenti kerja dan hasil tanya ke BPJS Kesehatan.",
)
ARREARS = Advice(
    Outcome.NEEDS_PERSON,
    "Orang ini peserta mandiri yang nonaktif. Petugas menimbang menurut aturan daerah.",
    "Tanyakan tunggakan ke BPJS Kesehatan. Melunasi tunggakan mengaktifkan kembali kepesertaan mandiri.",
)


def weigh_membership(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """Active in any segment needs no letter; a removed PBI JK member has a letter of their own, free for the region."""
    membership = facts.membership
    advice, rests_on = _advice(facts, policy)
    origin = membership or unanswered("BPJS Kesehatan", facts.on)
    return finding(RULE, advice, rests_on, value=spoken(membership), threshold=ASKED, origin=origin)


def _advice(facts: EligibilityFacts, policy: RegionPolicy) -> tuple[Advice, Referenced]:
    match facts.membership.outcome if facts.membership else None:
        case "NOT_FOUND":
            return NEW, law.MEMBERSHIP
        case "ACTIVE":
            return COVERED, law.MEMBERSHIP
        case "INACTIVE":
            return _inactive(facts, policy)
    return UNDETERMINED, law.MEMBERSHIP


def _inactive(facts: EligibilityFacts, policy: RegionPolicy) -> tuple[Advice, Referenced]:
    if is_called_dead(facts.membership):
        return DIED, law.MEMBERSHIP
    match _segment(facts.membership):
        case "PBI_JK":
            return REACTIVATE_PBI, law.REACTIVATION
        case "PEMDA":
            return REACTIVATE_REGION, law.MEMBERSHIP
        case "PPU":
            return LEFT_WORK if "SURAT_BERHENTI_KERJA" in facts.documents else EMPLOYER_FIRST, law.MEMBERSHIP
        case "PBPU_MANDIRI":
            return ARREARS, policy.eligibility
    return UNDETERMINED, law.MEMBERSHIP


def _segment(membership: CheckFact | None) -> str | None:
    segment = membership.details.get("segment") if membership else None
    return str(segment) if segment else None


def is_called_dead(membership: CheckFact | None) -> bool:
    """Whether BPJS Kesehatan's own words for an inactive member say that the person died."""
    if membership is None or membership.outcome != "INACTIVE":
        return False
    return "meninggal" in str(membership.details.get("status_text")).casefold()


def spoken(membership: CheckFact | None) -> str:
    """The segment, else what BPJS Kesehatan said."""
    segment = _segment(membership)
    known = STANDING.get(str(membership.outcome), "belum dijawab") if membership else "belum dijawab"
    return SEGMENTS.get(segment, segment) if segment else known
