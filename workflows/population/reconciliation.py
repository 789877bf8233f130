"""Letters, member file and bill beside each other: who stands in which of the three, with rupiah and evidence.

Our side is a letter A with a seat, or a batch of the region's own scheme; theirs the members whom the region pays for, and the bill's
lines. Everybody of the three stands in exactly one cell, so that people and rupiah of the cells are those of the sources.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict
from workflows.population.grounds import Ground, forgotten, grounds
from workflows.population.known import covers
from workflows.population.premium import subject
from workflows.population.premium_lines import Sum
from workflows.ports import Segment
from workflows.records.extract import Extract, MemberRow
from workflows.records.premium import PremiumBill, PremiumDispute, PremiumLine
from workflows.saying import say
from workflows.sealed import vault_of

AT_ONCE = 5_000
NO_LINES = say("Isi tagihan ini sudah dihapus menurut masa simpannya. Periksa lagi berkas tagihannya, lalu cocokkan.")


class Cell(StrEnum):
    """In which of the three somebody stands: letter (or batch), member file, bill."""

    ALL = "ALL"
    NOT_BILLED = "NOT_BILLED"
    NOT_MEMBER = "NOT_MEMBER"
    LETTER_ONLY = "LETTER_ONLY"
    NO_LETTER = "NO_LETTER"
    MEMBER_ONLY = "MEMBER_ONLY"
    BILL_ONLY = "BILL_ONLY"


CELLS: Mapping[tuple[bool, bool, bool], Cell] = {
    (True, True, True): Cell.ALL,
    (True, True, False): Cell.NOT_BILLED,
    (True, False, True): Cell.NOT_MEMBER,
    (True, False, False): Cell.LETTER_ONLY,
    (False, True, True): Cell.NO_LETTER,
    (False, True, False): Cell.MEMBER_ONLY,
    (False, False, True): Cell.BILL_ONLY,
}
"""By letter, member and bill."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A month as the three are held against each other: until its end, in the office's zone, at its premium a head."""

    rate: int
    zone: str


class Billed(NamedTuple):
    """The first line that bills somebody, and what it asks for."""

    line: int
    rupiah: int


class Member(NamedTuple):
    """What the member file says of somebody: who, whose premium, whether active on its day."""

    nik: str
    name: str | None
    segment: Segment | None
    active: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One person in her cell. ``rupiah`` is what the bill asks for, or what a month costs where it asks for nothing yet.

    ``nik`` is None where only the bill's file knows it: its line says where.
    """

    cell: Cell
    nik: str | None
    name: str | None
    rupiah: int
    ground: Ground | None
    member: Member | None
    billed: Billed | None


@dataclass(slots=True)
class Counted:
    """People and rupiah by cell, and the bill's lines beside them: without a readable NIK, or of somebody who was billed already.

    ``forgotten`` grounds are past their term: nobody can say any more whose they are. ``apart`` is empty unless it was asked for.
    """

    members_on: date
    cells: dict[Cell, Sum] = field(default_factory=lambda: dict.fromkeys(Cell, Sum()))
    beside: Sum = field(default_factory=Sum)
    forgotten: int = 0
    apart: list[Found] = field(default_factory=list)


def count(session: Session, bill: PremiumBill, sides: Sides, *, listing: bool = False) -> Counted:
    """The whole bill in cells; with the lines beside them its cells come to the bill's own lines and rupiah.

    With ``listing`` it keeps everybody who does not stand in all three. Raises ``Conflict`` as ``reconciled`` does.
    """
    counted, billed = Counted(_day(session.get_one(Extract, bill.members_id))), Sum()
    for one in reconciled(session, bill, sides):
        counted.cells[one.cell] += Sum(1, one.rupiah)
        billed += Sum(1, one.rupiah) if one.billed else Sum()
        if listing and one.cell is not Cell.ALL:
            counted.apart.append(one)
    counted.beside = Sum(bill.lines - billed.lines, bill.billed - billed.rupiah)
    counted.forgotten = forgotten(session, bill, sides.zone)
    return counted


def reconciled(session: Session, bill: PremiumBill, sides: Sides) -> Iterator[Found]:
    """Everybody of the three, once; the members first, in the order of their NIKs.

    Raises ``Conflict`` where rows of the member file or of the bill are gone: everybody would seem to be missing there.
    """
    _check_whole(session, bill)
    paying, billed = grounds(session, bill, sides.zone), _billed(session, bill)
    digest = vault_of(session.connection().dialect).digest
    for member in _paid_for(session, bill):
        key = digest("nik", member.nik)
        yield _found(paying.pop(key, None), member, billed.pop(key, None), sides)
    others = {one.nik: one for one in _elsewhere(session, bill, [ground.nik for ground in paying.values()])}
    for key, ground in paying.items():
        yield _found(ground, others.get(ground.nik), billed.pop(key, None), sides)
    disputed = _disputed(session, bill)
    for line in billed.values():
        nik, name = disputed.get(line.line, (None, None))
        yield Found(Cell.BILL_ONLY, nik, name, line.rupiah, None, None, line)


def take_out(session: Session, bill: PremiumBill, purpose: str, people: int, actor: Actor, *, now: datetime) -> None:
    """Write down who takes so many people out, and what for; the caller holds the bill's lock, and hands the file out after that."""
    audit.record(session, subject(bill), "EXPORT_RECONCILIATION", actor=actor, now=now, purpose=purpose, people=people)


