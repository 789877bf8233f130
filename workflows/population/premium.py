"""The premium bill against what the city knows: who is billed twice, dead, gone, paid for by others, or nobody at all.

A line is disputed only on evidence. Where a file says nothing certain about a person, the line stands.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import audit, extracts
from workflows.actor import Actor
from workflows.errors import Conflict, NotFound
from workflows.population.known import member_files, member_rows
from workflows.ports import Segment
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.premium import DisputeReason, PremiumBill, PremiumDispute, PremiumLine
from workflows.records.resident import ResidentRow, ResidentStatus

CHUNK = 1_000
ACTIVE_CODE = "0"
ELSEWHERE: Mapping[Segment, tuple[DisputeReason, str]] = {
    Segment.PPU: (DisputeReason.EMPLOYEE, "Peserta pekerja penerima upah; iurannya dibayar pemberi kerja."),
    Segment.PBI_JK: (DisputeReason.PBI_JK, "Peserta PBI JK; iurannya dibayar pemerintah pusat."),
}
"""Segments in which somebody else pays."""

Alike = Callable[[str, str], bool]
"""Whether two spellings may name one person."""


@dataclass(frozen=True, slots=True)
class Files:
    """What a bill was held against. ``newer_members`` is a file of some members that came after that of everybody, if one had."""

    residents: Extract
    members: Extract
    newer_members: Extract | None


class AlreadyChecked(Conflict):
    """The same bill against the same files."""

    slug = "tagihan-sudah-diperiksa"
    sentence = "Tagihan ini sudah diperiksa dengan data yang sama. Tidak ada yang diubah."


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the bill. ``nik`` is None where the cell can be nobody's; ``amount`` in rupiah."""

    line: int
    nik: str | None
    card: str | None
    name: str | None
    birth_date: date | None
    amount: int


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that was read to its end; ``month`` is its first day, ``rate`` the premium a head in force then."""

    sha256: str
    file_name: str
    month: date
    rate: int
    lines: Sequence[BillLine]


@dataclass(frozen=True, slots=True)
class Dispute:
    """One line not to be paid yet, and why."""

    line: int
    reason: DisputeReason
    nik: str | None
    card: str | None
    name: str | None
    amount: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the files say of one person; None where they do not name the person."""

    resident: ResidentRow | None
    member: MemberRow | None


def check(session: Session, bill: Bill, alike: Alike, by: Actor, *, now: datetime) -> PremiumBill:
    """Check a bill of the actor's region against the newest residents and members; keep who is on it and what is disputed.

    It stands against the newest file of every member and a newer one of some, or where there is no file of everybody against the newest:
    that one may leave out whom others pay for. Raises ``NotFound`` where one of the files is missing, ``AlreadyChecked`` where nothing is
    new, ``Conflict`` where a member file's rows are gone.
    """
    residents, members = extracts.newest(session, ExtractKind.RESIDENTS), member_files(session)
    if residents is None or not members:
        raise NotFound("Data penduduk atau berkas anggota belum ada. Impor dulu keduanya.")
    disputes = list(disputed(session, bill, residents, members, alike))
    assert residents.id is not None and members[0].id is not None
    checked = PremiumBill(
        sha256=bill.sha256,
        file_name=bill.file_name,
        month=bill.month,
        residents_id=residents.id,
        members_id=members[0].id,
        newer_members_id=members[1].id if len(members) > 1 else None,
        lines=len(bill.lines),
        billed=sum(line.amount for line in bill.lines),
        disputed_lines=len(disputes),
        disputed=sum(dispute.amount for dispute in disputes),
        checked_at=now,
        checked_by=by.name,
        region_code=by.region_code,
    )
    session.add(checked)
    try:
        session.flush()
    except IntegrityError:
        raise AlreadyChecked() from None
    for start in range(0, len(bill.lines), CHUNK):
        session.execute(insert(PremiumLine), [_kept(checked, line) for line in bill.lines[start : start + CHUNK]])
    if disputes:
        session.execute(insert(PremiumDispute), [{"bill_id": checked.id, **asdict(dispute)} for dispute in disputes])
    told = {"month": bill.month.isoformat(), "lines": checked.lines, "disputed": checked.disputed_lines, "rupiah": checked.disputed}
    audit.record(session, subject(checked), "CHECK_BILL", actor=by, now=now, **told)
    return checked


