"""Who became a member since a day: in the newest member files and not in the one before, or by a registration of ours that became active.

The one before held every member: whom a file of some left out may be one for long. All of them are living residents; whoever is in no
residents' extract stands in no village.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from workflows import extracts
from workflows.errors import NotFound
from workflows.records.card import CardSource
from workflows.records.case import Case
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.registration import Registration
from workflows.records.resident import ResidentRow, ResidentStatus
from workflows.registration_states import RegistrationStatus
from workflows.saying import say
from workflows.sealed import vault_of

NO_RESIDENTS = say("Belum ada data penduduk. Minta admin mengimpornya; tanpa itu alamat tidak diketahui.")


@dataclass(frozen=True, slots=True)
class Files:
    """The residents, and the member files where there are two: the one ``before``, of everybody, that new members are not in, and those
    of ``members`` that they are in one of: the newest of everybody and the newest, as far as they are newer."""

    residents: Extract
    members: tuple[Extract, ...]
    before: Extract | None


@dataclass(frozen=True, slots=True)
class Member:
    """A new member where she lives; ``key`` is the digest of her NIK."""

    key: str
    name: str
    birth_date: date
    village: str
    address: str | None
    family_card: str | None
    source: CardSource


def files(session: Session, since: int | None) -> Files:
    """The newest files. ``since`` is the member file to compare with; where it does not stand, the newest of everybody before the newest.

    Raises ``NotFound`` without residents, ``Conflict`` where rows of that file are gone: whom they named would be new.
    """
    residents = extracts.newest(session, ExtractKind.RESIDENTS)
    if residents is None:
        raise NotFound(NO_RESIDENTS)
    applied = extracts.applied(ExtractKind.MEMBERS)
    known = list(session.exec(applied.order_by(col(Extract.as_of).desc(), col(Extract.id).desc())))
    everybody = [one for one in known if one.complete]
    older = [one for one in everybody if one is not known[0]]
    if not older:
        return Files(residents, (), None)
    before = next((one for one in older if one.id == since), older[0])
    extracts.check_whole(session, before)
    newest = (everybody[0], known[0]) if everybody[0] is not known[0] else (known[0],)
    return Files(residents, tuple(one for one in newest if one is not before), before)


def new_members(session: Session, region_code: str, area: str, held: Files) -> list[Member]:
    """Everybody new in ``area``, a village or a district, in the order of a walk: by village, address and family."""
    known = {one.key: one for one in (*_by_registration(session, region_code, area, held), *_by_file(session, area, held))}
    return sorted(known.values(), key=lambda one: (one.village, one.address or "~", one.family_card or "", one.birth_date, one.key))


def _by_file(session: Session, area: str, held: Files) -> Iterator[Member]:
    if held.before is None:
        return
    before, newest = aliased(MemberRow), col(MemberRow.extract_id).in_([one.id for one in held.members])
    was_there = select(before.nik).where(before.extract_id == held.before.id, before.nik == ResidentRow.nik)
    is_there = select(MemberRow.nik).where(newest, MemberRow.nik == ResidentRow.nik, col(MemberRow.fault).is_(None))
    here = (ResidentRow.extract_id == held.residents.id, ResidentRow.status == ResidentStatus.LIVES)
    query = select(ResidentRow).where(*here, col(ResidentRow.village_code).startswith(area))
    rows = session.exec(query.where(is_there.exists(), ~was_there.exists()))
    yield from _members(session, rows, CardSource.MEMBER_FILE)


def _by_registration(session: Session, region_code: str, area: str, held: Files) -> Iterator[Member]:
    """Registrations since the file before; whoever was in it had a card already."""
    query = select(Case.nik).join(Registration, col(Registration.case_id) == Case.id)
    query = query.where(Case.region_code == region_code, Registration.status == RegistrationStatus.ACTIVE, col(Case.nik).is_not(None))
    if held.before is not None:
        since = held.before.as_of.astimezone(ZoneInfo(held.before.timezone)).date()
        query = query.where(col(Registration.active_on) >= since)
    niks = [nik for nik in session.exec(query) if nik is not None]
    yield from _members(session, _living(session, niks, area, held), CardSource.REGISTRATION)


def _living(session: Session, niks: Sequence[str], area: str, held: Files) -> Iterator[ResidentRow]:
    for start in range(0, len(niks), extracts.CHUNK):
        some = niks[start : start + extracts.CHUNK]
        here = (ResidentRow.extract_id == held.residents.id, ResidentRow.status == ResidentStatus.LIVES)
        query = select(ResidentRow).where(*here, col(ResidentRow.nik).in_(some), col(ResidentRow.village_code).startswith(area))
        were = set[str]()
        if held.before is not None:
            were = set(session.exec(select(MemberRow.nik).where(MemberRow.extract_id == held.before.id, col(MemberRow.nik).in_(some))))
        yield from (row for row in session.exec(query) if row.nik not in were)


def of_village(session: Session, residents_id: int, village: str) -> Mapping[str, ResidentRow]:
    """Every resident of a village in one extract, by the digest of the NIK; dead and moved ones too, empty where the extract is gone."""
    digest = vault_of(session.connection().dialect).digest
    rows = session.exec(select(ResidentRow).where(ResidentRow.extract_id == residents_id, ResidentRow.village_code == village))
    return {digest("nik", row.nik): row for row in rows}


def _members(session: Session, rows: Iterable[ResidentRow], source: CardSource) -> Iterator[Member]:
    digest = vault_of(session.connection().dialect).digest
    for row in rows:
        assert row.name and row.birth_date and row.village_code, "a living resident's row is whole"
        yield Member(digest("nik", row.nik), row.name, row.birth_date, row.village_code, row.address, row.family_card, source)
