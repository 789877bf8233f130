"""The office's running number: raised only inside the transaction that signs, whatever kind of letter takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from workflows.errors import PolicyRefused
from workflows.letter_number import render_number
from workflows.lost_letters import is_taken
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter, LetterCounter
from workflows.rules.letter_terms import LetterRule
from workflows.rules.policy import RegionPolicy
from workflows.saying import say

INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Taken:
    """A number as it is printed, and the counter, year and place it is from."""

    office: str
    year: int
    sequence: int
    number: str


def take(session: Session, policy: RegionPolicy, rule: LetterRule, day: date) -> Taken:
    """The next number of the type's counter for a letter signed on ``day``, the region's local date.

    A register is one office's: ``PolicyRefused`` where another region of this installation writes its numbers under the same unit,
    for each would find holes in its own that nobody could explain.
    """
    office = rule.counter(policy.office.unit)
    _check_own_register(session, policy, office, day.year)
    sequence = _raise(session, office, day.year)
    while is_taken(session, number := _text(policy, rule, sequence, day)):
        sequence = _raise(session, office, day.year)  # a restore lost a letter with this number
    return Taken(office, day.year, sequence, number)


def _text(policy: RegionPolicy, rule: LetterRule, sequence: int, day: date) -> str:
    template = rule.terms.number_template or policy.number_template.value
    kind, classification = rule.form.code, policy.classification.value
    return render_number(template, klasifikasi=classification, jenis=kind, urut=sequence, unit=policy.office.unit, day=day)


def _raise(session: Session, office: str, year: int) -> int:
    # One statement, so that two signers of a new year's first letters wait for each other instead of colliding.
    insert = INSERT[session.get_bind().dialect.name]
    first = insert(LetterCounter).values(office=office, year=year, last=1)
    raised = first.on_conflict_do_update(index_elements=["office", "year"], set_={"last": LetterCounter.last + 1})
    return int(session.exec(raised.returning(LetterCounter.last)).scalar_one())


def _check_own_register(session: Session, policy: RegionPolicy, office: str, year: int) -> None:
    """The counter's row is held first: whoever writes the year's first number of a unit is seen by all who come after."""
    held = select(LetterCounter.last).where(LetterCounter.office == office, LetterCounter.year == year)
    if session.exec(held.with_for_update()).first() is None:
        return
    of_cases = select(Case.region_code).join(Letter, col(Letter.case_id) == Case.id)
    of_cases = of_cases.where(Letter.office == office, Letter.year == year, Case.region_code != policy.region_code)
    of_lists = select(CollectiveLetter.region_code).where(CollectiveLetter.office == office, CollectiveLetter.year == year)
    of_lists = of_lists.where(CollectiveLetter.region_code != policy.region_code)
    if session.exec(of_cases.limit(1)).first() or session.exec(of_lists.limit(1)).first():
        raise PolicyRefused(
            say("Nomor {office} tahun {year} milik kantor daerah lain. Minta admin memberi kantor ini unit lain.", office=office, year=year)
        )
