"""A draft block held against past cases: which advice would flip, how many seats and rupiah that moves, and where.

Pure: facts as they were when the case was decided go in, counts come out. Nothing here reads or writes a case.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from workflows.rules.eligibility import RULES, RULES_OF, Rule, worst
from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import Outcome
from workflows.rules.policy import CriteriaSet, PolicyBook, RegionPolicy, Ruled
from workflows.vocabulary import SEATED, LetterType

MONTHS = 12
DISTRICT_DIGITS = 6
NOWHERE = "?"
"""The district of a case whose address says only the region, or nothing."""


@dataclass(frozen=True, slots=True)
class PastCase:
    """One decided case: its facts on the day of the decision, the block it was pinned to, and how it ended."""

    ticket: str
    facts: EligibilityFacts
    policy_valid_from: date
    approved: bool


@dataclass(slots=True)
class Seats:
    """What flips mean for seats, which only letter A takes.

    ``freed``: approved, would fail. ``doubtful``: approved, a person would have to look.
    ``sure``: refused, would meet. ``possible``: refused for failing, a person would look instead.
    """

    cases: int = 0
    freed: int = 0
    doubtful: int = 0
    sure: int = 0
    possible: int = 0

    @property
    def least(self) -> int:
        """The change in seats if every doubtful seat were lost and no possible one given."""
        return self.sure - self.freed - self.doubtful

    @property
    def most(self) -> int:
        """The change in seats if every doubtful seat were kept and every possible one given."""
        return self.sure + self.possible - self.freed


@dataclass(slots=True)
class Guarantees:
    """What a draft means for the most that letters C let be billed, in rupiah: by flips, and by another cap on those that stay.

    ``least`` leaves out every doubtful letter, ``most`` keeps them all and writes every possible one. No other letter costs the
    region by itself: B is paid by the nation, D ends a cost on its own day, E lists what others decided.
    """

    cases: int = 0
    least: int = 0
    most: int = 0


@dataclass(slots=True)
class WhatIf:
    """The outcome of a run. ``flips`` holds the tickets by advice before and after; ``rules`` how often each rule changed its mind."""

    seats: Seats = field(default_factory=Seats)
    guarantees: Guarantees = field(default_factory=Guarantees)
    flips: dict[tuple[Outcome, Outcome], list[str]] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)
    districts: dict[str, Seats] = field(default_factory=dict)
    without_rules: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A block cases for one letter were pinned to, the draft, the letter's rules, and which of them can differ between the two."""

    before: RegionPolicy
    questions_before: CriteriaSet
    after: RegionPolicy
    questions_after: CriteriaSet
    rules: tuple[Rule, ...]
    touched: tuple[Rule, ...]
    seated: bool


def run(cases: Iterable[PastCase], draft: RegionPolicy, book: PolicyBook) -> WhatIf:
    """Weigh every case under its own block and under ``draft``, as if that had been in force on the day."""
    timeless = replace(draft, valid_from=date.min, valid_to=None)
    blocks = book.regions.get(draft.region_code, ())
    pairs = {(block.valid_from, kind): _pair(block, timeless, book, kind) for block in blocks for kind in RULES_OF}
    found = WhatIf()
    for case in cases:
        pair = pairs.get((case.policy_valid_from, case.facts.letter_type))
        if pair is None:
            found.without_rules += 1
        else:
            _count(found, case, pair)
    return found


def touched_rules(before: RegionPolicy, after: RegionPolicy, rules: tuple[Rule, ...] = RULES) -> tuple[Rule, ...]:
    """The rules whose outcome can differ: those that read a value which differs."""
    return tuple(rule for rule in rules if any(_value(before, key) != _value(after, key) for key in rule.reads))


def yearly(seats: int, premium: int) -> int:
    """Rupiah a year for so many seats at so many rupiah a month."""
    return seats * premium * MONTHS


