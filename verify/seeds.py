"""People and places for a demo or a fresh office: made-up staff, signing authority, hospitals."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from schemas.population.coverage_files import shipped_figures
from verify.auth import hash_password
from verify.composition import Rekom
from verify.population import examples
from workflows.actor import Actor
from workflows.records.hospital import Hospital
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.rules.policy import RegionPolicy
from workflows.states import Role
from workflows.vocabulary import Capacity

DEMO_PASSWORD = "rekom-demo-2026"  # noqa: S105 -- printed on the demo's own screen; production has no demo accounts


@dataclass(frozen=True, slots=True)
class Seat:
    """One demo account."""

    username: str
    name: str
    role: Role
    hospital: str | None = None
    nip: str | None = None
    rank: str | None = None


SEATS = (
    Seat("loket", "Rini Contoh", Role.LOKET),
    Seat("peksos", "Agus Contoh", Role.CASEWORKER),
    Seat("validator", "Dewi Contoh", Role.VALIDATOR),
    Seat("kadis", "Dra. Hj. Wati Contoh, M.Si.", Role.KADIS, nip="19700101 199503 2 999", rank="Pembina Utama Muda (IV/c)"),
    Seat("rs", "Yudi Contoh", Role.HOSPITAL, hospital="RS-CONTOH-1"),
    Seat("rs2", "Nina Contoh", Role.HOSPITAL, hospital="RS-CONTOH-2"),
    Seat("admin", "Tono Contoh", Role.ADMIN),
)

POST_SEATS = (
    Seat("kasi", "Hasan Contoh", Role.KASI),
    Seat("kabid", "Ratna Contoh, S.Sos.", Role.KABID),
    Seat("sekretaris", "Drs. Bambang Contoh", Role.SEKRETARIS),
)
"""Posts of the approval chain, in a region whose policy asks for their paraf or agreement."""

HOSPITALS = (
    ("RS-CONTOH-1", "RSUD Contoh Serang"),
    ("RS-CONTOH-2", "RS Contoh Sejahtera"),
    ("RS-CONTOH-3", "RSIA Contoh Bunda"),
)
CONTRACTS: dict[str, dict[str, Any]] = {
    "RS-CONTOH-1": {"contract_number": "PKS/001/CONTOH", "contract_from": date(2020, 1, 1), "contract_until": date(2030, 12, 31)},
    "RS-CONTOH-2": {"contract_number": "PKS/002/CONTOH", "contract_from": date(2020, 1, 1), "contract_until": date(2030, 12, 31)},
}
"""The third has none: the region guarantees no bill there."""


def office_seats(policy: RegionPolicy) -> tuple[Seat, ...]:
    """The demo accounts of a region."""
    chains = policy.approval_chain.value if policy.approval_chain else ()
    rules = policy.quorum.value if policy.quorum else ()
    asked = {post for chain in chains for post in chain.posts} | {post for rule in rules for post in rule.posts}
    return (*SEATS, *(seat for seat in POST_SEATS if seat.role in asked))


def seed_demo(rekom: Rekom) -> None:
    """Fill an empty database with one made-up office; a second call changes nothing."""
    if rekom.settings.production:
        raise RuntimeError("demo accounts never go into production")
    with rekom.database.write() as session:
        if session.exec(select(Staff.id)).first() is None:
            _hospitals(session, rekom.settings.region)
            _staff(session, rekom, rekom.clock())


def seed_coverage(rekom: Rekom) -> None:
    """What the five seed regions have published of their coverage; a second call changes nothing."""
    by = Actor(id=None, name="demo", roles=frozenset({Role.ADMIN}), region_code=rekom.settings.region)
    with rekom.database.write() as session:
        for _ in examples.publish(session, shipped_figures(), rekom.zone, by, now=rekom.clock()):
            pass


def _hospitals(session: Session, region: str) -> None:
    for number, (code, name) in enumerate(HOSPITALS, 1):
        contract = CONTRACTS.get(code, {})
        session.add(Hospital(code=code, name=name, city="Serang", region_code=region, phone=f"0254 000{number}", **contract))
    session.flush()


def _staff(session: Session, rekom: Rekom, now: datetime) -> None:
    # One hash for all: hashing takes a fifth of a second, and the password is no secret.
    hashed, region = hash_password(DEMO_PASSWORD, environment=rekom.settings.environment), rekom.settings.region
    for seat in office_seats(rekom.policy_today(region)):
        person = Staff(
            username=seat.username,
            name=seat.name,
            nip=seat.nip,
            rank=seat.rank,
            region_code=region,
            hospital_code=seat.hospital,
            password_hash=hashed,
            created_at=now,
        )
        session.add(person)
        session.flush()
        assert person.id is not None
        session.add(StaffRole(staff_id=person.id, role=seat.role))
        if seat.role == Role.KADIS:
            session.add(_authority(person.id, region, rekom.policy_today(region).signer_titles.value[0]))


def _authority(staff_id: int, region: str, title: str) -> SigningAuthority:
    return SigningAuthority(staff_id=staff_id, region_code=region, capacity=Capacity.DEFINITIF, title=title, valid_from=date(2026, 1, 1))
