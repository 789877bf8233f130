"""Who works here: accounts and their roles, hospitals, and who may sign from when until when.

An account has no other way in than these commands; each change stands in the audit trail of the person (``staff:<id>``)
or of the office (``office:<region>``). Neither a NIK nor a password is ever part of it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, or_, select

from workflows import audit, second_factor, sign_ins
from workflows.actor import Actor
from workflows.appointments import Appointment, check_days, check_no_overlap, check_title, iso, spoken_day, told
from workflows.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflows.permissions import Permission, check
from workflows.records.collective import CollectiveLetter
from workflows.records.decision import Decision
from workflows.records.hospital import Hospital
from workflows.records.objection import Objection
from workflows.records.premium_letter import PremiumLetter
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.rules.policy import PolicyBook
from workflows.states import POSTS, Role

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)
HOSPITAL_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}", re.ASCII)
SIGNED = (Decision, CollectiveLetter, Objection, PremiumLetter)
"""What somebody decides or signs by an authority."""
LIKE_A_NIK = re.compile(r"(?<!\d)\d(?:[\s.\-]?\d){15}(?!\d)")


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person to hire. No roles: somebody who only signs, on the days of an authority."""

    username: str
    name: str
    region_code: str
    roles: frozenset[Role]
    nip: str | None = None
    rank: str | None = None
    hospital_code: str | None = None


@dataclass(frozen=True, slots=True)
class NewHospital:
    """A hospital whose admission desk will check letters."""

    code: str
    name: str
    city: str
    region_code: str
    phone: str | None = None


# --- people


def hire(session: Session, new: NewStaff, password_hash: str, actor: Actor, *, now: datetime) -> Staff:
    """Make an account; ``password_hash`` was made outside, the password itself never comes here."""
    _check_may(actor, new.region_code)
    _check_username(session, new.username)
    _check_hospital_of(session, new)
    _check_together(new.roles, new.hospital_code)
    person = Staff(
        username=new.username,
        name=_text(new.name, "nama", 200),
        nip=_text(new.nip, "NIP", 32) if new.nip else None,
        rank=_text(new.rank, "pangkat", 100) if new.rank else None,
        region_code=new.region_code,
        hospital_code=new.hospital_code,
        password_hash=password_hash,
        created_at=now,
    )
    session.add(person)
    session.flush()
    session.add_all(StaffRole(staff_id=_id(person), role=role) for role in new.roles)
    roles = names(new.roles)
    _record(session, person, "HIRE", actor, now=now, username=new.username, roles=roles, hospital=new.hospital_code)
    return person


def give_role(session: Session, person: Staff, role: Role, actor: Actor, *, now: datetime) -> None:
    """One more role; sessions begun without it end."""
    _check_may_change(person, actor)
    held = roles_of(session, person)
    if role in held:
        raise Conflict(f"{person.username} sudah memegang peran {role}. Tidak ada yang perlu diubah.")
    _check_together(held | {role}, person.hospital_code)
    if role == Role.ADMIN and _signs_from_now_on(session, person, now=now):
        raise Conflict("Penanda tangan tidak boleh menjadi ADMIN. Akhiri dulu kewenangannya, atau buat akun admin tersendiri.")
    session.add(StaffRole(staff_id=_id(person), role=role))
    ended = sign_ins.end_all(session, _id(person), now=now)
    _record(session, person, "GIVE_ROLE", actor, now=now, role=role, sign_ins_ended=ended)


def take_role(session: Session, person: Staff, role: Role, actor: Actor, *, now: datetime) -> None:
    """One role less; sessions begun with it end."""
    _check_may_change(person, actor)
    held = session.get(StaffRole, (_id(person), role))
    if held is None:
        raise Conflict(f"{person.username} tidak memegang peran {role}. Periksa perannya di daftar petugas.")
    session.delete(held)
    ended = sign_ins.end_all(session, _id(person), now=now)
    _record(session, person, "TAKE_ROLE", actor, now=now, role=role, sign_ins_ended=ended)


