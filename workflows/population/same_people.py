"""Members who are residents under another NIK: a person decided it, or the comparison of two files was certain and nobody objected."""

from typing import Any

from sqlalchemy import func, union_all
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from workflows import extracts
from workflows.records.extract import ExtractKind, MemberRow
from workflows.records.match import MatchDecision, MatchPair, MatchTier
from workflows.records.resident import ResidentRow, ResidentStatus


def members_by_match(residents_id: int, members_id: int) -> Any:
    """``resident_nik`` and ``member_nik`` of two extracts, each at most once; no row is a resident's whose own NIK is a member's.

    The member is a believed row of the file, and no living resident's by NIK: that one comes first.
    """
    found = union_all(_decided(residents_id), _certain(residents_id, members_id)).subquery()
    table, own, other = aliased(MemberRow), aliased(MemberRow), aliased(ResidentRow)
    is_member = select(own.nik).where(own.extract_id == members_id, own.nik == found.c.resident_nik, col(own.fault).is_(None))
    is_resident = select(other.nik).where(*living(other, residents_id), other.nik == found.c.other_nik)
    row = (col(table.extract_id) == members_id) & (col(table.nik) == found.c.other_nik) & col(table.fault).is_(None)
    pairs = columns(func.min(found.c.resident_nik).label("resident_nik"), found.c.other_nik.label("member_nik")).join(table, row)
    once = pairs.where(~is_member.exists(), ~is_resident.exists()).group_by(found.c.other_nik).subquery()
    return columns(once.c.resident_nik, func.min(once.c.member_nik).label("member_nik")).group_by(once.c.resident_nik).subquery()


def living(table: Any, residents_id: int) -> tuple[Any, ...]:
    """Rows of an extract of residents that are people who live there."""
    return (table.extract_id == residents_id, table.status == ResidentStatus.LIVES)


def stands(kind: ExtractKind, residents_id: int, other_id: int) -> tuple[Any, ...]:
    """Conditions for two files' pairs: nobody decided about the two, nor called one of them the same as somebody else in these files."""
    other: Any = extracts.TABLES[kind]
    word = select(MatchDecision.id).where(MatchDecision.kind == kind)
    same = word.where(col(MatchDecision.same))
    ours, theirs = MatchDecision.resident_nik == MatchPair.resident_nik, MatchDecision.other_nik == MatchPair.other_nik
    believed = (other.extract_id == other_id, other.nik == MatchDecision.other_nik, other.fault.is_(None))
    found = (word.where(ours, theirs), same.where(ours, *believed), same.where(theirs, *_is_there(residents_id)))
    return (col(MatchPair.residents_id) == residents_id, col(MatchPair.other_id) == other_id, *(~one.exists() for one in found))


def _is_there(residents_id: int) -> tuple[Any, ...]:
    """The resident of a decision lives there: whoever left the file keeps nobody else from being found."""
    return (*living(ResidentRow, residents_id), ResidentRow.nik == MatchDecision.resident_nik)


def _decided(residents_id: int) -> Any:
    said = columns(col(MatchDecision.resident_nik), col(MatchDecision.other_nik)).where(col(MatchDecision.same))
    return said.where(col(MatchDecision.kind) == ExtractKind.MEMBERS, *_is_there(residents_id))


def _certain(residents_id: int, members_id: int) -> Any:
    pairs = columns(col(MatchPair.resident_nik), col(MatchPair.other_nik)).where(col(MatchPair.tier) == MatchTier.CERTAIN)
    return pairs.where(*stands(ExtractKind.MEMBERS, residents_id, members_id))