def disputed(session: Session, bill: Bill, residents: Extract, members: Sequence[Extract], alike: Alike) -> Iterator[Dispute]:
    """The lines to dispute, in the bill's order; each has one reason, the gravest. ``members`` are the files of ``member_files``."""
    niks: dict[str, int] = {}
    cards: dict[str, int] = {}
    lines = iter(bill.lines)
    while chunk := list(islice(lines, CHUNK)):
        known = _known(session, residents, members, chunk)
        for line in chunk:
            first = niks.setdefault(line.nik or f"line {line.line}", line.line)
            first = min(first, cards.setdefault(line.card or f"line {line.line}", line.line))
            reason, evidence = _judged(line, first, known.get(line.nik or ""), bill, alike)
            if reason is not None:
                yield Dispute(line.line, reason, line.nik, line.card, line.name, _amount(line, reason, bill.rate), evidence)


def files_of(session: Session, bill: PremiumBill) -> Files:
    """The files it was checked against; where ``members`` is not ``complete``, it may leave out whom others pay for."""
    newer = session.get_one(Extract, bill.newer_members_id) if bill.newer_members_id is not None else None
    return Files(session.get_one(Extract, bill.residents_id), session.get_one(Extract, bill.members_id), newer)


def disputes_of(session: Session, bill: PremiumBill) -> list[PremiumDispute]:
    """What was kept of a bill, in its order."""
    return list(session.exec(select(PremiumDispute).where(PremiumDispute.bill_id == bill.id).order_by(col(PremiumDispute.line))))


def subject(bill: PremiumBill) -> str:
    """The bill's place in the audit trail."""
    return f"bill:{bill.id}"


def _kept(bill: PremiumBill, line: BillLine) -> dict[str, object]:
    return {"bill_id": bill.id, "line": line.line, "nik_digest": line.nik, "amount": line.amount}


def _judged(line: BillLine, first: int, known: Known | None, bill: Bill, alike: Alike) -> tuple[DisputeReason | None, str]:
    if line.nik is None:
        return DisputeReason.NIK_INVALID, "NIK tidak mungkin benar."
    if first != line.line:
        return DisputeReason.DOUBLE, f"NIK atau nomor kartu sama dengan baris {first} di tagihan ini."
    resident, member = (known.resident, known.member) if known else (None, None)
    if resident is None:
        return DisputeReason.NOT_FOUND, "NIK tidak ada di data penduduk."
    return _gone(resident, bill.month) or _paid_elsewhere(member) or _other_person(line, resident, alike) or _rate(line, bill.rate)


def _gone(resident: ResidentRow, month: date) -> tuple[DisputeReason, str] | None:
    """Dead or moved before the month began; during it the premium was due."""
    if resident.status in (None, ResidentStatus.LIVES) or (resident.status_on is not None and resident.status_on >= month):
        return None
    since = f" sejak {resident.status_on:%d-%m-%Y}" if resident.status_on else ""
    died = resident.status is ResidentStatus.DIED
    said = "meninggal" if died else "pindah dari daerah ini"
    return (DisputeReason.DIED if died else DisputeReason.MOVED), f"Menurut data penduduk {said}{since}."


def _paid_elsewhere(member: MemberRow | None) -> tuple[DisputeReason, str] | None:
    if member is None or member.segment is None or not (member.month or member.status_code == ACTIVE_CODE):
        return None
    return ELSEWHERE.get(member.segment)


def _other_person(line: BillLine, resident: ResidentRow, alike: Alike) -> tuple[DisputeReason, str] | None:
    if resident.fault is not None:
        return None
    if line.name and resident.name and not alike(line.name, resident.name):
        return DisputeReason.MISMATCH, "Nama di tagihan dan di data penduduk bukan nama orang yang sama."
    if line.birth_date and resident.birth_date and line.birth_date != resident.birth_date:
        return DisputeReason.MISMATCH, "Tanggal lahir di tagihan berbeda dari data penduduk."
    return None


def _rate(line: BillLine, rate: int) -> tuple[DisputeReason | None, str]:
    if line.amount > rate:
        return DisputeReason.RATE, f"Iuran lebih besar dari tarif Rp {rate}."
    return None, ""


def _amount(line: BillLine, reason: DisputeReason, rate: int) -> int:
    """All of the line, or of a wrong rate what is too much."""
    return line.amount - rate if reason is DisputeReason.RATE else line.amount


def _known(session: Session, residents: Extract, members: Sequence[Extract], lines: Iterable[BillLine]) -> dict[str, Known]:
    niks = sorted({line.nik for line in lines if line.nik})
    living = select(ResidentRow).where(ResidentRow.extract_id == residents.id, col(ResidentRow.nik).in_(niks))
    there = {row.nik: row for row in session.exec(living)}
    paying = {nik: row for nik, (row, _) in member_rows(session, members, niks).items()}
    return {nik: Known(there.get(nik), paying.get(nik)) for nik in niks}
