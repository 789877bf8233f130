"""What a family may ask about a case: its number and four digits that only they and the office know."""

import hmac

from sqlmodel import Session, select

from workflows.erasing import is_erased
from workflows.queries import CaseView, view_of
from workflows.records.case import Case

LAST = 4
"""Digits that are asked for."""


def find(session: Session, ticket: str, last_four: str) -> CaseView | None:
    """The case behind a number, for whoever knows the digits; None for a wrong number and for wrong digits alike."""
    case = session.exec(select(Case).where(Case.ticket == ticket)).first()
    known = _digits(case) if case and not is_erased(session, case) else "-" * LAST
    fits = hmac.compare_digest(known.encode(), last_four.encode())
    return view_of(session, case) if case and fits else None


def _digits(case: Case) -> str:
    """The end of the NIK; of the telephone number left at the counter where there is no NIK yet."""
    return (case.nik or case.phone)[-LAST:]
