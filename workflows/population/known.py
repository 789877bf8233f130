"""What the newest files know of given people, by NIK: who is an active member, who lives, died or moved."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows.population.coverage import ACTIVE_CODE
from workflows.records.extract import Extract, MemberRow
from workflows.records.resident import ResidentRow


def active_members(session: Session, members: Extract | None, niks: Sequence[str]) -> set[str]:
    """Who of these is an active member: listed for the file's month, or active by status within the days of cover."""
    if members is None:
        return set()
    on = members.as_of.astimezone(ZoneInfo(members.timezone)).date()
    rows = session.exec(
        select(MemberRow).where(MemberRow.extract_id == members.id, col(MemberRow.nik).in_(niks), col(MemberRow.fault).is_(None))
    )
    return {row.nik for row in rows if covers(row, on)}


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
