"""The office's running number: raised only inside the transaction that signs, whatever kind of letter takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, func

from workflows.errors import PolicyRefused
from workflows.letter_number import render_number
from workflows.lost_letters import is_taken
from workflows.records.letter import LetterCounter
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
    sequence = _raise(session, office, day.year, policy.region_code)
    while is_taken(session, number := _text(policy, rule, sequence, day)):
        sequence = _raise(session, office, day.year, policy.region_code)  # a restore lost a letter with this number
    return Taken(office, day.year, sequence, number)


def _text(policy: RegionPolicy, rule: LetterRule, sequence: int, day: date) -> str:
    template = rule.terms.number_template or policy.number_template.value
    kind, classification = rule.form.code, policy.classification.value
    return render_number(template, klasifikasi=classification, jenis=kind, urut=sequence, unit=policy.office.unit, day=day)


def _raise(session: Session, office: str, year: int, region_code: str) -> int:
    # One statement, so that two signers of a new year's first letters wait for each other instead of colliding, and the first of two
    # regions has the register.
    insert = INSERT[session.get_bind().dialect.name]
    first = insert(LetterCounter).values(office=office, year=year, last=1, region_code=region_code)
    raised = first.on_conflict_do_update(
        index_elements=["office", "year"],
        set_={"last": LetterCounter.last + 1, "region_code": region_code},
        where=func.coalesce(LetterCounter.region_code, region_code) == region_code,
    )
    sequence = session.exec(raised.returning(LetterCounter.last)).scalar_one_or_none()
    if sequence is None:
        raise PolicyRefused(
            say("Nomor {office} tahun {year} milik kantor daerah lain. Minta admin memberi kantor ini unit lain.", office=office, year=year)
        )
    return int(sequence)
