"""``kelayakan``: is this one of those whom the region takes? By residence alone, by DTSEN decile, or by SKTM."""

from workflows.rules.facts import CheckFact, EligibilityFacts
from workflows.rules.finding import PAPERS, Advice, Finding, Outcome, Read, finding, unanswered
from workflows.rules.policy import EligibilityBasis, RegionPolicy

RULE = "kelayakan"

STANDING = {"FOUND": "desil belum disebut", "NOT_FOUND": "tidak ada di DTSEN"}

EVERYONE = Advice(Outcome.MEETS, "Daerah ini menerima semua warganya yang belum dijamin.")
SKTM_SEEN = Advice(Outcome.MEETS, "Surat keterangan tidak mampu (SKTM) sudah diterima.")
SKTM_MISSING = Advice(
    Outcome.NEEDS_PERSON,
    "Surat keterangan tidak mampu (SKTM) belum diterima.",
    "Minta SKTM di desa atau kelurahan, lalu serahkan ke petugas.",
)
POOR_ENOUGH = Advice(Outcome.MEETS, "Desil keluarga di DTSEN masuk batas daerah.")
TOO_RICH = Advice(
    Outcome.FAILS,
    "Desil keluarga di DTSEN di atas batas daerah.",
    "Minta pembaruan DTSEN di desa atau kelurahan, ajukan keberatan, atau daftar sebagai peserta mandiri.",
)
EXCLUDED = Advice(
    Outcome.NEEDS_PERSON,
    "DTSEN memberi tanda pengecualian pada keluarga ini.",
    "Periksa alasan pengecualian, lalu catat keadaan yang sebenarnya.",
)
NOT_RANKED = Advice(
    Outcome.NEEDS_PERSON,
    "Keluarga ini ada di DTSEN, tetapi desilnya belum ditetapkan.",
    "Nilai keadaan keluarga, lalu usulkan pemutakhiran DTSEN.",
)
NOT_LISTED = Advice(
    Outcome.NEEDS_PERSON,
    "Keluarga ini tidak ditemukan di DTSEN.",
    "Nilai keadaan keluarga, lalu usulkan masuk DTSEN lewat desa atau kelurahan.",
)
UNDETERMINED = Advice(Outcome.NEEDS_PERSON, "DTSEN belum memberi jawaban yang pasti.", "Periksa di SIKS-NG, lalu catat hasilnya.")


def weigh_poverty(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """The region's own basis decides what is looked at; decile 0, absence and exclusions are for a person."""
    basis, origin = policy.eligibility, facts.poverty or unanswered("DTSEN", facts.on)
    if basis.value is EligibilityBasis.UNIVERSAL:
        return finding(RULE, EVERYONE, basis, value=_spoken(facts.poverty), threshold="semua warga", origin=origin)
    if basis.value is EligibilityBasis.SKTM:
        advice, value = (SKTM_SEEN, "SKTM diterima") if "SKTM" in facts.documents else (SKTM_MISSING, "SKTM belum diterima")
        return finding(RULE, advice, basis, value=value, threshold="SKTM", origin=Read(PAPERS, facts.on))
    highest = policy.desil_max
    advice, limit = _by_desil(facts.poverty, highest.value), f"desil 1 sampai {highest.value}"
    return finding(RULE, advice, highest, value=_spoken(facts.poverty), threshold=limit, origin=origin)


def _by_desil(poverty: CheckFact | None, highest: int) -> Advice:
    if poverty is None or poverty.outcome not in ("FOUND", "NOT_FOUND"):
        return UNDETERMINED
    if poverty.outcome == "NOT_FOUND":
        return NOT_LISTED
    if poverty.details.get("exclusion_reason"):
        return EXCLUDED
    desil = _desil(poverty)
    if not desil:
        return NOT_RANKED
    return POOR_ENOUGH if desil <= highest else TOO_RICH


def _desil(poverty: CheckFact | None) -> int | None:
    """1 poorest to 10; 0 where the family is known and not ranked; None where nothing usable was answered."""
    desil = poverty.details.get("desil") if poverty else None
    return desil if isinstance(desil, int) and 0 <= desil <= 10 else None


def _spoken(poverty: CheckFact | None) -> str:
    excluded = poverty.details.get("exclusion_reason") if poverty else None
    desil = _desil(poverty)
    known = None if desil is None else "belum diperingkat" if desil == 0 else f"desil {desil}"
    return "; ".join(filter(None, (known, str(excluded) if excluded else None))) or STANDING.get(
        str(poverty.outcome) if poverty else "", "belum dijawab"
    )
