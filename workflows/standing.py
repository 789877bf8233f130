"""What an answer about letters rests on, read in one statement: for one of them as for many."""

from collections.abc import Iterable
from typing import Any, NamedTuple

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
from workflows.sealed import left_sealed, sealed_columns


class Standing(NamedTuple):
    """How one letter stands: ``moved`` is its newest confirmed move, ``hospital`` whose it is now or whom it names."""

    letter: Letter
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
        Letter,
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
    .options(*left_sealed(Letter), *_LEFT)
)
_BY_ID = _query.where(col(Letter.id).in_(bindparam("wanted", expanding=True)))
_BY_TOKEN_ID = _query.where(col(Letter.token_id).in_(bindparam("wanted", expanding=True)))
_BY_ID_ANEW = _BY_ID.execution_options(populate_existing=True)
"""Built once: putting one together costs more than asking it."""


def by_id(session: Session, letter_ids: Iterable[int], *, anew: bool = False) -> dict[int, Standing]:
    """How letters stand now, by their numbers; ``anew`` also where this transaction has read them before."""
    return {one.letter.id or 0: one for one in _asked(session, _BY_ID_ANEW if anew else _BY_ID, letter_ids)}


def by_token_id(session: Session, token_ids: Iterable[str]) -> dict[str, Standing]:
    """The same by the random ids in their seals; a letter that is not there is left out."""
    return {one.letter.token_id: one for one in _asked(session, _BY_TOKEN_ID, token_ids)}


def _asked(session: Session, query: Any, wanted: Iterable[Any]) -> list[Standing]:
    unique = sorted(set(wanted))
    return [Standing(*row) for row in session.execute(query, {"wanted": unique})] if unique else []
