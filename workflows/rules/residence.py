"""``domisili``: does the person live here, and long enough? Never read off the NIK: people move and the NIK stays."""

from calendar import monthrange
from datetime import date

from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import ENTRIES, Advice, Finding, Outcome, Read, finding
from workflows.rules.policy import RegionPolicy

RULE = "domisili"
REGION_DIGITS = 4
"""A Kemendagri regency or city code without dots."""

HERE = Advice(Outcome.MEETS, "Orang ini berdomisili di daerah ini.")
LONG_ENOUGH = Advice(Outcome.MEETS, "Orang ini sudah cukup lama tinggal di daerah ini.")
NOT_ASKED = Advice(Outcome.MEETS, "Domisili belum dicatat, dan daerah ini tidak meminta lama tinggal.")
ELSEWHERE = Advice(
    Outcome.FAILS, "Orang ini berdomisili di daerah lain.", "Ajukan ke Dinas Sosial daerah domisili, atau pindahkan KK lebih dahulu."
)
UNKNOWN = Advice(Outcome.NEEDS_PERSON, "Domisili belum dicatat, padahal daerah ini meminta lama tinggal.", "Catat domisili dari KK.")
SINCE_UNKNOWN = Advice(
    Outcome.NEEDS_PERSON, "Tanggal mulai tinggal di daerah ini belum dicatat.", "Catat tanggalnya dari KK atau surat domisili."
)
WITH_PARENTS = Advice(Outcome.NEEDS_PERSON, "Anak ini lebih muda dari lama tinggal yang diminta.", "Pakai lama tinggal orang tuanya.")


def weigh_residence(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """By domicile code; the months asked for are full calendar months up to the day the case began."""
    asked = policy.residence_months
    threshold = f"{asked.value} bulan" if asked.value else "berdomisili di daerah ini"
    return finding(RULE, _advice(facts, policy), asked, value=_spoken(facts), threshold=threshold, origin=Read(ENTRIES, facts.on))


def _advice(facts: EligibilityFacts, policy: RegionPolicy) -> Advice:
    months = policy.residence_months.value
    code = region_of(facts.domicile_code)
    if code is None:
        return UNKNOWN if months else NOT_ASKED
    if code != policy.region_code:
        return ELSEWHERE
    return _by_time(facts, months) if months else HERE


def _by_time(facts: EligibilityFacts, months: int) -> Advice:
    if months_later(facts.birth_date, months) > facts.on:
        return WITH_PARENTS
    if facts.resident_since is None:
        return SINCE_UNKNOWN
    due = months_later(facts.resident_since, months)
    if due <= facts.on:
        return LONG_ENOUGH
    return Advice(Outcome.FAILS, f"Orang ini belum tinggal {months} bulan di daerah ini.", f"Syarat ini terpenuhi mulai {due:%d-%m-%Y}.")


def months_later(day: date, months: int) -> date:
    """The same day ``months`` months later, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def region_of(code: str | None) -> str | None:
    """The regency or city in a Kemendagri code of any length; None where too few digits say nothing."""
    digits = (code or "").replace(".", "")
    return digits[:REGION_DIGITS] if len(digits) >= REGION_DIGITS else None


def _spoken(facts: EligibilityFacts) -> str:
    if facts.domicile_code is None:
        return "belum dicatat"
    since = f" sejak {facts.resident_since:%d-%m-%Y}" if facts.resident_since else ""
    return f"{facts.domicile_code}{since}"