def disable(session: Session, person: Staff, actor: Actor, *, now: datetime) -> None:
    """Close an account for good and end its sign-ins at once; what the person did stays under their name."""
    _check_may_change(person, actor)
    person.disabled_at = now
    _record(session, person, "DISABLE", actor, now=now, sign_ins_ended=sign_ins.end_all(session, _id(person), now=now))


def set_password_hash(session: Session, person: Staff, password_hash: str, actor: Actor, *, now: datetime) -> None:
    """A new password; whoever is signed in with the old one is out."""
    _check_may_change(person, actor)
    person.password_hash = password_hash
    _record(session, person, "SET_PASSWORD", actor, now=now, sign_ins_ended=sign_ins.end_all(session, _id(person), now=now))


def record_unlock(session: Session, person: Staff, actor: Actor, *, now: datetime) -> None:
    """That somebody let a locked account try again."""
    _check_may_change(person, actor)
    _record(session, person, "UNLOCK", actor, now=now)


def reset_factors(session: Session, person: Staff, actor: Actor, *, now: datetime) -> None:
    """Take all second factors of a person away, and end the sessions that rest on them."""
    _check_may_change(person, actor)
    ended = second_factor.remove_all(session, _id(person), now=now)
    _record(session, person, "RESET_FACTORS", actor, now=now, sign_ins_ended=ended)


def find(session: Session, username: str) -> Staff:
    """The person of that name, under the lock of the row: changes of one person come one after the other."""
    # Not FOR UPDATE, for the reason audit.record_on_person gives.
    query = select(Staff).where(Staff.username == username).with_for_update(key_share=True)
    person = session.exec(query.execution_options(populate_existing=True)).first()
    if person is None:
        raise NotFound(f"Akun {_quoted(username)} tidak ada. Periksa namanya di daftar petugas.")
    return person


def people(session: Session) -> list[tuple[Staff, frozenset[Role]]]:
    """Everybody with their roles, by name of the account."""
    return [(person, roles_of(session, person)) for person in session.exec(select(Staff).order_by(col(Staff.username)))]


def roles_of(session: Session, person: Staff) -> frozenset[Role]:
    """The roles a person holds by name; an authority's days are apart."""
    return frozenset(session.exec(select(col(StaffRole.role)).where(StaffRole.staff_id == person.id)))


def names(roles: Iterable[Role]) -> list[str]:
    """Roles as words, in the order of the process."""
    held = set(roles)
    return [role.value for role in Role if role in held]


# --- hospitals


def open_hospital(session: Session, new: NewHospital, actor: Actor, *, now: datetime) -> Hospital:
    """Let a hospital take part; its people are hired after it."""
    _check_may(actor, new.region_code)
    if not HOSPITAL_CODE.fullmatch(new.code) or LIKE_A_NIK.search(new.code):
        raise InvalidInput("Kode rumah sakit terdiri dari huruf besar, angka, titik, atau garis, misalnya 0301R001. Tulis lagi.")
    if session.get(Hospital, new.code) is not None:
        raise Conflict(f"Kode {new.code} sudah dipakai. Periksa daftar rumah sakit, atau pilih kode lain.")
    hospital = Hospital(
        code=new.code,
        name=_text(new.name, "nama rumah sakit", 200),
        city=_text(new.city, "kota", 100),
        region_code=new.region_code,
        phone=_text(new.phone, "telepon", 32) if new.phone else None,
    )
    session.add(hospital)
    session.flush()
    subject = f"office:{new.region_code}"
    audit.record(session, subject, "OPEN_HOSPITAL", actor=actor, now=now, code=hospital.code, name=hospital.name)
    return hospital


def hospitals(session: Session) -> Sequence[Hospital]:
    """All hospitals, by code."""
    return session.exec(select(Hospital).order_by(col(Hospital.code))).all()


# --- who may sign


def appoint(session: Session, person: Staff, new: Appointment, book: PolicyBook, actor: Actor, *, now: datetime) -> SigningAuthority:
    """Let a person sign from the first day to the last, under a title the region's rules allow; the head's role comes with it."""
    _check_may_change(person, actor)
    new = replace(new, title=_text(new.title, "jabatan", 200))
    check_title(new, book.regions.get(person.region_code, ()))
    return give_authority(session, person, new, actor, now=now)


