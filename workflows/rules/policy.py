"""Dated policy of a region as frozen data: every value knows the article that set it.

The files stand in ``rules/regions/<code>-<name>.toml`` and ``rules/national.toml``; their shape is
checked by ``schemas.policy_file``. A case is pinned to the block it began under, so any old decision can
be explained again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from workflows.errors import PolicyEdited, PolicyRefused
from workflows.rules.calendar import Calendar, Counting, Cutoffs, OfficeHours
from workflows.rules.letter_terms import NAMES, LetterForm, LetterRule, LetterRules
from workflows.rules.limits import Limits
from workflows.rules.retention import Term
from workflows.saying import say
from workflows.states import Role
from workflows.vocabulary import Capacity, LetterType

T = TypeVar("T")

REMOVAL_QUESTIONS = "PENCABUTAN"
"""The national set of questions for taking a member off the list."""


@dataclass(frozen=True, slots=True)
class ApprovalChain:
    """Who puts a paraf to letters of a type before the head signs, from the lowest post up; no type: all others."""

    letter_type: LetterType | None
    posts: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ActingLimit:
    """Letter types that a capacity may not sign here."""

    capacity: Capacity
    letter_types: frozenset[LetterType]


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """So many of these posts agree before the head approves: a seat above the quota, or rupiah above an amount.

    No letter type means every one.
    """

    letter_type: LetterType | None
    above_quota: bool
    above_rupiah: int
    needed: int
    posts: tuple[Role, ...]


QuorumRules = tuple[QuorumRule, ...]
ActingLimits = tuple[ActingLimit, ...]
ApprovalChains = tuple[ApprovalChain, ...]


class ActivationMode(StrEnum):
    """When cover starts after registration: same day only while BPJS grants the region UHC Prioritas."""

    SAME_DAY = "SAME_DAY"
    NEXT_CYCLE = "NEXT_CYCLE"
    SUSPENDED = "SUSPENDED"


class EligibilityBasis(StrEnum):
    """Whom the region takes: every resident without cover, or those a register or survey calls poor."""

    UNIVERSAL = "UNIVERSAL"
    DESIL = "DESIL"
    SKTM = "SKTM"


class ArrearsRule(StrEnum):
    """What a region does with a self-paid member whose cover stopped: take over, have the debt settled first, or weigh."""

    TAKE_OVER = "TAKE_OVER"
    SETTLE_FIRST = "SETTLE_FIRST"
    WEIGH = "WEIGH"


class SigningMode(StrEnum):
    """What makes a letter official here: the system's seal alone, BSrE's electronic signature, or ink with the scan kept."""

    SEAL = "SEAL"
    BSRE = "BSRE"
    WET = "WET"


class PaperSize(StrEnum):
    """What an office's printer holds: A4, or F4 (folio), 215 x 330 mm."""

    A4 = "A4"
    F4 = "F4"


@dataclass(frozen=True, slots=True)
class Ruled(Generic[T]):
    """A value and the rule it rests on.

    ``reference`` is the article or statement, ``document`` where to read it, ``decided_on`` its date.
    ``example`` marks a made-up value where no public source was found; ``retroactive`` one that was
    decided or published after the day it holds from.
    """

    value: T
    reference: str
    document: str
    decided_on: date
    example: bool = False
    retroactive: bool = False


Dated = tuple[tuple[date, Ruled[int]], ...]
"""Whole numbers by the day they hold from, newest last."""


