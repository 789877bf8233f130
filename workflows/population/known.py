"""What the newest files know of given people, by NIK: who is an active member, who lives, died or moved."""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import extracts
from workflows.population.coverage import ACTIVE_CODE
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.resident import ResidentRow


def active_members(session: Session, members: Extract | None, niks: Sequence[str]) -> set[str]:
    """Who of these is an active member: listed for the file's month, or active by status within the days of cover."""
    if members is None:
        return set()
    return {row.nik for row in _believed(session, members, niks) if covers(row, _day(members))}


def member_rows(session: Session, niks: Sequence[str]) -> dict[str, tuple[MemberRow, date]]:
    """What BPJS says of these, and on which day: the newest member file of those it lists, of the others the newest of everybody.

    So whom a file of some members leaves out is not without cover for that. Raises ``Conflict`` where the rows of everybody are gone.
    """
    newest, whole = (find(session, ExtractKind.MEMBERS) for find in (extracts.newest, extracts.newest_of_everybody))
    found: dict[str, tuple[MemberRow, date]] = {}
    if whole is not None:
        extracts.check_rows(session, whole)
        found = _rows(session, whole, niks)
    return found if newest is None or newest is whole else found | _rows(session, newest, niks)


def covers(row: MemberRow, on: date) -> bool:
    """Whether a member file's row says active on its day: listed for its month, or by status within the days of cover."""
    if row.month is not None:
        return True
    begun, lasts = row.cover_from is None or row.cover_from <= on, row.cover_until is None or row.cover_until >= on
    return row.status_code == ACTIVE_CODE and begun and lasts


def residents_of(session: Session, residents: Extract | None, niks: Sequence[str]) -> dict[str, ResidentRow]:
    """What a residents' extract says of these, by NIK."""
    if residents is None:
        return {}
    rows = session.exec(
        select(ResidentRow).where(ResidentRow.extract_id == residents.id, col(ResidentRow.nik).in_(niks), col(ResidentRow.fault).is_(None))
    )
    return {row.nik: row for row in rows}


def _rows(session: Session, members: Extract, niks: Sequence[str]) -> dict[str, tuple[MemberRow, date]]:
    return {row.nik: (row, _day(members)) for row in _believed(session, members, niks)}


def _believed(session: Session, members: Extract, niks: Sequence[str]) -> Iterable[MemberRow]:
    listed = (MemberRow.extract_id == members.id, col(MemberRow.nik).in_(niks), col(MemberRow.fault).is_(None))
    return session.exec(select(MemberRow).where(*listed))


def _day(members: Extract) -> date:
    return members.as_of.astimezone(ZoneInfo(members.timezone)).date()