def give_authority(
    session: Session, person: Staff, new: Appointment, actor: Actor, *, now: datetime, delegated_by: int | None = None
) -> SigningAuthority:
    """The rules of every authority, whoever gives it; the caller checks that the giver may."""
    if person.disabled_at is not None:
        raise Conflict(f"Akun {person.username} sudah dinonaktifkan. Pilih petugas lain.")
    check_days(new, now=now)
    if person.hospital_code is not None or Role.ADMIN in roles_of(session, person):
        raise Conflict("Petugas rumah sakit dan ADMIN tidak boleh menandatangani surat. Tunjuk petugas kantor yang lain.")
    check_no_overlap(session, person, new)
    authority = SigningAuthority(
        staff_id=_id(person),
        region_code=person.region_code,
        capacity=new.capacity,
        title=_text(new.title, "jabatan", 200),
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        position=_text(new.position, "jabatan sendiri", 200) if new.position else None,
        letter_types=sorted(new.letter_types) or None,
        starts_at=new.hours[0] if new.hours else None,
        ends_at=new.hours[1] if new.hours else None,
        delegated_by=delegated_by,
    )
    session.add(authority)
    session.flush()
    _record(session, person, "DELEGATE" if delegated_by else "APPOINT", actor, now=now, authority=authority.id, **told(authority))
    return authority


def end_authority(session: Session, number: int, last_day: date, actor: Actor, *, timezone: str, now: datetime) -> SigningAuthority:
    """End an authority after ``last_day``; one that has no day left and signed nothing goes altogether."""
    authority, person = _authority(session, number)
    _check_may(actor, person.region_code)
    if authority.valid_to is not None and last_day >= authority.valid_to:
        raise Conflict(f"Kewenangan ini sudah berakhir pada {spoken_day(authority.valid_to)}. Untuk hari lain, buat penunjukan baru.")
    used = _last_used(session, authority, timezone)
    if used is not None and last_day < used:
        raise Conflict(f"Kewenangan ini dipakai memutus pada {spoken_day(used)}. Pilih hari itu atau sesudahnya sebagai hari terakhir.")
    if last_day < authority.valid_from:
        session.delete(authority)
    else:
        authority.valid_to = last_day
    _record(session, person, "END_AUTHORITY", actor, now=now, authority=number, last_day=iso(last_day))
    return authority


def signers(session: Session) -> Sequence[tuple[SigningAuthority, Staff]]:
    """All authorities with their people, the newest first day first."""
    newest = (col(SigningAuthority.valid_from).desc(), col(SigningAuthority.id).desc())
    return session.exec(select(SigningAuthority, Staff).join(Staff, col(Staff.id) == SigningAuthority.staff_id).order_by(*newest)).all()


def signer(session: Session, number: int) -> tuple[SigningAuthority, Staff]:
    """One authority and whose it is."""
    found = session.exec(
        select(SigningAuthority, Staff).join(Staff, col(Staff.id) == SigningAuthority.staff_id).where(SigningAuthority.id == number)
    ).first()
    if found is None:
        raise NotFound(f"Kewenangan nomor {number} tidak ada. Periksa nomornya di daftar penanda tangan.")
    return found


# --- the rules


def _check_may(actor: Actor, region_code: str) -> None:
    """An admin manages the people of the own region; an operator (no staff id) those of the installation."""
    check(actor, Permission.MANAGE_STAFF)
    if actor.id is not None and actor.region_code != region_code:
        raise NotAllowed("Anda hanya mengelola petugas daerah Anda sendiri. Hubungi admin daerah itu.")


def _check_may_change(person: Staff, actor: Actor) -> None:
    _check_may(actor, person.region_code)
    if person.disabled_at is not None:
        raise Conflict(f"Akun {person.username} sudah dinonaktifkan. Buat akun baru dengan nama pengguna lain.")


