"""``jaminan``: may letter C be written? For one hospital by name, with a contract where the region asks for one, up to the region's cap."""

from collections.abc import Iterator

from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import ENTRIES, Advice, Finding, Outcome, Read, finding
from workflows.rules.policy import RegionPolicy
from workflows.thousands import rupiah
from workflows.vocabulary import LetterType, Urgency

RULE = "jaminan"
IN_WARD = frozenset({Urgency.EMERGENCY, Urgency.INPATIENT, Urgency.CHILDBIRTH})
"""Who lies in hospital: their guarantee has the shorter validity."""

NO_HOSPITAL = Advice(
    Outcome.NEEDS_PERSON, "Rumah sakit yang merawat belum disebut. Jaminan hanya untuk satu rumah sakit.", "Catat rumah sakitnya."
)
NO_CONTRACT = Advice(
    Outcome.FAILS,
    "Rumah sakit ini tidak mempunyai perjanjian yang berlaku dengan daerah. Tagihannya tidak dapat dibayar.",
    "Pindahkan pasien ke rumah sakit yang mempunyai perjanjian, atau catat perjanjiannya.",
)
NO_DIAGNOSIS = Advice(
    Outcome.NEEDS_PERSON,
    "Daerah ini meminta diagnosis sementara di surat jaminan. Diagnosisnya belum dicatat.",
    "Catat dari surat rumah sakit.",
)
MAY = Advice(Outcome.MEETS, "Biaya perawatan di rumah sakit ini dapat dijamin sampai batas daerah.")


def weigh_guarantee(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """The first thing that stands in the way; the cap stands beside it as the threshold."""
    terms = policy.letter(LetterType.JAMINAN_PELAYANAN, facts.on).terms
    most = f"paling banyak {rupiah(terms.cap_rupiah or 0)}"
    return finding(RULE, next(_advice(facts, policy)), terms, value=_hospital(facts), threshold=most, origin=Read(ENTRIES, facts.on))


def is_in_ward(urgency: str) -> bool:
    """Whether care is in a ward, by the case's urgency."""
    return urgency in IN_WARD


def _advice(facts: EligibilityFacts, policy: RegionPolicy) -> Iterator[Advice]:
    terms, asked = policy.letter(LetterType.JAMINAN_PELAYANAN, facts.on).terms, facts.letter
    if asked is None or asked.hospital_code is None:
        yield NO_HOSPITAL
    elif terms.mou_only and not asked.hospital_contract:
        yield NO_CONTRACT
    if terms.asks_diagnosis and not (asked and asked.has_diagnosis):
        yield NO_DIAGNOSIS
    yield MAY


def _hospital(facts: EligibilityFacts) -> str:
    return (facts.letter.hospital_code if facts.letter else None) or "rumah sakit belum disebut"