@dataclass(frozen=True, slots=True)
class Office:
    """Letterhead and numbering identity of a Dinas Sosial. ``issuer`` names the office in the signed token."""

    name: str
    government: str
    address: str
    phone: str
    place: str
    unit: str
    issuer: str
    reference: str = ""
    document: str = ""
    decided_on: date | None = None
    example: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question of an assessment; ``decisive`` alone is enough (Kepmensos 262/HUK/2022, no place to live)."""

    key: str
    question: str
    decisive: bool = False


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """A published list of criteria. ``threshold`` is None where the text sets none: then only people judge.

    ``example`` marks a set whose wording or threshold is not confirmed by its published text.
    """

    code: str
    title: str
    reference: str
    criteria: tuple[Criterion, ...]
    threshold: int | None
    document: str = ""
    decided_on: date | None = None
    example: bool = False


@dataclass(frozen=True, slots=True)
class RegionPolicy:
    """One block of a region's policy, valid from ``valid_from`` until the day before ``valid_to``.

    ``sha256`` names the block's content without ``valid_to``, and the national questions it asks: closing a block and adding a
    later one leaves the pins of running and decided cases as they were. ``block_sha256`` is without those questions; cases that
    are older than their place in the pin carry it. Durations are in the unit of their name;
    ``desil_max`` counts only under ``EligibilityBasis.DESIL``. ``papers`` are those of letter A,
    ``reactivation_papers`` of letter B, ``guarantee_papers`` of letter C, ``removal_papers`` of letter D; ``letters`` has the other
    rules of each type. A letter is promised by the day's ``cutoffs`` where there are any, else within ``sla_hours``.
    ``emergency_over_quota`` gives an emergency a seat above a full quota; without it an emergency waits first in line. Without
    ``approval_chain`` the head alone decides; under ``separate_intake`` whoever opened a case neither assesses nor validates it;
    ``acting_limits`` keep letter types from acting signers, and ``quorum`` asks other posts to agree first. Letters are on A4 unless
    ``paper`` says otherwise.
    """

    region_code: str
    region_name: str
    timezone: str
    office: Office
    valid_from: date
    valid_to: date | None
    sha256: str
    block_sha256: str
    activation_mode: Ruled[ActivationMode]
    cutoff_days: Ruled[tuple[int, ...]]
    eligibility: Ruled[EligibilityBasis]
    desil_max: Ruled[int]
    residence_months: Ruled[int]
    criteria_set: Ruled[str]
    papers: Ruled[tuple[str, ...]]
    reactivation_papers: Ruled[tuple[str, ...]]
    guarantee_papers: Ruled[tuple[str, ...]]
    removal_papers: Ruled[tuple[str, ...]]
    newborn_papers: Ruled[tuple[str, ...]]
    unidentified_papers: Ruled[tuple[str, ...]]
    homeless_papers: Ruled[tuple[str, ...]]
    foreigner_papers: Ruled[tuple[str, ...]]
    traffic_accident_papers: Ruled[tuple[str, ...]]
    work_accident_papers: Ruled[tuple[str, ...]]
    arrears_rule: Ruled[ArrearsRule]
    papers_due_hours: Ruled[int]
    hospital_clock_hours: Ruled[int]
    hospital_clock_counting: Ruled[Counting]
    classification: Ruled[str]
    number_template: Ruled[str]
    signer_titles: Ruled[tuple[str, ...]]
    signing_mode: Ruled[SigningMode]
    quota_seats: Ruled[int]
    sla_hours: Ruled[int]
    sla_counting: Ruled[Counting]
    cutoffs: Ruled[Cutoffs]
    office_hours: Ruled[OfficeHours]
    holidays_added: Ruled[tuple[date, ...]]
    holidays_removed: Ruled[tuple[date, ...]]
    uhc_coverage_percent: Ruled[str]
    letters: Mapping[LetterType, LetterRules]
    emergency_over_quota: Ruled[bool] | None = None
    paper: Ruled[PaperSize] | None = None
    approval_chain: Ruled[ApprovalChains] | None = None
    separate_intake: Ruled[bool] | None = None
    acting_limits: Ruled[ActingLimits] | None = None
    quorum: Ruled[QuorumRules] | None = None
    own_criteria: CriteriaSet | None = None

    def covers(self, day: date) -> bool:
        """Whether this block is in force on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def reads_as(self, pin: str) -> bool:
        """Whether the block still reads as it did when something was pinned to it."""
        return pin in (self.sha256, self.block_sha256)

    def posts_before(self, letter_type: LetterType) -> tuple[Role, ...]:
        """Whose paraf a letter of this type needs before the head signs it."""
        chains = self.approval_chain.value if self.approval_chain else ()
        by_type = {chain.letter_type: chain.posts for chain in chains}
        return by_type.get(letter_type, by_type.get(None, ()))

    def letter(self, kind: LetterType, on: date) -> LetterRule:
        """What holds for a type of letter on a day; ``PolicyRefused`` where there was no such letter yet."""
        found = next((rule for since, rule in reversed(self.letters[kind]) if since <= on), None)
        if found is None:
            raise PolicyRefused(say("{names} belum ada pada {on}. Pilih jenis surat lain.", names=NAMES[kind], on=f"{on:%d-%m-%Y}"))
        return found

    def calendar(self, national: Mapping[date, str]) -> Calendar:
        """The office's calendar: the nation's days off, with the region's own and without those it works on."""
        own = dict.fromkeys(self.holidays_added.value, self.holidays_added.reference)
        removed = frozenset(self.holidays_removed.value)
        kept = {day: name for day, name in {**national, **own}.items() if day not in removed}
        return Calendar(self.timezone, self.office_hours.value, kept)


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Why an application may be refused, in words for the family: one sentence, what they can do, and where.

    ``needs_words``: the list does not say it, the decider writes it. A later row of the same code replaces an earlier one.
    """

    code: str
    valid_from: date
    sentence: str
    next_step: str
    place: str
    reference: str
    document: str
    decided_on: date
    example: bool = False
    needs_words: bool = False


@dataclass(frozen=True, slots=True)
class NationalPolicy:
    """Values that hold everywhere: premiums (rupiah a month), thresholds, waiting times, criteria sets. Dated lists, newest last."""

    sha256: str
    premium_region_share: Dated
    premium_self_paid: Dated
    premium_due_day: Dated
    premium_warn_days: Dated
    self_paid_wait_days: Dated
    reactivation_hours: Dated
    newborn_days: Dated
    dtsen_duty_months: Dated
    dtsen_reminder_days: Dated
    waiting_limits: tuple[tuple[date, Ruled[Limits]], ...]
    uhc_coverage_threshold: Dated
    uhc_active_threshold: Dated
    objection_days: Dated
    objection_answer_days: Dated
    refusal_reasons: tuple[RefusalReason, ...]
    retention: tuple[Term, ...]
    letter_forms: tuple[tuple[date, LetterForm], ...]
    criteria_sets: Mapping[str, CriteriaSet]
    criteria_sha256: Mapping[str, str]


def in_force(rows: Dated, day: date) -> Ruled[int]:
    """The row of a dated national list that holds on ``day``; ``PolicyRefused`` before the first one."""
    found = known_on(rows, day)
    if found is None:
        raise PolicyRefused(say("Belum ada nilai nasional untuk {day}. Hubungi admin aturan.", day=f"{day:%d-%m-%Y}"))
    return found


def known_on(rows: Dated, day: date) -> Ruled[int] | None:
    """The same, None before the first row: nothing was promised yet."""
    return next((ruled for since, ruled in reversed(rows) if since <= day), None)


def refusals_on(reasons: tuple[RefusalReason, ...], day: date) -> Mapping[str, RefusalReason]:
    """The reasons that may be given on a day, by code, in the order of the list."""
    return {reason.code: reason for reason in reasons if reason.valid_from <= day}


def limits_on(rows: tuple[tuple[date, Ruled[Limits]], ...], day: date) -> Limits:
    """How long things may wait on a day; ``PolicyRefused`` before the first row."""
    for since, ruled in reversed(rows):
        if since <= day:
            return ruled.value
    raise PolicyRefused(say("Belum ada batas tunggu nasional untuk {day}. Hubungi admin aturan.", day=f"{day:%d-%m-%Y}"))


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All policies that were loaded and checked at start-up."""

    national: NationalPolicy
    regions: Mapping[str, tuple[RegionPolicy, ...]]

    def at(self, region_code: str, day: date) -> RegionPolicy:
        """The block in force in a region on a day; ``PolicyRefused`` where there is none."""
        for block in self.regions.get(region_code, ()):
            if block.covers(day):
                return block
        raise PolicyRefused(
            say(
                "Belum ada aturan untuk wilayah {region_code} pada {day}. Hubungi admin aturan.",
                region_code=region_code,
                day=f"{day:%d-%m-%Y}",
            )
        )

    def pinned(self, region_code: str, valid_from: date) -> RegionPolicy:
        """The block a case was pinned to when it began."""
        for block in self.regions.get(region_code, ()):
            if block.valid_from == valid_from:
                return block
        raise PolicyRefused(
            say(
                "Aturan wilayah {region_code} sejak {valid_from} tidak ditemukan lagi.",
                region_code=region_code,
                valid_from=f"{valid_from:%d-%m-%Y}",
            )
        )

    def unedited(self, region_code: str, valid_from: date, sha256: str) -> RegionPolicy:
        """The same, where it still reads as it did then; ``PolicyEdited`` where somebody wrote into it since."""
        block = self.pinned(region_code, valid_from)
        if not block.reads_as(sha256):
            raise PolicyEdited()
        return block

    def criteria_for(self, policy: RegionPolicy, kind: LetterType = LetterType.REKOM_PBPU_PEMDA) -> CriteriaSet:
        """The assessment questions a block prescribes; of a removal those of its evidence, not of need."""
        code = REMOVAL_QUESTIONS if kind is LetterType.PENCABUTAN else policy.criteria_set.value
        own = policy.own_criteria
        return own if own and own.code == code else self.national.criteria_sets[code]
