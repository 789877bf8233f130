"""What an answer about letters rests on beside the letters themselves: read in one statement, for one of them as for many."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, SQLModel, col, func

from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.decision import Decision
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.transfer import Transfer, TransferOutcome
from workflows.records.trust import TrustEntry
from workflows.sealed import sealed_columns


class Standing(NamedTuple):
    """One letter's: ``moved`` is its newest confirmed move, ``hospital`` whose it is now or whom it names."""

    case: Case
    acceptance: Acceptance | None
    moved: Transfer | None
    hospital: Hospital | None
    cap_rupiah: int | None
    key_withdrawn: bool
    replaced_by: str | None


TOLD_BY_A_DESK = ("nik", "mother_nik")
"""What of a case's sealed columns a desk tells the last digits of; the others stay sealed."""
_SEALED = (one.column.name for one in sealed_columns(SQLModel.metadata.tables["case_file"]))
_LEFT = [defer(getattr(Case, name)) for name in _SEALED if name not in TOLD_BY_A_DESK]

_successor, _move = aliased(Letter), aliased(Transfer)
_newest_move = (
    select(func.max(col(_move.id)))
    .where(col(_move.letter_id) == Letter.id, col(_move.outcome) == TransferOutcome.CONFIRMED)
    .scalar_subquery()
)
_whose = func.coalesce(Transfer.to_hospital, Acceptance.hospital_code, Letter.hospital_code)
_query = (
    select(
        col(Letter.id),
        Case,
        Acceptance,
        Transfer,
        Hospital,
        col(Decision.cap_rupiah),
        col(TrustEntry.key_id).is_not(None),
        col(_successor.number),
    )
    .select_from(Letter)
    .join(Case, col(Case.id) == Letter.case_id)
    .join(Decision, col(Decision.case_id) == Letter.case_id)  # its own, or that of the letter whose place it took: a case has one
    .outerjoin(Acceptance, col(Acceptance.letter_id) == Letter.id)
    .outerjoin(Transfer, col(Transfer.id) == _newest_move)
    .outerjoin(Hospital, col(Hospital.code) == _whose)
    .outerjoin(TrustEntry, col(TrustEntry.key_id) == Letter.key_id)
    .outerjoin(_successor, col(_successor.replaces_id) == Letter.id)
    .where(col(Letter.id).in_(bindparam("letters", expanding=True)))
    .options(*_LEFT)
)
"""Built once: putting it together costs more than asking it."""


def standings(session: Session, letters: Sequence[Letter]) -> dict[int, Standing]:
    """Each letter's standing now, by its number."""
    if not letters:
        return {}
    rows = session.execute(_query, {"letters": [letter.id for letter in letters]})
    return {number: Standing(*rest) for number, *rest in rows}
