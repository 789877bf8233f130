"""``reaktivasi``: may letter B be written? For a removed PBI JK member in care, with the facility letter (Permensos 3/2026 art. 20)."""

from collections.abc import Iterator

from workflows.rules import law
from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import Advice, Finding, Outcome, finding, unanswered
from workflows.rules.membership import COVERED, DIED, UNDETERMINED, is_called_dead, spoken
from workflows.vocabulary import DocumentType

RULE = "reaktivasi"
ASKED = "peserta PBI JK yang dinonaktifkan, dengan surat keterangan faskes"
FACILITY_LETTER = DocumentType.SURAT_KETERANGAN_FASKES

MAY = Advice(Outcome.MEETS, "Orang ini peserta PBI JK yang dinonaktifkan dan membawa surat faskes.")
NOT_PBI = Advice(
    Outcome.FAILS, "Orang ini bukan peserta PBI JK yang dinonaktifkan. Surat ini tidak berlaku baginya.", "Pilih jenis surat yang lain."
)
NO_FACILITY_LETTER = Advice(
    Outcome.FAILS,
    "Surat keterangan faskes belum diterima. Tanpa itu surat ini tidak dapat terbit.",
    "Minta surat dari puskesmas atau rumah sakit.",
)
BEFORE = "Kepesertaan PBI JK orang ini sudah pernah diaktifkan kembali {times} kali."
UPDATE = "Pastikan keluarga sudah memperbarui data DTSEN di desa atau kelurahan."


def weigh_reactivation(facts: EligibilityFacts) -> Finding:
    """The first thing that stands in the way; an earlier reactivation is a warning that a person weighs."""
    membership = facts.membership
    origin = membership or unanswered("BPJS Kesehatan", facts.on)
    return finding(RULE, next(_advice(facts)), law.REACTIVATION, value=spoken(membership), threshold=ASKED, origin=origin)


def _advice(facts: EligibilityFacts) -> Iterator[Advice]:
    membership, times = facts.membership, facts.letter.reactivations if facts.letter else 0
    outcome = membership.outcome if membership else None
    if membership is None or outcome not in ("ACTIVE", "INACTIVE", "NOT_FOUND"):
        yield UNDETERMINED
    elif outcome == "ACTIVE":
        yield COVERED
    elif is_called_dead(membership):
        yield DIED
    elif outcome == "NOT_FOUND" or membership.details.get("segment") != "PBI_JK":
        yield NOT_PBI
    if FACILITY_LETTER not in facts.documents:
        yield NO_FACILITY_LETTER
    if times:
        yield Advice(Outcome.NEEDS_PERSON, BEFORE.format(times=times), UPDATE)
    yield MAY
