"""Residents beside members or DTSEN: first by NIK, then those whom no NIK matched, and what people decide about the doubtful."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.records.extract import DtsenRow, Extract, ExtractKind, MemberRow
from workflows.records.match import MatchDecision, MatchPair, MatchTier
from workflows.records.resident import ResidentRow, ResidentStatus

MILLION = 1_000_000
READ_PAIRS = "READ_PAIRS"
SHORTEST_REASON = 5
OTHERS: Mapping[ExtractKind, type[DtsenRow] | type[MemberRow]] = {ExtractKind.DTSEN: DtsenRow, ExtractKind.MEMBERS: MemberRow}


@dataclass(frozen=True, slots=True)
class Person:
    """What two files can be compared by. Without a name nobody is compared."""

    nik: str
    name: str
    birth_date: date | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A resident and somebody else, by NIK, and how probable it is that they are one, from 0 to 1."""

    resident: str
    other: str
    probability: float


@dataclass(frozen=True, slots=True)
class Question:
    """Two files to compare: ``by_nik`` people are matched already, the rest is to be compared."""

    residents: Extract
    other: Extract
    by_nik: int
    left: Sequence[Person]
    right: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair for a person to look at, side by side."""

    pair: MatchPair
    kind: ExtractKind
    resident: ResidentRow
    other: DtsenRow | MemberRow


def question(session: Session, kind: ExtractKind) -> Question:
    """The newest residents and the newest file of a kind; pairs decided to be different people are not asked again."""
    if kind not in OTHERS:
        raise InvalidInput("Penduduk dicocokkan dengan anggota BPJS atau DTSEN. Pilih salah satu.")
    residents, other = extracts.newest(session, ExtractKind.RESIDENTS), extracts.newest_of_everybody(session, kind)
    if residents is None or other is None:
        raise NotFound("Data penduduk atau berkas pasangannya belum ada. Impor dulu keduanya.")
    table = OTHERS[kind]
    living = (col(ResidentRow.extract_id) == residents.id, col(ResidentRow.status) == ResidentStatus.LIVES)
    good = (col(table.extract_id) == other.id, col(table.fault).is_(None))
    same = select(table.nik).where(*good, col(table.nik) == ResidentRow.nik).exists()
    known = select(ResidentRow.nik).where(*living, col(ResidentRow.nik) == table.nik).exists()
    by_nik = session.exec(select(func.count()).select_from(ResidentRow).where(*living, same)).one()
    people: tuple[Any, ...] = (ResidentRow.nik, ResidentRow.name, ResidentRow.birth_date, ResidentRow.address)
    left = [Person(*row) for row in session.execute(columns(*map(col, people)).where(*living, ~same))]
    named = columns(col(table.nik), col(table.name), col(table.birth_date)).where(*good, ~known, col(table.name).is_not(None))
    return Question(residents, other, by_nik, left, [Person(*row) for row in session.execute(named)])


def keep(session: Session, asked: Question, certain: Iterable[Pair], doubtful: Iterable[Pair], by: Actor, *, now: datetime) -> None:
    """Store what a comparison found in place of what an earlier one of the same two files had found."""
    gone = delete(MatchPair).where(col(MatchPair.residents_id) == asked.residents.id, col(MatchPair.other_id) == asked.other.id)
    session.execute(gone)
    rows = [_row(asked, pair, MatchTier.CERTAIN) for pair in certain] + [_row(asked, pair, MatchTier.DOUBTFUL) for pair in doubtful]
    if rows:
        session.execute(insert(MatchPair), rows)
    counted = {tier.value: sum(row["tier"] is tier for row in rows) for tier in MatchTier}
    audit.record(session, extracts.subject(asked.other), "MATCH", actor=by, now=now, by_nik=asked.by_nik, **counted)


def doubts(session: Session, limit: int = 20) -> list[Doubt]:
    """Undecided doubtful pairs of standing files, the most probable first."""
    decided = select(MatchDecision.id).where(
        MatchDecision.resident_nik == MatchPair.resident_nik,
        MatchDecision.other_nik == MatchPair.other_nik,
        MatchDecision.kind == Extract.kind,
    )
    query = (
        select(MatchPair, Extract.kind)
        .join(Extract, col(Extract.id) == MatchPair.other_id)
        .where(MatchPair.tier == MatchTier.DOUBTFUL, col(Extract.undone_at).is_(None), ~decided.exists())
        .order_by(col(MatchPair.probability).desc(), col(MatchPair.resident_nik), col(MatchPair.other_nik))
        .limit(limit)
    )
    found = [_doubt(session, pair, ExtractKind(kind)) for pair, kind in session.exec(query)]
    return [doubt for doubt in found if doubt is not None]


def shown(session: Session, actor: Actor, limit: int = 20, *, now: datetime) -> list[Doubt]:
    """The same for somebody to look at, whose own trail says which pairs they saw."""
    found = doubts(session, limit)
    if found:
        audit.record_on_person(session, READ_PAIRS, actor=actor, now=now, pairs=[doubt.pair.id for doubt in found])
    return found


def doubt_of(session: Session, pair_id: int) -> Doubt:
    """One pair by its number; ``NotFound`` where its files are gone."""
    pair = session.get(MatchPair, pair_id)
    doubt = _doubt(session, pair, session.get_one(Extract, pair.other_id).kind) if pair else None
    if doubt is None:
        raise NotFound("Pasangan ini tidak ada lagi. Muat ulang daftarnya.")
    return doubt


def decide(session: Session, doubt: Doubt, same: bool, reason: str, by: Actor, *, now: datetime) -> MatchDecision:
    """One person's word on two rows; ``Conflict`` where somebody else said it first."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput("Tulis alasan singkat, misalnya: alamat dan nama ibu sama.")
    if decision_on(session, doubt.kind, doubt.pair.resident_nik, doubt.pair.other_nik) is not None:
        raise Conflict("Pasangan ini sudah diputuskan orang lain. Muat ulang daftarnya.")
    made = MatchDecision(
        kind=doubt.kind,
        resident_nik=doubt.pair.resident_nik,
        other_nik=doubt.pair.other_nik,
        same=same,
        reason=reason.strip(),
        decided_at=now,
        decided_by=by.name,
    )
    session.add(made)
    session.flush()
    audit.record(session, f"match:{made.id}", "DECIDE_MATCH", actor=by, now=now, same=same)
    return made


def decision_on(session: Session, kind: ExtractKind, resident: str, other: str) -> MatchDecision | None:
    """What was decided about two NIKs."""
    found = select(MatchDecision).where(
        MatchDecision.kind == kind, MatchDecision.resident_nik == resident, MatchDecision.other_nik == other
    )
    return session.exec(found).first()


def _doubt(session: Session, pair: MatchPair, kind: ExtractKind) -> Doubt | None:
    """The pair with both rows; None where an undone import took one with it."""
    resident = session.get(ResidentRow, (pair.residents_id, pair.resident_nik))
    other: DtsenRow | MemberRow | None = session.get(OTHERS[kind], (pair.other_id, pair.other_nik))  # type: ignore[assignment]
    return Doubt(pair, kind, resident, other) if resident is not None and other is not None else None


def _row(asked: Question, pair: Pair, tier: MatchTier) -> dict[str, Any]:
    return {
        "residents_id": asked.residents.id,
        "other_id": asked.other.id,
        "resident_nik": pair.resident,
        "other_nik": pair.other,
        "tier": tier,
        "probability": round(pair.probability * MILLION),
    }
