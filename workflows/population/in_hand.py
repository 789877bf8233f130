"""Who is at our office already: nobody need knock there.

A letter that may still be used and a registration under way belong to an open case, so an open case is all that is asked for; what
comes after it is a membership that no file of BPJS shows yet.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from workflows import extracts
from workflows.records.case import Case
from workflows.records.registration import Registration
from workflows.registration_states import RegistrationStatus
from workflows.sealed import Hashed, vault_of


def in_hand(session: Session, region_code: str, niks: Sequence[str], known_until: datetime) -> set[str]:
    """Which of these people have an open case, or became active by us after ``known_until``, the day of the member file."""
    became = select(Registration.id).where(
        Registration.case_id == Case.id, Registration.status == RegistrationStatus.ACTIVE, Registration.since >= known_until
    )
    at_work = or_(col(Case.closed_at).is_(None), became.exists())
    digest, found = vault_of(session.connection().dialect).digest, set[str]()
    for start in range(0, len(niks), extracts.CHUNK):
        some = {Hashed(digest("nik", nik)): nik for nik in niks[start : start + extracts.CHUNK]}
        query = select(Case.nik_digest).where(Case.region_code == region_code, col(Case.nik_digest).in_(some), at_work)
        found |= {some[Hashed(key)] for key in session.exec(query) if key is not None}
    return found
