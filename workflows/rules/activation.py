"""``aktivasi``: from when would cover hold? Same day is promised only while BPJS grants the region UHC Prioritas."""

from calendar import monthrange
from datetime import date

from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import Advice, Finding, Outcome, Read, finding
from workflows.rules.policy import ActivationMode, RegionPolicy
from workflows.vocabulary import Urgency

RULE = "aktivasi"
ASKED = "aktif pada hari pendaftaran"
IN_CARE = frozenset({Urgency.EMERGENCY, Urgency.INPATIENT, Urgency.CHILDBIRTH, Urgency.CHRONIC})
"""Who cannot wait for the next cycle."""

GUARANTEE = "Timbang surat jaminan pelayanan untuk perawatan yang sedang berjalan."
SAME_DAY = Advice(Outcome.MEETS, "Aktif pada hari pendaftaran boleh dijanjikan.")
OUTDATED = Advice(
    Outcome.NEEDS_PERSON,
    "Aturan berkas ini sudah berganti. Aktif pada hari pendaftaran tidak boleh dijanjikan.",
    "Periksa aturan daerah yang berlaku sekarang.",
)
SUSPENDED = Advice(
    Outcome.NEEDS_PERSON, "Pendaftaran peserta oleh daerah sedang dihentikan. Surat ini belum dapat mengaktifkan.", GUARANTEE
)


def weigh_activation(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """Advice on the promise, not on the person: who lies in hospital must not be promised a day that will not come."""
    mode, origin = policy.activation_mode, Read("Aturan daerah", policy.activation_mode.decided_on)
    return finding(RULE, _advice(facts, policy), mode, value=mode.value.value, threshold=ASKED, origin=origin)


def next_start(on: date, cutoff_days: tuple[int, ...]) -> date:
    """The first day of cover for data handed in on ``on``: next month up to the last cut-off day, else the month after.

    A cut-off day that a month does not have is its last day.
    """
    last = min(max(cutoff_days), monthrange(on.year, on.month)[1])
    year, month = divmod(on.year * 12 + on.month - 1 + (1 if on.day <= last else 2), 12)
    return date(year, month + 1, 1)


def _advice(facts: EligibilityFacts, policy: RegionPolicy) -> Advice:
    mode = policy.activation_mode.value
    if mode is ActivationMode.SAME_DAY:
        return SAME_DAY if policy.covers(facts.on) else OUTDATED
    if mode is ActivationMode.SUSPENDED:
        return SUSPENDED
    return _later(facts, next_start(facts.on, policy.cutoff_days.value))


def _later(facts: EligibilityFacts, start: date) -> Advice:
    reason = f"Aktif pada hari pendaftaran tidak boleh dijanjikan. Perkiraan mulai aktif {start:%d-%m-%Y}."
    if facts.urgency in IN_CARE:
        return Advice(Outcome.NEEDS_PERSON, reason, GUARANTEE)
    return Advice(Outcome.MEETS, reason)