def _check_username(session: Session, username: str) -> None:
    if not USERNAME.fullmatch(username) or LIKE_A_NIK.search(username):
        raise InvalidInput("Nama pengguna terdiri dari 2-64 huruf kecil, angka, titik, atau garis, dan bukan NIK. Pilih yang lain.")
    if session.exec(select(Staff.id).where(Staff.username == username)).first() is not None:
        raise Conflict(f"Nama pengguna {username} sudah dipakai. Pilih yang lain.")


def _check_hospital_of(session: Session, new: NewStaff) -> None:
    if new.hospital_code is None:
        return
    hospital = session.get(Hospital, new.hospital_code)
    if hospital is None or hospital.region_code != new.region_code:
        raise NotFound(f"Rumah sakit {_quoted(new.hospital_code)} belum terdaftar di daerah ini. Daftarkan dulu, lalu ulangi.")


def _check_together(roles: Collection[Role], hospital_code: str | None) -> None:
    """Which roles one person may hold. Caseworker, validator and one post of the chain may meet: four eyes are kept case by case."""
    if Role.SYSTEM in roles:
        raise InvalidInput("Peran SYSTEM milik proses sendiri dan tidak dapat diberikan. Pilih peran lain.")
    if Role.HOSPITAL in roles and hospital_code is None:
        raise InvalidInput("Peran HOSPITAL memerlukan kode rumah sakit. Sebutkan kodenya saat membuat akun.")
    if hospital_code is not None and set(roles) != {Role.HOSPITAL}:
        raise InvalidInput("Akun rumah sakit memegang peran HOSPITAL saja, tanpa peran kantor. Buat akun kantor tersendiri.")
    if Role.ADMIN in roles and len(roles) > 1:
        raise InvalidInput("Peran ADMIN dipegang sendiri, tanpa peran lain. Buat akun admin tersendiri.")
    if len(set(roles) & {*POSTS, Role.KADIS}) > 1:
        raise InvalidInput("Satu orang memegang satu jabatan saja dalam rantai paraf. Lepaskan dulu jabatan yang lain.")


def _signs_from_now_on(session: Session, person: Staff, *, now: datetime) -> bool:
    query = select(SigningAuthority.id).where(
        SigningAuthority.staff_id == person.id,
        or_(col(SigningAuthority.valid_to).is_(None), col(SigningAuthority.valid_to) >= now.date()),
    )
    return session.exec(query).first() is not None


def _authority(session: Session, number: int) -> tuple[SigningAuthority, Staff]:
    """An authority under the lock of its person's row, read after the lock was had."""
    person = find(session, signer(session, number)[1].username)
    authority = session.get(SigningAuthority, number, populate_existing=True)
    if authority is None:
        raise Conflict(f"Kewenangan nomor {number} baru saja diakhiri orang lain. Periksa daftar penanda tangan.")
    return authority, person


def _last_used(session: Session, authority: SigningAuthority, timezone: str) -> date | None:
    newest = (select(func.max(table.decided_at)).where(table.authority_id == authority.id) for table in SIGNED)
    used = [moment for query in newest if (moment := session.exec(query).one()) is not None]
    return max(used).astimezone(ZoneInfo(timezone)).date() if used else None


def _record(session: Session, person: Staff, action: str, actor: Actor, *, now: datetime, **detail: object) -> None:
    session.flush()
    audit.record(session, f"staff:{person.id}", action, actor=actor, now=now, **detail)


def _text(typed: str, what: str, longest: int) -> str:
    """A line of text that may be shown and kept: not empty, not too long, and no NIK in it."""
    text = " ".join(typed.split())
    if not text or len(text) > longest or not text.isprintable():
        raise InvalidInput(f"Isi {what} dengan 1-{longest} huruf, angka, atau tanda baca. Tulis lagi.")
    if LIKE_A_NIK.search(text):
        raise InvalidInput(f"Isian {what} tampak seperti NIK, dan NIK petugas tidak disimpan di sini. Tulis lagi tanpa NIK.")
    return text


def _quoted(typed: str) -> str:
    """What was typed, fit for a sentence: a NIK typed in the wrong place is not repeated."""
    return "itu" if LIKE_A_NIK.search(typed) or not typed.isprintable() else f'"{typed[:64]}"'


def _id(person: Staff) -> int:
    assert person.id is not None
    return person.id
