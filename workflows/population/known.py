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


def member_files(session: Session) -> list[Extract]:
    """The member files that tell of anybody today: the newest of everybody, then a newer one of some; without the first the newest alone.

    Empty where there is none. Raises ``Conflict`` where rows of one of them are gone.
    """
    whole, newest = (find(session, ExtractKind.MEMBERS) for find in (extracts.newest_of_everybody, extracts.newest))
    files = [file for file in (whole, newest if newest is not whole else None) if file is not None]
    for file in files:
        extracts.check_whole(session, file)
    return files


def member_rows(session: Session, files: Iterable[Extract], niks: Sequence[str]) -> dict[str, tuple[MemberRow, date]]:
    """What BPJS says of these, and on which day: the last of the ``member_files`` that lists somebody.

    So whom a file of some members leaves out is not without cover for that.
    """
    found: dict[str, tuple[MemberRow, date]] = {}
    for file in files:
        found |= {row.nik: (row, _day(file)) for row in _believed(session, file, niks)}
    return found


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


def _believed(session: Session, members: Extract, niks: Sequence[str]) -> Iterable[MemberRow]:
    listed = (MemberRow.extract_id == members.id, col(MemberRow.nik).in_(niks), col(MemberRow.fault).is_(None))
    return session.exec(select(MemberRow).where(*listed))


def _day(members: Extract) -> date:
    return members.as_of.astimezone(ZoneInfo(members.timezone)).date()
