"""Keys of hospital systems: made, listed and revoked by an admin; each acts as an account of its own.

The secret is made outside and shown once; only its SHA-256 comes here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import audit, staffing
from workflows.actor import Actor
from workflows.errors import InvalidInput, NotAllowed, NotFound
from workflows.permissions import Permission, check
from workflows.records.hospital import Hospital
from workflows.records.hospital_key import HospitalKey, HospitalKeyScope, UsedSignature
from workflows.records.sign_in import SignIn
from workflows.records.staff import Staff
from workflows.saying import say
from workflows.staffing import NewStaff
from workflows.states import Role
from workflows.vocabulary import Scope

NO_PASSWORD = "!"  # noqa: S105 -- no hash at all: nobody signs in to this account by password
REMEMBERED = timedelta(minutes=1)
"""How exactly ``last_used_at`` is kept: a busy key must not write its row with each request."""


class Replayed(NotAllowed):
    """A signed request came a second time."""

    slug = "permintaan-diulang"
    sentence = "Permintaan bertanda tangan ini sudah pernah dijawab. Buat tanda tangan baru, atau sertakan X-nonce."


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to make; ``label`` says which system will hold it."""

    client_id: str
    secret_sha256: str
    hospital_code: str
    label: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as a list shows it, without anything secret."""

    key: HospitalKey
    account: Staff
    hospital: Hospital
    scopes: tuple[Scope, ...]


def issue(session: Session, new: NewKey, actor: Actor, *, now: datetime) -> KeyView:
    """Make a key and the account it acts as; ``NotFound`` where the hospital is not of this region."""
    check(actor, Permission.MANAGE_STAFF)
    if not new.scopes:
        raise InvalidInput(say("Kunci memerlukan paling sedikit satu lingkup: check, accept, atau open."), field="scopes")
    hospital = _hospital(session, new.hospital_code, actor)
    name = f"{hospital.name} – {new.label}"[:200]
    account = NewStaff(new.client_id, name, hospital.region_code, frozenset({Role.HOSPITAL}), hospital_code=hospital.code)
    person = staffing.hire(session, account, NO_PASSWORD, actor, now=now)
    key = HospitalKey(client_id=new.client_id, staff_id=actor_id(person), secret_sha256=new.secret_sha256)
    session.add(key)
    session.flush()
    session.add_all(HospitalKeyScope(client_id=key.client_id, scope=scope) for scope in new.scopes)
    _record(session, hospital, "ISSUE_KEY", actor, now=now, key=key.client_id, scopes=sorted(new.scopes))
    return KeyView(key, person, hospital, ordered(new.scopes))


def revoke(session: Session, client_id: str, actor: Actor, *, now: datetime) -> KeyView:
    """Close a key for good: its tokens end at once; what it did stays under its name."""
    check(actor, Permission.MANAGE_STAFF)
    view = find(session, client_id, actor)
    staffing.disable(session, staffing.find(session, client_id), actor, now=now)
    _record(session, view.hospital, "REVOKE_KEY", actor, now=now, key=client_id)
    return view


def find(session: Session, client_id: str, actor: Actor) -> KeyView:
    """One key of the actor's region."""
    found = next((view for view in keys(session, actor) if view.key.client_id == client_id), None)
    if found is None:
        raise NotFound(say("Kunci ini tidak ada. Periksa daftar kunci rumah sakit."))
    return found


def keys(session: Session, actor: Actor) -> list[KeyView]:
    """All keys the actor manages, by hospital, the oldest first; an operator sees every region's."""
    check(actor, Permission.MANAGE_STAFF)
    query = select(HospitalKey, Staff, Hospital).join(Staff, col(Staff.id) == HospitalKey.staff_id)
    query = query.join(Hospital, col(Hospital.code) == Staff.hospital_code).order_by(col(Hospital.code), col(Staff.id))
    if actor.id is not None:
        query = query.where(Hospital.region_code == actor.region_code)
    return [KeyView(key, person, hospital, scopes_of(session, person)) for key, person, hospital in session.exec(query)]


def scopes_of(session: Session, person: Staff) -> tuple[Scope, ...]:
    """What an account's key is for; nothing for people, who have none."""
    query = select(col(HospitalKeyScope.scope)).join(HospitalKey).where(HospitalKey.staff_id == person.id)
    return ordered(session.exec(query).all())


def ordered(scopes: Sequence[Scope] | frozenset[Scope]) -> tuple[Scope, ...]:
    """Scopes in the order of the vocabulary."""
    return tuple(scope for scope in Scope if scope in scopes)


def usable(session: Session, client_id: str) -> tuple[HospitalKey, Staff] | None:
    """A key that is not revoked, with its account."""
    query = select(HospitalKey, Staff).join(Staff, col(Staff.id) == HospitalKey.staff_id)
    return session.exec(query.where(HospitalKey.client_id == client_id, col(Staff.disabled_at).is_(None))).first()


def give_token(session: Session, person: Staff, digest: str, actor: Actor, *, now: datetime, ends: datetime) -> None:
    """Begin a short session for a key; its sessions that are over are swept away."""
    _note_use(session, person, now=now)
    session.exec(delete(SignIn).where(col(SignIn.staff_id) == person.id, col(SignIn.expires_at) <= now))
    session.add(SignIn(digest=digest, staff_id=actor_id(person), created_at=now, expires_at=ends))
    audit.record_on_person(session, "TOKEN", actor=actor, now=now)


def use_signature(session: Session, person: Staff, digest: str, *, now: datetime, until: datetime) -> None:
    """Count a signed request; ``Replayed`` where the same was counted before."""
    session.exec(delete(UsedSignature).where(col(UsedSignature.expires_at) <= now))
    try:
        with session.begin_nested():
            session.add(UsedSignature(digest=digest, expires_at=until))
    except IntegrityError:
        raise Replayed from None
    _note_use(session, person, now=now)


def actor_id(person: Staff) -> int:
    """The number of an account that is stored."""
    assert person.id is not None
    return person.id


def _note_use(session: Session, person: Staff, *, now: datetime) -> None:
    key = session.exec(select(HospitalKey).where(HospitalKey.staff_id == person.id)).one()
    if key.last_used_at is None or now - key.last_used_at >= REMEMBERED:
        key.last_used_at = now
        session.add(key)


def _hospital(session: Session, code: str, actor: Actor) -> Hospital:
    hospital = session.get(Hospital, code)
    if hospital is None or (actor.id is not None and hospital.region_code != actor.region_code):
        raise NotFound(say("Rumah sakit ini belum terdaftar di daerah Anda. Daftarkan dulu, lalu ulangi."))
    return hospital


def _record(session: Session, hospital: Hospital, action: str, actor: Actor, *, now: datetime, **detail: object) -> None:
    # Under the hospital's row lock: a chain grows by one event at a time.
    session.exec(select(Hospital.code).where(Hospital.code == hospital.code).with_for_update(key_share=True)).one()
    audit.record(session, f"hospital:{hospital.code}", action, actor=actor, now=now, **detail)
