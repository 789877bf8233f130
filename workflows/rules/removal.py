"""``pencabutan``: is there ground for letter D? What the registers say of the reason; they advise, four eyes decide."""

from collections.abc import Callable, Mapping

from workflows.rules import law
from workflows.rules.facts import CheckFact, EligibilityFacts
from workflows.rules.finding import Advice, Finding, Outcome, finding, unanswered
from workflows.rules.membership import SEGMENTS, is_called_dead
from workflows.rules.policy import RegionPolicy
from workflows.rules.residence import region_of
from workflows.saying import sayings
from workflows.vocabulary import RemovalReason

RULE = "pencabutan"

REASONS: Mapping[str, str] = {
    RemovalReason.DIED: "meninggal dunia",
    RemovalReason.MOVED: "pindah domisili ke daerah lain",
    RemovalReason.WORKS: "sudah dijamin oleh pemberi kerja",
    RemovalReason.DOUBLE: "sudah dijamin pada segmen lain",
    RemovalReason.ON_REQUEST: "permintaan sendiri",
}
"""Why a member is taken off the list, as the letter says it."""
REASONS = sayings(REASONS)

CONFIRMS_IT = "alasan sesuai dengan data registri"
LOOK = "Lihat buktinya, lalu tulis di penilaian."
NOT_OURS = Advice(Outcome.FAILS, "Menurut BPJS Kesehatan orang ini bukan peserta yang iurannya dibayar daerah.", "Batalkan berkas ini.")
OPEN = Advice(Outcome.NEEDS_PERSON, "Data registri belum memastikan alasan pencabutan ini.", LOOK)
ALIVE = Advice(Outcome.NEEDS_PERSON, "Registri belum mencatat orang ini meninggal.", "Cocokkan dengan akta kematian atau surat desa.")
STILL_HERE = Advice(Outcome.NEEDS_PERSON, "Domisili tercatat masih di daerah ini.", "Cocokkan dengan KK atau surat pindah.")
CONFIRMED = Advice(Outcome.MEETS, "Data registri sesuai dengan alasan pencabutan.")
ASKED = Advice(Outcome.MEETS, "Peserta sendiri yang meminta. Bukti permintaan dicatat saat berkas dibuka.")


def weigh_removal(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """A member of another segment is not the region's to remove, unless that very cover is the reason."""
    reason = facts.letter.removal if facts.letter else None
    value, origin = REASONS.get(str(reason), "belum disebut"), facts.membership or unanswered("BPJS Kesehatan", facts.on)
    return finding(RULE, _advice(facts, policy, str(reason)), law.MEMBERSHIP, value=value, threshold=CONFIRMS_IT, origin=origin)


def _advice(facts: EligibilityFacts, policy: RegionPolicy, reason: str) -> Advice:
    segment = _segment(facts.membership)
    if reason in (RemovalReason.WORKS, RemovalReason.DOUBLE):
        return _other_cover(facts.membership, reason)
    if _outcome(facts.membership) == "NOT_FOUND" or segment in set(SEGMENTS) - {"PEMDA"}:
        return NOT_OURS
    return CONFIRMS[reason](facts, policy) if reason in CONFIRMS else OPEN


def _other_cover(membership: CheckFact | None, reason: str) -> Advice:
    segment = _segment(membership)
    if _outcome(membership) != "ACTIVE" or segment in (None, "PEMDA"):
        return OPEN
    return CONFIRMED if reason == RemovalReason.DOUBLE or segment == "PPU" else OPEN


def _died(facts: EligibilityFacts, _: RegionPolicy) -> Advice:
    dead = _outcome(facts.identity) == "DECEASED" or is_called_dead(facts.membership)
    return CONFIRMED if dead else ALIVE


def _moved(facts: EligibilityFacts, policy: RegionPolicy) -> Advice:
    code = region_of(facts.domicile_code)
    if code is None:
        return OPEN
    return STILL_HERE if code == policy.region_code else CONFIRMED


CONFIRMS: Mapping[str, Callable[[EligibilityFacts, RegionPolicy], Advice]] = {
    RemovalReason.DIED: _died,
    RemovalReason.MOVED: _moved,
    RemovalReason.ON_REQUEST: lambda *_: ASKED,
}


def _outcome(check: CheckFact | None) -> str | None:
    return check.outcome if check else None


def _segment(membership: CheckFact | None) -> str | None:
    segment = membership.details.get("segment") if membership else None
    return str(segment) if segment else None
