"""Residents beside members or DTSEN: first by NIK, then those whom no NIK matched, and what people decide about the doubtful."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, false, func, insert, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.population.same_people import stands
from workflows.records.extract import DtsenRow, Extract, ExtractKind, MemberRow
from workflows.records.match import MatchDecision, MatchPair, MatchTier
from workflows.records.resident import ResidentRow, ResidentStatus
from workflows.sealed import vault_of

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


@dataclass(frozen=True, slots=True)
class Pair:
    """A resident and somebody else, by NIK, and how probable it is that they are one, from 0 to 1."""

    resident: str
    other: str
    probability: float


@dataclass(frozen=True, slots=True)
class Question:
    """Two files to compare: ``by_nik`` people are matched already, the rest is to be compared.

    ``apart`` are pairs of NIKs, a resident's and another's, that a person told apart; whom a person called the same is in neither list.
    """

    residents: Extract
    other: Extract
    by_nik: int
    left: Sequence[Person]
    right: Sequence[Person]
    apart: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair for a person to look at, side by side."""

    pair: MatchPair
    kind: ExtractKind
    resident: ResidentRow
    other: DtsenRow | MemberRow


def question(session: Session, kind: ExtractKind) -> Question:
    """The newest residents and the newest file of a kind; what a person decided about two of them is not asked again."""
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
    there, here = (
        _called_the_same(kind, MatchDecision.resident_nik, ResidentRow.nik),
        _called_the_same(kind, MatchDecision.other_nik, table.nik),
    )
    settled = there.join(table, col(table.nik) == MatchDecision.other_nik).where(*good).exists()
    taken = here.join(ResidentRow, col(ResidentRow.nik) == MatchDecision.resident_nik).where(*living).exists()
    rest = columns(col(ResidentRow.nik), col(ResidentRow.name), col(ResidentRow.birth_date)).where(*living, ~same, ~settled)
    named = columns(col(table.nik), col(table.name), col(table.birth_date)).where(*good, ~known, ~taken, col(table.name).is_not(None))
    left, right = ([Person(*row) for row in session.execute(query)] for query in (rest, named))
    return Question(residents, other, by_nik, left, right, _told_apart(session, kind))


def keep(session: Session, asked: Question, certain: Iterable[Pair], doubtful: Iterable[Pair], by: Actor, *, now: datetime) -> None:
    """Store what a comparison found in place of what an earlier one of the same two files had found."""
    gone = delete(MatchPair).where(col(MatchPair.residents_id) == asked.residents.id, col(MatchPair.other_id) == asked.other.id)
    session.execute(gone)
    rows = [_row(asked, pair, tier) for tier, pairs in ((MatchTier.CERTAIN, certain), (MatchTier.DOUBTFUL, doubtful)) for pair in pairs]
    if rows:
        session.execute(insert(MatchPair), rows)
    counted = {tier.value: sum(row["tier"] is tier for row in rows) for tier in MatchTier}
    audit.record(session, extracts.subject(asked.other), "MATCH", actor=by, now=now, by_nik=asked.by_nik, **counted)


def doubts(session: Session, limit: int = 20) -> list[Doubt]:
    """Undecided doubtful pairs of the files in force, the most probable first."""
    return _listed(session, MatchTier.DOUBTFUL, col(MatchPair.probability).desc(), limit)


def certain(session: Session, limit: int = 20) -> list[Doubt]:
    """Certain pairs to which nobody said anything, the least probable first: a person may still tell them apart."""
    return _listed(session, MatchTier.CERTAIN, col(MatchPair.probability), limit)


def waiting(session: Session, tier: MatchTier) -> int:
    """How many pairs of a tier nobody decided."""
    return int(session.exec(_undecided(session, select(func.count()).select_from(MatchPair), tier)).one())


def _listed(session: Session, tier: MatchTier, first: Any, limit: int) -> list[Doubt]:
    query = _undecided(session, select(MatchPair, Extract.kind), tier)
    found = session.exec(query.order_by(first, col(MatchPair.resident_nik), col(MatchPair.other_nik)).limit(limit))
    pairs = [_doubt(session, pair, ExtractKind(kind)) for pair, kind in found]
    return [doubt for doubt in pairs if doubt is not None]


def _undecided(session: Session, query: Any, tier: MatchTier) -> Any:
    """Of the files in force alone: without pairs that were decided, and without others of somebody who was found by a decision."""
    pairs = query.join(Extract, col(Extract.id) == MatchPair.other_id).where(MatchPair.tier == tier)
    return pairs.where(or_(false(), *(and_(*stands(kind, residents, other)) for kind, residents, other in _in_force(session))))


def _in_force(session: Session) -> list[tuple[ExtractKind, int, int]]:
    """The two files that a comparison of each kind would take."""
    residents = extracts.newest(session, ExtractKind.RESIDENTS)
    others = [(kind, extracts.newest_of_everybody(session, kind)) for kind in OTHERS]
    return [(kind, residents.id, other.id) for kind, other in others if residents and residents.id and other and other.id]


def shown(session: Session, actor: Actor, tier: MatchTier, limit: int = 20, *, now: datetime) -> list[Doubt]:
    """The pairs of a tier for somebody to look at, whose own trail says whom they saw: NIKs as keyed digests, for pairs come and go."""
    found = certain(session, limit) if tier is MatchTier.CERTAIN else doubts(session, limit)
    if found:
        digest = vault_of(session.connection().dialect).digest
        seen = dict.fromkeys(digest("nik", nik) for doubt in found for nik in (doubt.pair.resident_nik, doubt.pair.other_nik))
        audit.record_on_person(session, READ_PAIRS, actor=actor, now=now, persons=list(seen))
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


def _called_the_same(kind: ExtractKind, ours: Any, nik: Any) -> Any:
    return select(MatchDecision.id).where(MatchDecision.kind == kind, col(MatchDecision.same), ours == nik)


def _told_apart(session: Session, kind: ExtractKind) -> frozenset[tuple[str, str]]:
    told = select(MatchDecision.resident_nik, MatchDecision.other_nik).where(MatchDecision.kind == kind, ~col(MatchDecision.same))
    return frozenset((resident, other) for resident, other in session.exec(told))


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
