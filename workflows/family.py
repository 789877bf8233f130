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
    numbered, telephoned = (hmac.compare_digest(known.encode(), last_four.encode()) for known in _known(session, case))
    fits = numbered or telephoned
    return view_of(session, case) if case and fits else None


def _known(session: Session, case: Case | None) -> tuple[str, str]:
    """The ends of the numbers that open the case: the NIK's, and the telephone's where the receipt was printed before there was a NIK.

    Always compared, and always two, so that the time taken tells nobody which numbers exist.
    """
    if case is None or is_erased(session, case):
        return ("-" * LAST, "-" * LAST)
    began_without = case.no_nik is not None
    return ((case.nik or case.phone)[-LAST:], case.phone[-LAST:] if began_without else "-" * LAST)
