"""The office's running number: raised only inside the transaction that signs, whatever kind of letter takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from workflows.letter_number import render_number
from workflows.lost_letters import is_taken
from workflows.records.letter import LetterCounter
from workflows.rules.letter_terms import LetterRule
from workflows.rules.policy import RegionPolicy

INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Taken:
    """A number as it is printed, and the counter, year and place it is from."""

    office: str
    year: int
    sequence: int
    number: str


def take(session: Session, policy: RegionPolicy, rule: LetterRule, day: date) -> Taken:
    """The next number of the type's counter for a letter signed on ``day``, the region's local date."""
    office = rule.counter(policy.office.unit)
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
