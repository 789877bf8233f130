"""What an appointment to sign must keep to, whoever gives it: days in order, nothing twice, a post beside a.n."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from workflows.errors import Conflict, InvalidInput
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff
from workflows.rules.policy import RegionPolicy
from workflows.rules.signing_titles import may_sign_as
from workflows.saying import say, sayings
from workflows.vocabulary import Capacity, LetterType

CALLED = sayings({Capacity.DEFINITIF: "definitif", Capacity.PLT: "Plt.", Capacity.PLH: "Plh.", Capacity.AN: "a.n."})
"""Each capacity as offices call it."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A signing authority to give; ``valid_to`` is the last day, which every acting capacity needs.

    ``position`` is the own post of who signs a.n.; no letter type means all; ``hours`` make it a turn of duty.
    """

    capacity: Capacity
    title: str
    valid_from: date
    valid_to: date | None = None
    position: str | None = None
    letter_types: frozenset[LetterType] = frozenset()
    hours: tuple[datetime, datetime] | None = None


def check_days(new: Appointment, *, now: datetime) -> None:
    """Every acting capacity ends, and not in the past; who signs a.n. names the own post."""
    if new.valid_to is None:
        if new.capacity != Capacity.DEFINITIF:
            raise InvalidInput(say("Penunjukan {capacity} harus punya hari terakhir. Sebutkan hari terakhirnya.", capacity=new.capacity))
        return
    if new.capacity == Capacity.AN and new.position is None and new.hours is None:
        raise InvalidInput(say("Penanda tangan a.n. menyebut jabatannya sendiri, misalnya Sekretaris. Isi jabatannya."))
    if new.hours and new.hours[1] <= new.hours[0]:
        raise InvalidInput(say("Jam selesai mendahului jam mulai. Periksa kedua waktu."))
    if new.valid_to < new.valid_from:
        raise InvalidInput(say("Hari terakhir mendahului hari pertama. Periksa kedua tanggal."))
    if new.valid_to < now.date():  # UTC is never ahead of Indonesia
        raise InvalidInput(say("Hari terakhir {day} sudah lewat. Periksa tanggalnya.", day=spoken_day(new.valid_to)))


def check_title(new: Appointment, blocks: Iterable[RegionPolicy]) -> None:
    """The title is one of those the region names for each of the days; Plt., Plh. and a.n. before it do not count."""
    for block in blocks:
        begins_in_time = new.valid_to is None or block.valid_from <= new.valid_to
        if begins_in_time and (block.valid_to is None or new.valid_from < block.valid_to) and not may_sign_as(block, new.title):
            raise InvalidInput(
                say(
                    "Aturan daerah sejak {day} tidak mengenal jabatan {title}. Pilih dari: {titles}.",
                    day=spoken_day(block.valid_from),
                    title=new.title,
                    titles="; ".join(block.signer_titles.value),
                )
            )


def check_no_overlap(session: Session, person: Staff, new: Appointment) -> None:
    """One authority a day, or turns of duty one after the other."""
    query = select(SigningAuthority).where(
        SigningAuthority.staff_id == person.id,
        or_(col(SigningAuthority.valid_to).is_(None), col(SigningAuthority.valid_to) >= new.valid_from),
    )
    if new.valid_to is not None:
        query = query.where(SigningAuthority.valid_from <= new.valid_to)
    other = next((one for one in session.exec(query) if not _other_hours(one, new)), None)
    if other is not None:
        until = say("sampai {day}", day=spoken_day(other.valid_to)) if other.valid_to else say("tanpa hari terakhir")
        raise Conflict(
            say(
                "{name} sudah memegang kewenangan {capacity} (nomor {id}) dari {since} {until}. Akhiri dulu, atau pilih hari lain.",
                name=person.name,
                capacity=CALLED[other.capacity],
                id=other.id,
                since=spoken_day(other.valid_from),
                until=until,
            )
        )


def told(authority: SigningAuthority) -> dict[str, object]:
    """What the trail keeps of an authority."""
    known = {"position": authority.position, "letter_types": authority.letter_types}
    hours = {name: value.isoformat() for name, value in (("starts_at", authority.starts_at), ("ends_at", authority.ends_at)) if value}
    days = {"valid_from": iso(authority.valid_from), "valid_to": iso(authority.valid_to)}
    limits = {name: value for name, value in known.items() if value is not None}
    return {"capacity": authority.capacity, "title": authority.title, **days, **limits, **hours}


def _other_hours(one: SigningAuthority, new: Appointment) -> bool:
    """Two turns of duty of one day, one after the other."""
    if new.hours is None or one.starts_at is None or one.ends_at is None:
        return False
    return new.hours[1] <= one.starts_at or one.ends_at <= new.hours[0]


def spoken_day(day: date) -> str:
    """As it is read: ``30-11-2026``."""
    return f"{day:%d-%m-%Y}"


def iso(day: date | None) -> str | None:
    """As it is kept."""
    return day.isoformat() if day else None
