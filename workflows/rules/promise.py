"""What may be promised with a letter: when it is ready, and from which day cover would hold."""

from calendar import monthrange
from datetime import date

from workflows.rules.activation import IN_CARE, next_start
from workflows.rules.calendar import Counting
from workflows.rules.path_facts import PathFacts
from workflows.rules.policy import ActivationMode, NationalPolicy, RegionPolicy, known_on
from workflows.rules.route import Meanwhile, Promise
from workflows.saying import joined, say
from workflows.vocabulary import LetterType

NOTHING = Promise()
SAME_DAY = "Kepesertaan aktif pada hari pendaftaran."
OUTDATED = "Hari mulai aktif tidak boleh dijanjikan. Aturan daerah sudah berganti."
SUSPENDED = "Pendaftaran oleh daerah sedang dihentikan. Hari mulai aktif belum dapat dijanjikan."
IN_BED = "Pasien sedang dirawat: timbang surat jaminan pelayanan untuk perawatan ini."
IF_IN_BED = "Bila pasien sedang dirawat, timbang surat jaminan pelayanan untuk perawatan ini."


def joining(policy: RegionPolicy, on: date) -> Promise:
    """With letter A: the office's own time, then what the region's mode allows on this day."""
    hours, ready = policy.sla_hours.value, ready_by(policy)
    match policy.activation_mode.value:
        case ActivationMode.SAME_DAY if policy.covers(on):
            return Promise((ready, SAME_DAY), hours, on, same_day=True)
        case ActivationMode.SAME_DAY:
            return Promise((ready, OUTDATED), hours)
        case ActivationMode.SUSPENDED:
            return Promise((ready, SUSPENDED), hours)
    days = policy.cutoff_days.value
    start = next_start(on, days)
    sentence = f"Perkiraan mulai aktif {start:%d-%m-%Y}, bila data dikirim paling lambat {last_cutoff(on, days):%d-%m-%Y}."
    return Promise((ready, sentence), hours, start)


def reactivating(policy: RegionPolicy, national: NationalPolicy, on: date) -> Promise:
    """With letter B: the office's own time, then the ministry's, if it has promised one by this day."""
    ready, ministry = ready_by(policy), known_on(national.reactivation_hours, on)
    if ministry is None:
        return Promise((ready,), policy.sla_hours.value)
    sentence = f"Kementerian Sosial memeriksa paling lama {ministry.value} jam bila berkas jelas dan cocok."
    return Promise((ready, sentence), policy.sla_hours.value)


def letter_only(policy: RegionPolicy) -> Promise:
    """With a letter after which nothing can be said of cover: the office's own time."""
    return Promise((ready_by(policy),), policy.sla_hours.value)


def guarantee(facts: PathFacts, policy: RegionPolicy, promise: Promise) -> Meanwhile | None:
    """Letter C for a patient who cannot wait for cover; only a condition known not to be in care needs none."""
    if promise.same_day or (facts.urgency is not None and facts.urgency not in IN_CARE):
        return None
    papers = policy.guarantee_papers
    sentence = IN_BED if facts.urgency else IF_IN_BED
    return Meanwhile(LetterType.JAMINAN_PELAYANAN, papers.value, sentence, papers.reference, papers.example)


def ready_by(policy: RegionPolicy) -> str:
    """The office's promise in words: by the day's cut-offs where there are any, else within its hours."""
    cutoffs = policy.cutoffs.value
    if not cutoffs.rows:
        hours = policy.sla_hours.value
        if policy.sla_counting.value is Counting.CLOCK:
            return say("Surat selesai paling lama {hours} jam sejak berkas diterima.", hours=hours)
        return say("Surat selesai paling lama {hours} jam kerja sejak berkas diterima.", hours=hours)
    rows = joined(
        (say("sampai {until} selesai {ready}", until=f"{row.until:%H.%M}", ready=f"{row.ready:%H.%M}") for row in cutoffs.rows), ", "
    )
    return say(
        "Berkas lengkap yang masuk {rows}. Yang masuk sesudahnya selesai dalam {days} hari kerja.", rows=rows, days=cutoffs.later_days
    )


def last_cutoff(on: date, cutoff_days: tuple[int, ...]) -> date:
    """Until when data must be in for the cycle that ``next_start`` names."""
    this = _cutoff_in(on.year, on.month, cutoff_days)
    if on <= this:
        return this
    year, month = divmod(on.year * 12 + on.month, 12)
    return _cutoff_in(year, month + 1, cutoff_days)


def _cutoff_in(year: int, month: int, cutoff_days: tuple[int, ...]) -> date:
    return date(year, month, min(max(cutoff_days), monthrange(year, month)[1]))
