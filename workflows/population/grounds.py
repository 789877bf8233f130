"""Why the region pays for somebody in a month: a letter A with a seat, or a batch of the region's own scheme.

A letter as it stood in that month, whatever became of it since; a batch unless it is void by now: its people wait for another.
"""

from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, or_, select

from workflows.letter_states import LetterState
from workflows.population.jamkesda import is_somebody
from workflows.records.case import Case
from workflows.records.erasure import Erasure
from workflows.records.jamkesda import JamkesdaBatch, JamkesdaPerson
from workflows.records.letter import Letter
from workflows.records.premium import PremiumBill
from workflows.records.seat import Seat
from workflows.vocabulary import LetterType

ENDED = (LetterState.REVOKED, LetterState.REPLACED)


class Ground(NamedTuple):
    """Why the region pays for somebody: a letter's number and day, or a batch's number (then without a name) and cut-off."""

    nik: str
    name: str | None
    letter: str | None
    batch: int | None
    day: date


class Month(NamedTuple):
    """A month's first moment in the office's zone, and the next one's."""

    begins: datetime
    ends: datetime


def grounds(session: Session, bill: PremiumBill, zone: str) -> dict[str, Ground]:
    """Whom the region had given a letter A or sent in a batch by the month's end, by the digest of the NIK; a letter before a batch.

    Without those past their term (``forgotten``), who are nobody any more.
    """
    month = _month(bill, zone)
    return _batched(session, bill, month) | _given(session, bill, month)


def forgotten(session: Session, bill: PremiumBill, zone: str) -> int:
    """How many grounds of the month are past their term, so that they answer for nobody on the bill."""
    month = _month(bill, zone)
    given = select(func.count(func.distinct(Case.id))).join(Letter).where(*_with_letter(bill, month), _is_erased())
    batched = select(func.count()).select_from(JamkesdaPerson).join(JamkesdaBatch).where(*_in_batch(bill, month), ~is_somebody())
    return session.exec(given).one() + session.exec(batched).one()


def _given(session: Session, bill: PremiumBill, month: Month) -> dict[str, Ground]:
    """Letters A; of a case's the last."""
    letters = sql_select(*map(col, (Case.nik_digest, Case.nik, Case.name, Letter.number, Letter.signed_at))).join(Letter)
    found = session.execute(letters.where(*_with_letter(bill, month), ~_is_erased()).order_by(col(Letter.id)))
    zone = month.begins.tzinfo
    return {str(key): Ground(str(nik), name, number, None, at.astimezone(zone).date()) for key, nik, name, number, at in found}


def _with_letter(bill: PremiumBill, month: Month) -> tuple[ColumnElement[bool], ...]:
    """Cases whose letter A was signed and not taken back before a month's end, and whose seat was not free before it began."""
    stood = or_(col(Letter.state).not_in(ENDED), col(Letter.revoked_at) >= month.ends, col(Letter.replaced_at) >= month.ends)
    not_free = or_(col(Seat.released_at).is_(None), col(Seat.released_at) >= month.begins)
    held = select(Seat.id).where(Seat.case_id == Case.id, not_free).exists()
    of_type = col(Letter.type) == LetterType.REKOM_PBPU_PEMDA
    return (col(Case.region_code) == bill.region_code, col(Case.nik).is_not(None), of_type, col(Letter.signed_at) < month.ends, stood, held)


def _is_erased() -> ColumnElement[bool]:
    return select(Erasure.case_id).where(Erasure.case_id == Case.id).exists()


def _batched(session: Session, bill: PremiumBill, month: Month) -> dict[str, Ground]:
    people = select(JamkesdaPerson.nik_digest, JamkesdaPerson.nik, JamkesdaBatch.number, col(JamkesdaBatch.cut_off)).join(JamkesdaBatch)
    found = session.exec(people.where(*_in_batch(bill, month), is_somebody()))
    return {str(key): Ground(nik, None, None, number, cut_off) for key, nik, number, cut_off in found}


def _in_batch(bill: PremiumBill, month: Month) -> tuple[ColumnElement[bool], ...]:
    """People of the region's batches whose cut-off was before a month's end."""
    batch = JamkesdaBatch
    return (col(batch.region_code) == bill.region_code, col(batch.void_at).is_(None), col(batch.cut_off) < month.ends.date())


def _month(bill: PremiumBill, zone: str) -> Month:
    following = date(bill.month.year + bill.month.month // 12, bill.month.month % 12 + 1, 1)
    begins, ends = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (bill.month, following))
    return Month(begins, ends)