def district_of(facts: EligibilityFacts) -> str:
    """The kecamatan of the address, as six digits."""
    digits = (facts.domicile_code or "").replace(".", "")
    return digits[:DISTRICT_DIGITS] if len(digits) >= DISTRICT_DIGITS else NOWHERE


def _value(policy: RegionPolicy, key: str) -> Any:
    value = getattr(policy, key)
    return value.value if isinstance(value, Ruled) else value


def _pair(before: RegionPolicy, after: RegionPolicy, book: PolicyBook, kind: LetterType) -> Pair:
    rules = RULES_OF[kind]
    touched = touched_rules(before, after, rules)
    return Pair(before, book.criteria_for(before, kind), after, book.criteria_for(after, kind), rules, touched, kind in SEATED)


def _count(found: WhatIf, case: PastCase, pair: Pair) -> None:
    local = found.districts.setdefault(district_of(case.facts), Seats())
    found.seats.cases += 1
    local.cases += 1
    changed = _changed(case.facts, pair)
    found.rules.update(changed.keys())
    advice = _advice(case.facts, pair, changed) if changed else None
    if case.facts.letter_type is LetterType.JAMINAN_PELAYANAN:
        _guarantee(found.guarantees, case, pair, advice)
    if advice is None or advice[0] is advice[1]:
        return
    old, new = advice
    found.flips.setdefault((old, new), []).append(case.ticket)
    for seats in (found.seats, local) if pair.seated else ():
        _move(seats, case.approved, old, new)


def _changed(facts: EligibilityFacts, pair: Pair) -> dict[str, tuple[Outcome, Outcome]]:
    """Outcome before and after, of each rule that changed its mind. Where none did, the advice cannot have flipped."""
    found: dict[str, tuple[Outcome, Outcome]] = {}
    for rule in pair.touched:
        old = rule.weigh(facts, pair.before, pair.questions_before).outcome
        new = rule.weigh(facts, pair.after, pair.questions_after).outcome
        if old is not new:
            found[rule.name] = (old, new)
    return found


def _advice(facts: EligibilityFacts, pair: Pair, changed: Mapping[str, tuple[Outcome, Outcome]]) -> tuple[Outcome, Outcome]:
    """All rules together, before and after; who did not change is weighed once."""
    same = [rule.weigh(facts, pair.before, pair.questions_before).outcome for rule in pair.rules if rule.name not in changed]
    return worst([*same, *(old for old, _ in changed.values())]), worst([*same, *(new for _, new in changed.values())])


def _guarantee(found: Guarantees, case: PastCase, pair: Pair, advice: tuple[Outcome, Outcome] | None) -> None:
    """Add one letter C, written or refused: its cap before and after, where it would still, or now, be written."""
    before, after = (_cap(policy, case.facts.on) for policy in (pair.before, pair.after))
    old, new = advice or (None, None)
    found.cases += 1
    if case.approved:
        kept = new is not Outcome.FAILS or old is new
        doubtful = new is Outcome.NEEDS_PERSON and old is Outcome.MEETS
        found.least += (after if kept and not doubtful else 0) - before
        found.most += (after if kept else 0) - before
    elif old is not new:
        found.least += after if new is Outcome.MEETS else 0
        found.most += after if new is Outcome.MEETS or (new is Outcome.NEEDS_PERSON and old is Outcome.FAILS) else 0


def _cap(policy: RegionPolicy, on: date) -> int:
    """The most rupiah that letter C lets be billed."""
    return policy.letter(LetterType.JAMINAN_PELAYANAN, on).terms.cap_rupiah or 0


def _move(seats: Seats, approved: bool, old: Outcome, new: Outcome) -> None:
    if approved:
        seats.freed += new is Outcome.FAILS
        seats.doubtful += new is Outcome.NEEDS_PERSON and old is Outcome.MEETS
    else:
        seats.sure += new is Outcome.MEETS
        seats.possible += new is Outcome.NEEDS_PERSON and old is Outcome.FAILS
