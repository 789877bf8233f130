"""A case's registration with BPJS Kesehatan, as it follows the case: begun with the letter, cancelled where the case ends first.

What people do about it stands in ``workflows.registering``; files for many at once in ``workflows.batches``.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from workflows.records.case import Case
from workflows.records.collective import CollectiveRow
from workflows.records.letter import Letter
from workflows.records.registration import BatchRow, Registration, RowOutcome
from workflows.registration_states import ENDED, ON_ITS_WAY, ROUTES, RegistrationStatus, check_registration_move
from workflows.states import FINAL, State


def of_case(session: Session, case: Case) -> Registration | None:
    """The case's registration; None where its letter needs none, or is not issued yet."""
    return session.exec(select(Registration).where(Registration.case_id == case.id)).first()


def on_its_way(session: Session, case: Case) -> bool:
    """Whether BPJS has the person's data, or may have it any minute, or has answered already."""
    registration = of_case(session, case)
    return registration is not None and registration.status in ON_ITS_WAY


def follow(session: Session, case: Case, target: State, *, now: datetime) -> None:
    """What a case's move means for its registration; every move comes through here."""
    if target == State.LETTER_ISSUED:
        _begin(session, case, now=now)
    elif target == State.ACCEPTED:
        _resume(session, case, now=now)
    elif target in FINAL:
        _cancel(session, case, now=now)


def move(session: Session, registration: Registration, target: RegistrationStatus, *, now: datetime) -> None:
    """The only door to another status; the caller holds the case's lock and records the event on it."""
    check_registration_move(registration.status, target)
    registration.status, registration.since = target, now
    session.add(registration)
    session.flush()


def answer_row(session: Session, registration: Registration, outcome: RowOutcome, *, now: datetime) -> None:
    """Close the registration's row in its batch and on the batch's cover letter, if it has them."""
    row = update(BatchRow).where(col(BatchRow.registration_id) == registration.id, col(BatchRow.answered_at).is_(None))
    session.exec(row.values(outcome=outcome, answered_at=now))
    # By the NIK, which lists are found by: an answer file closes thousands of rows.
    person = select(Case.nik_digest).where(Case.id == registration.case_id).scalar_subquery()
    listed = update(CollectiveRow).where(col(CollectiveRow.nik_digest) == person, col(CollectiveRow.ended_at).is_(None))
    session.exec(listed.where(col(CollectiveRow.registration_id) == registration.id).values(ended_at=now))


def _begin(session: Session, case: Case, *, now: datetime) -> None:
    letter = session.exec(select(Letter).where(Letter.case_id == case.id).order_by(col(Letter.id).desc()).limit(1)).first()
    route = ROUTES.get(letter.type) if letter else None
    if route is None or of_case(session, case) is not None:
        return  # a letter that replaces another goes on with the same registration
    assert case.id is not None
    session.add(Registration(case_id=case.id, route=route, status=RegistrationStatus.WAITING, since=now))
    session.flush()


def _resume(session: Session, case: Case, *, now: datetime) -> None:
    """A letter that ran out turned out to be accepted in time: what its end cancelled waits again."""
    registration = of_case(session, case)
    if registration is not None and registration.status == RegistrationStatus.CANCELLED:
        move(session, registration, RegistrationStatus.WAITING, now=now)


def _cancel(session: Session, case: Case, *, now: datetime) -> None:
    registration = of_case(session, case)
    if registration is None or registration.status in ENDED:
        return
    answer_row(session, registration, RowOutcome.VOID, now=now)
    move(session, registration, RegistrationStatus.CANCELLED, now=now)