def _check_whole(session: Session, bill: PremiumBill) -> None:
    if not extracts.is_whole(session, session.get_one(Extract, bill.members_id)):
        number = bill.members_id
        raise Conflict(say("Baris berkas peserta #{number} sudah dihapus. Periksa lagi tagihan ini dengan berkas lain.", number=number))
    if session.exec(select(PremiumLine.line).where(PremiumLine.bill_id == bill.id).limit(1)).first() is None:
        raise Conflict(NO_LINES)


def _found(ground: Ground | None, member: Member | None, billed: Billed | None, sides: Sides) -> Found:
    paid_for = member is not None and member.active and member.segment is Segment.PEMDA
    cell = CELLS[ground is not None, paid_for, billed is not None]
    rupiah = billed.rupiah if billed else 0 if cell is Cell.LETTER_ONLY else sides.rate
    who = member or ground
    assert who is not None, "whoever only the bill knows is found there"
    return Found(cell, who.nik, who.name or (ground.name if ground else None), rupiah, ground, member, billed)


def _billed(session: Session, bill: PremiumBill) -> dict[str, Billed]:
    """The bill by the digest of the NIK; of somebody's lines the first."""
    lines = select(PremiumLine.nik_digest, PremiumLine.line, PremiumLine.amount).where(
        PremiumLine.bill_id == bill.id, col(PremiumLine.nik_digest).is_not(None)
    )
    found: dict[str, Billed] = {}
    for key, line, rupiah in session.exec(lines.order_by(col(PremiumLine.line))):
        found.setdefault(str(key), Billed(line, rupiah))
    return found


def _paid_for(session: Session, bill: PremiumBill) -> Iterator[Member]:
    """Active members of the region's own segment, in the file the bill was checked against; read piece by piece."""
    on, last = _day(session.get_one(Extract, bill.members_id)), ""
    query = select(MemberRow).where(
        MemberRow.extract_id == bill.members_id, MemberRow.segment == Segment.PEMDA, col(MemberRow.fault).is_(None)
    )
    while rows := session.exec(query.where(MemberRow.nik > last).order_by(col(MemberRow.nik)).limit(AT_ONCE)).all():
        last = rows[-1].nik
        yield from (_member(row, on) for row in rows if covers(row, on))


def _elsewhere(session: Session, bill: PremiumBill, niks: list[str]) -> Iterator[Member]:
    """What the same file says of these, whatever they are in it."""
    on = _day(session.get_one(Extract, bill.members_id))
    for start in range(0, len(niks), extracts.CHUNK):
        some = col(MemberRow.nik).in_(niks[start : start + extracts.CHUNK])
        rows = select(MemberRow).where(MemberRow.extract_id == bill.members_id, some, col(MemberRow.fault).is_(None))
        yield from (_member(row, on) for row in session.exec(rows))


def _disputed(session: Session, bill: PremiumBill) -> dict[int, tuple[str | None, str | None]]:
    lines = select(PremiumDispute.line, PremiumDispute.nik, PremiumDispute.name).where(PremiumDispute.bill_id == bill.id)
    return {line: (nik, name) for line, nik, name in session.exec(lines)}


def _member(row: MemberRow, on: date) -> Member:
    return Member(row.nik, row.name, row.segment, covers(row, on))


def _day(extract: Extract) -> date:
    return extract.as_of.astimezone(ZoneInfo(extract.timezone)).date()
