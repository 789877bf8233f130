"""Second factors of a person: what there is, adding, using each code once, taking away. Secrets come sealed or as digests."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Update
from sqlmodel import Session, col, delete, exists, func, or_, select, update

from workflows import audit, sign_ins
from workflows.actor import Actor
from workflows.errors import Conflict, NotFound
from workflows.records.second_factor import Passkey, RecoveryCode, TotpSecret
from workflows.records.sign_in import SignIn
from workflows.records.staff import Staff
from workflows.saying import say

MOST_PASSKEYS = 10


def has_one(session: Session, staff_id: int) -> bool:
    """Whether the person has a factor that counts."""
    app = exists().where(col(TotpSecret.staff_id) == staff_id, col(TotpSecret.confirmed_at).is_not(None))
    key = exists().where(col(Passkey.staff_id) == staff_id)
    return bool(session.exec(select(or_(app, key))).one())


def passkeys_of(session: Session, staff_id: int) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    return session.exec(select(Passkey).where(Passkey.staff_id == staff_id).order_by(col(Passkey.id))).all()


def totp_of(session: Session, staff_id: int) -> TotpSecret | None:
    """The person's authenticator app, confirmed or not."""
    return session.get(TotpSecret, staff_id, populate_existing=True)


def username_of(session: Session, actor: Actor) -> str:
    """What an authenticator app shows beside the code."""
    return session.get_one(Staff, actor.person_id).username


def codes_left(session: Session, staff_id: int) -> int:
    """How many recovery codes still count."""
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff_id == staff_id, col(RecoveryCode.used_at).is_(None))
    return session.exec(query).one()


def begin_totp(session: Session, staff_id: int, sealed: str, *, now: datetime) -> None:
    """Keep a new secret that does not count yet; ``Conflict`` where one counts already."""
    known = totp_of(session, staff_id)
    if known is not None and known.confirmed_at is not None:
        raise Conflict(say("Aplikasi kode sudah terpasang. Hapus dulu yang lama, lalu pasang yang baru."))
    if known is not None:
        session.delete(known)
        session.flush()
    session.add(TotpSecret(staff_id=staff_id, sealed=sealed, created_at=now))


def confirm_totp(session: Session, actor: Actor, step: int, *, now: datetime) -> None:
    """The first right code makes the secret count."""
    known = totp_of(session, actor.person_id)
    if known is None or known.confirmed_at is not None:
        raise Conflict(say("Pemasangan ini sudah selesai atau sudah diganti. Muat ulang halaman akun."))
    known.confirmed_at, known.last_step = now, step
    session.add(known)
    audit.record_on_person(session, "ADD_FACTOR", actor=actor, now=now, kind="TOTP")


def use_step(session: Session, staff_id: int, step: int) -> bool:
    """Use the code of a half minute; False where it, or a later one, was used before."""
    used = update(TotpSecret).where(col(TotpSecret.staff_id) == staff_id, col(TotpSecret.last_step) < step).values(last_step=step)
    return _changed_one(session, used)


def add_passkey(session: Session, actor: Actor, key: Passkey, *, now: datetime) -> None:
    """One more passkey; ``Conflict`` above ``MOST_PASSKEYS``."""
    if len(passkeys_of(session, actor.person_id)) >= MOST_PASSKEYS:
        raise Conflict(
            say("Paling banyak {most_passkeys} kunci sandi. Hapus yang tidak dipakai, lalu coba lagi.", most_passkeys=MOST_PASSKEYS)
        )
    session.add(key)
    audit.record_on_person(session, "ADD_FACTOR", actor=actor, now=now, kind="PASSKEY", name=key.name)


def use_passkey(session: Session, key: Passkey, sign_count: int, *, now: datetime) -> bool:
    """Write down a passkey's use; False where another use counted further meanwhile."""
    fits = update(Passkey).where(col(Passkey.id) == key.id, col(Passkey.sign_count) == key.sign_count)
    return _changed_one(session, fits.values(sign_count=sign_count, used_at=now))


def renew_codes(session: Session, actor: Actor, digests: Iterable[str], *, now: datetime) -> None:
    """New recovery codes in place of all older ones."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == actor.person_id))
    session.add_all(RecoveryCode(staff_id=actor.person_id, digest=digest, created_at=now) for digest in digests)
    audit.record_on_person(session, "RENEW_CODES", actor=actor, now=now)


def use_code(session: Session, staff_id: int, digest: str, *, now: datetime) -> bool:
    """Use a recovery code; False where it is none, or was used before."""
    row = (col(RecoveryCode.staff_id) == staff_id, col(RecoveryCode.digest) == digest, col(RecoveryCode.used_at).is_(None))
    return _changed_one(session, update(RecoveryCode).where(*row).values(used_at=now))


def remove(session: Session, actor: Actor, kind: str, number: int | None, *, now: datetime) -> None:
    """Take one factor away: the app, or the passkey of that number. With the last one the recovery codes go."""
    found = totp_of(session, actor.person_id) if kind == "TOTP" else _own_passkey(session, actor, number)
    if found is None:
        raise NotFound(say("Pengaman ini sudah tidak ada. Muat ulang halaman akun."))
    session.delete(found)
    session.flush()
    if not has_one(session, actor.person_id):
        session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == actor.person_id))
    audit.record_on_person(session, "REMOVE_FACTOR", actor=actor, now=now, kind=kind)


def remove_all(session: Session, staff_id: int, *, now: datetime) -> int:
    """For whoever lost everything: an admin takes all factors away, and every session ends. Returns how many sessions."""
    for table in (TotpSecret, Passkey, RecoveryCode):
        session.exec(delete(table).where(col(table.staff_id) == staff_id))
    return sign_ins.end_all(session, staff_id, now=now)


def prove(session: Session, sign_in_digest: str, actor: Actor, kind: str, *, now: datetime) -> None:
    """This session's person showed a second factor just now."""
    _changed_one(session, update(SignIn).where(col(SignIn.digest) == sign_in_digest).values(factor_at=now, challenge=None))
    audit.record_on_person(session, "SECOND_FACTOR", actor=actor, now=now, kind=kind)


def ask(session: Session, sign_in_digest: str, challenge: str) -> None:
    """Keep the question a passkey has to sign; an older one counts no more."""
    _changed_one(session, update(SignIn).where(col(SignIn.digest) == sign_in_digest).values(challenge=challenge))


def take_challenge(session: Session, sign_in_digest: str) -> str | None:
    """The question, once: whoever asks again gets nothing."""
    asked = session.exec(select(SignIn.challenge).where(SignIn.digest == sign_in_digest).with_for_update()).first()
    _changed_one(session, update(SignIn).where(col(SignIn.digest) == sign_in_digest).values(challenge=None))
    return asked


def _own_passkey(session: Session, actor: Actor, number: int | None) -> Passkey | None:
    return session.exec(select(Passkey).where(Passkey.id == number, Passkey.staff_id == actor.person_id)).first()


def _changed_one(session: Session, change: Update) -> bool:
    return int(session.exec(change).rowcount) == 1
